"""What a built program must not hold: parts nobody uses, and parts whose licence does not allow it.

Qt Virtual Keyboard is GPL or commercial; Qml, Quick and Pdf come in only through plugins of theirs. numpy and
Pillow are imported by openpyxl when they happen to be installed, and would nearly double the start time.
"""

from pathlib import Path, PurePath

EXCLUDED_MODULES = (
    "numpy", "PIL", "tkinter", "pypinyin", "setuptools", "pytest", "hypothesis", "mypy",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickWidgets", "PySide6.QtPdf", "PySide6.QtPdfWidgets",
    "PySide6.QtVirtualKeyboard",
)  # fmt: skip
UNWANTED_NAMES = (
    "qt6qml", "qt6quick", "qt6pdf", "qt6virtualkeyboard", "qtvirtualkeyboard", "qtqml", "qtquick", "qtpdf",
    "qpdf", "opengl32sw", "qtgraphs", "qtcharts", "qvnc", "qlinuxfb", "qeglfs", "qt6eglfs", "qminimal",
    "qvkkhrdisplay", "qgtk3",
)  # fmt: skip
UNWANTED_FOLDERS = (
    "numpy", "numpy.libs", "pil", "pillow.libs", "tkinter", "tcl", "_tcl_data", "_tk_data", "pypinyin", "qml",
    "qmltooling", "qmllint", "tls", "networkinformation", "sqldrivers", "designer", "egldeviceintegrations",
    "wayland-graphics-integration-server",
)  # fmt: skip
TRANSLATIONS = ("qtbase_zh_CN.qm", "qt_zh_CN.qm")


def is_shipped(name: str) -> bool:
    """Whether a file, named by its place in the program's folder, belongs there."""
    path = PurePath(name.replace("\\", "/"))
    folders = {part.lower() for part in path.parts[:-1]}
    if path.suffix == ".qm" and path.name not in TRANSLATIONS:
        return False
    return folders.isdisjoint(UNWANTED_FOLDERS) and not any(
        word in path.name.lower() for word in UNWANTED_NAMES
    )


def unwanted(folder: Path) -> list[str]:
    """The files of a built program that should not be there."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in files if not is_shipped(name))
