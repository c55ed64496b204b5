"""What a built program may hold."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[2] / "packaging" / "contents.py"


@pytest.fixture(scope="module")
def contents() -> ModuleType:
    spec = importlib.util.spec_from_file_location("contents", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "PySide6\\plugins\\platforminputcontexts\\qtvirtualkeyboardplugin.dll",
        "PySide6/Qt6VirtualKeyboard.dll", "libQt6Qml.so.6", "PySide6/Qt6Quick.dll", "PySide6/QtPdf.pyd",
        "PySide6/plugins/imageformats/qpdf.dll", "PySide6/plugins/tls/qschannelbackend.dll",
        "PySide6/opengl32sw.dll", "PySide6/translations/qtbase_de.qm", "numpy/core/x.pyd", "PIL/_imaging.pyd",
    ],
)  # fmt: skip
def test_left_out(contents: ModuleType, name: str) -> None:
    assert not contents.is_shipped(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt6Network.dll", "PySide6/Qt6Svg.dll", "PySide6/Qt6PrintSupport.dll",
        "PySide6/plugins/platforms/qwindows.dll", "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/plugins/styles/qmodernwindowsstyle.dll", "PySide6/plugins/iconengines/qsvgicon.dll",
        "PySide6/plugins/platforms/qoffscreen.dll", "PySide6/QtWidgets.pyd",
        "PySide6/Qt/plugins/printsupport/libcupsprintersupport.so",
        "PySide6/translations/qtbase_zh_CN.qm", "resources/forms/detail.json", "docx/templates/default.docx",
    ],
)  # fmt: skip
def test_kept(contents: ModuleType, name: str) -> None:
    assert contents.is_shipped(name)


def test_unwanted_files_are_found(contents: ModuleType, tmp_path: Path) -> None:
    for name in ("a.so", "PIL/b.so"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert contents.unwanted(tmp_path) == ["PIL/b.so"]
