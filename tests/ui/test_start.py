"""The start: nothing heavy is loaded before it is needed, and where there is no screen it says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.app import setup
from desktop.cli import run

HEAVY = ["openpyxl", "docx", "lxml", "python_calamine", "cryptography", "segno", "numpy", "PIL", "pypinyin", "msgspec"]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start") / "library"
    setup.practice_library(folder).workspace.close()
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
