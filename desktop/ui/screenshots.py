"""Pictures of every page of a library, made without a person: for looking at, and for the demonstration."""

from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication

from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.ui.pages import specs
from desktop.ui.start import application, make_window

PAGES = ("home", "system", "standards", "statistics", "inspections", "sync")
SIZE = (1366, 728)


def grab(session: Session, folder: Path, pages: tuple[str, ...] = PAGES, size: tuple[int, int] = SIZE) -> list[Path]:
    """Save a picture of each page; the files. The library stays open."""
    application()
    window = make_window(session)
    window.resize(*size)
    window.show()
    saved = []
    titles = {spec.id: spec.title for spec in specs()}
    for number, page in enumerate(pages, start=1):
        window.show_page(page)
        if page == "inspections" and (rows := session.read.rows(Query("inspection"))):
            window.show_page(page, str(rows[-1]["key"]))
        settle(300 if page == "statistics" else 50)  # its figures are counted off the screen's thread
        path = folder / f"截图{number}_{titles[page]}.png"
        window.grab().save(str(path))
        saved.append(path)
    window.desk.runner.shutdown()
    window.hide()
    window.deleteLater()
    return saved


def settle(milliseconds: int = 50) -> None:
    """Let the window paint and short timers fire."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    QGuiApplication.sync()
