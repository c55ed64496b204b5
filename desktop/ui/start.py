"""From the command line to the open window."""

import hashlib
import os
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from desktop.app import setup
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault
from desktop.domain.keys import ALPHABET
from desktop.store.workspace import LIBRARY
from desktop.ui import crash, theme
from desktop.ui.desk import Desk
from desktop.ui.runner import Runner
from desktop.ui.window import MainWindow

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def application() -> QApplication:
    """The one application, with the theme installed."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    made = QApplication(sys.argv[:1])
    made.setApplicationName("标准化工作台")
    theme.install(made)
    return made


def make_window(session: Session) -> MainWindow:
    """The window of an open library."""
    from desktop.ui.pages import specs

    runner = Runner()
    desk = Desk(session, runner)
    window = MainWindow(desk, specs())
    folder = session.workspace.folder

    def crashed(error: BaseException) -> None:
        window.notice.say("bad", crash.sentence(crash.report(folder, error)))

    def hook(_kind: type[BaseException], error: BaseException, _trace: object) -> None:
        crashed(error)

    runner.crashed.connect(crashed)
    sys.excepthook = hook
    return window


def start(folder: Path, *, given: bool, quit_after_start: bool) -> int:
    """Open the library in `folder`, or begin one there; the exit status."""
    _need_screen()
    app = application()
    name = server_name(folder)
    if not quit_after_start and _other_window_came_forward(name):
        return 0
    if not (folder / LIBRARY).is_file():
        from desktop.ui.first_start import FirstStart

        first = FirstStart(folder)
        if quit_after_start:
            QTimer.singleShot(0, first.reject)
        if not first.exec() or first.session is None:
            return 0
        session = first.session
    else:
        session = setup.open_library(folder)
    crash.log_to(session.workspace.folder)
    window = make_window(session)
    server = _listen(name, window)
    window.resize(1366, 728)
    window.show()
    if quit_after_start:
        QTimer.singleShot(0, window.close)
    status = app.exec()
    server.close()
    return status


def _need_screen() -> None:
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _SCREENS):
        raise EnvironmentFault("no_screen", "这里没有屏幕，不能打开窗口；可用 --help 看不需要屏幕的命令")


def server_name(folder: Path) -> str:
    """The name under which the window of a data folder listens."""
    number = int(hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:20], 16)
    return "standards-desk-" + "".join(ALPHABET[number >> 5 * place & 31] for place in range(16))


def _other_window_came_forward(name: str) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(200):
        return False
    socket.write(b"forward")
    socket.waitForBytesWritten(200)
    socket.disconnectFromServer()
    return True


def _listen(name: str, window: MainWindow) -> QLocalServer:
    QLocalServer.removeServer(name)
    server = QLocalServer(window)

    def come_forward() -> None:
        if connection := server.nextPendingConnection():
            connection.disconnected.connect(connection.deleteLater)
        window.showNormal()
        window.raise_()
        window.activateWindow()

    server.newConnection.connect(come_forward)
    if not server.listen(name):
        raise EnvironmentFault("no_server", "不能登记已打开的窗口，请重新启动电脑后再试")
    return server
