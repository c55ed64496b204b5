"""The guards of tests/conftest.py: each lets a clean test pass and fails a careless one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CARELESS = """
import logging, threading
import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QWidget

kept = []

def test_clean(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()

def test_unowned_widget_goes_with_its_last_name(qapp):
    QWidget().show()

@pytest.mark.expects_log("disk .* full")
def test_expected_record():
    logging.getLogger("a").error("disk %s full", "C")

def test_stray_record():
    logging.getLogger("a").warning("stray one")

@pytest.mark.expects_log("never")
def test_absent_record():
    pass

def test_window_left(qapp):
    kept.append(QWidget())

def test_qt_thread_left(qapp):
    thread = QThread()
    kept.append(thread)
    thread.start()

def test_thread_left():
    gate = threading.Event()
    kept.append(gate)
    threading.Thread(target=gate.wait, daemon=True, name="left-over").start()

def test_after_all():
    for thing in kept:
        if isinstance(thing, QThread):
            thing.quit()
            thing.wait()
        elif isinstance(thing, threading.Event):
            thing.set()

def test_qt_warning(qapp):
    from PySide6.QtCore import qWarning
    qWarning("from Qt")
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The short report of a run over the careless tests, with the project's settings."""
    folder = tmp_path_factory.mktemp("careless")
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "test_careless.py").write_text(CARELESS, "utf-8")
    command = (sys.executable, "-m", "pytest", "-rA", "--tb=short", "-p", "no:cacheprovider", ".")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("name", ["clean", "unowned_widget_goes_with_its_last_name", "expected_record", "after_all"])
def test_a_clean_test_passes(outcome: str, name: str) -> None:
    assert re.search(rf"^PASSED .*::test_{name}$", outcome, re.MULTILINE)
    assert not re.search(rf"^(ERROR|FAILED) .*::test_{name}\b", outcome, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("stray_record", "unexpected log records:\nstray one"),
        ("absent_record", "expected log records did not come: never"),
        ("window_left", "left behind: "),
        ("qt_thread_left", "left behind: "),
        ("thread_left", "threads still running: ['left-over']"),
        ("qt_warning", "QtWarningMsg: from Qt"),
    ],
)
def test_a_careless_test_fails(outcome: str, name: str, reason: str) -> None:
    assert re.search(rf"^(ERROR|FAILED) .*::test_{name}\b", outcome, re.MULTILINE)
    section = re.split(r"^_{3,}", outcome, flags=re.MULTILINE)
    assert any(f"test_{name} " in part.splitlines()[0] and reason in part for part in section)
