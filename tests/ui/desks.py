"""A real window over a real library, for tests that drive it as a person does."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QWidget

from desktop.app.session import Session
from desktop.ui.first_start import FirstStart
from desktop.ui.start import make_window
from desktop.ui.window import MainWindow


@contextmanager
def open_window(session: Session) -> Iterator[MainWindow]:
    """The shown window; closed and gone afterwards, with its library."""
    window = make_window(session)
    window.resize(1366, 728)
    window.show()
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def library_of(first: FirstStart) -> Session:
    """Press the button of the first start; the library that it makes."""
    loop = QEventLoop()
    first.finished.connect(loop.quit)
    QTimer.singleShot(20_000, loop, loop.quit)
    first.begin()
    assert not first.go.isEnabled(), first.notice.sentence
    loop.exec()
    assert first.session is not None, first.notice.sentence
    return first.session


def enter(widget: QWidget, text: str) -> None:
    """Text as an input method hands it over."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(widget, event)
