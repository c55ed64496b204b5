"""The start: nothing heavy is loaded before it is needed, and where there is no screen it says so."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLineEdit

from desktop.app.practice import practice_library
from desktop.cli import run
from desktop.ui import start

HEAVY = ["openpyxl", "docx", "lxml", "python_calamine", "cryptography", "segno", "numpy", "PIL", "pypinyin", "msgspec"]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start") / "library"
    practice_library(folder).workspace.close()
    return folder


def test_after_the_window_is_up_nothing_heavy_is_loaded(practice: Path) -> None:
    code = (
        "import json, sys; from desktop.cli import run; "
        f"status = run(['--data', {str(practice)!r}, 'open', '--quit-after-start']); "
        f"print(json.dumps([status, [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert json.loads(done.stdout) == [0, []]


def test_without_a_screen_it_says_so(
    practice: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert run(["--data", str(practice), "open"]) == 1
    assert "没有屏幕" in capsys.readouterr().err


def test_qt_speaks_chinese(qapp: QApplication) -> None:
    known = set(qapp.findChildren(QTranslator))
    start.in_chinese(qapp)
    try:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        assert {made.text().split("(")[0].strip("&") for made in box.buttons()} == {"确定", "取消"}
        line = QLineEdit()
        words = [action.text() for action in line.createStandardContextMenu().actions() if action.text()]
        assert words and not [text for text in words if "复制" not in text and re.match(r"&?[A-Z][a-z]", text)], words
        box.deleteLater()
        line.deleteLater()
    finally:
        for translator in set(qapp.findChildren(QTranslator)) - known:
            qapp.removeTranslator(translator)
            translator.deleteLater()
