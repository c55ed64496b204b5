"""What holds for every test: no screen, no stray log record, no thread or window left behind.

Hypothesis runs the same examples each time here; `--hypothesis-profile nightly` looks for new ones.
"""

import gc
import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LOCALAPPDATA"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="standards-desk-user-")
"""What the program notes about its libraries outside them stays out of the home of the person who runs the tests."""

_SLOW = [HealthCheck.too_slow]
settings.register_profile(
    "suite", deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW, print_blob=True
)
settings.register_profile("nightly", deadline=None, max_examples=2000, suppress_health_check=_SLOW, print_blob=True)
settings.load_profile("suite")


class _Records(logging.Handler):
    """Keeps what was logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


@pytest.fixture(autouse=True)
def _no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A record of WARNING or above fails the test, unless `expects_log(pattern)` announces it.

    An announced record that does not come fails the test too, unless it is `optional`.
    """
    markers = list(request.node.iter_markers("expects_log"))
    expected = [re.compile(marker.args[0]) for marker in markers]
    optional = {marker.args[0] for marker in markers if marker.kwargs.get("optional")}
    records = _Records()
    logging.getLogger().addHandler(records)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(records)
    texts = [record.getMessage() for record in records.kept]
    stray = [text for text in texts if not any(pattern.search(text) for pattern in expected)]
    if stray:
        pytest.fail("unexpected log records:\n" + "\n".join(stray), pytrace=False)
    due = [item for item in expected if item.pattern not in optional]
    absent = [item.pattern for item in due if not any(item.search(text) for text in texts)]
    if absent:
        pytest.fail("expected log records did not come: " + ", ".join(absent), pytrace=False)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A Python thread that outlives its test fails it. Threads that Qt started are looked at below."""
    before = set(threading.enumerate())
    yield
    left = [
        thread for thread in threading.enumerate()
        if thread not in before and not isinstance(thread, threading._DummyThread)
    ]  # fmt: skip
    for thread in left:
        thread.join(timeout=2)
    running = [thread.name for thread in left if thread.is_alive()]
    if running:
        pytest.fail(f"threads still running: {running}", pytrace=False)


@pytest.fixture(autouse=True)
def _no_window_left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test with Qt keeps its settings to itself and leaves no top-level widget and no running thread."""
    if "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    folder = tmp_path_factory.mktemp("settings")
    for form in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, str(folder))
    before = set(QApplication.topLevelWidgets())
    yield
    if set(QApplication.topLevelWidgets()) - before:
        _let_go()
    left = [repr(widget) for widget in set(QApplication.topLevelWidgets()) - before]
    left += _running_qt_threads()
    if left:
        pytest.fail(f"left behind: {left}", pytrace=False)


def _let_go() -> None:
    """Finish what `deleteLater` asked for, and the cycles that hold widgets."""
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _running_qt_threads() -> list[str]:
    """Thread pools with work and running threads, after a grace of two seconds each."""
    from PySide6.QtCore import QThread, QThreadPool
    from shiboken6 import isValid

    kinds = (QThread, QThreadPool)
    held = [thing for thing in gc.get_objects() if issubclass(type(thing), kinds) and isValid(thing)]
    main = QThread.currentThread()
    threads = [item for item in held if isinstance(item, QThread) and item != main]
    pools = [item for item in held if isinstance(item, QThreadPool)] + [QThreadPool.globalInstance()]
    busy: list[object] = [pool for pool in pools if not pool.waitForDone(2000)]
    busy += [thread for thread in threads if thread.isRunning() and not thread.wait(2000)]
    return [repr(thing) for thing in busy]
