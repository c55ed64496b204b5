"""From the command line to the open window."""

import gc
import hashlib
import logging
import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop.app import backups, setup
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.keys import ALPHABET
from desktop.exchange import worker
from desktop.store.workspace import LIBRARY
from desktop.ui import theme
from desktop.ui.desk import Desk
from desktop.ui.runner import Runner
from desktop.ui.window import MainWindow

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


COLLECTING = (10_000, 50, 1_000)
"""How seldom memory is searched for rings: a full search of a large library's lists stops the window for 0.2 s."""

TURN = 0.001
"""Seconds a job may compute before the window has its turn; the usual 5 ms add up, for each call into Qt gives way."""


def application() -> QApplication:
    """The one application, with the theme installed."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    made = QApplication(sys.argv[:1])
    made.setApplicationName("标准化工作台")
    theme.install(made)
    in_chinese(made)
    return made


def in_chinese(application: QApplication) -> None:
    """Qt's own words, such as the buttons of a question and the menu of a text, in Chinese whatever the system speaks."""
    translator = QTranslator(application)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)


def make_window(session: Session) -> MainWindow:
    """The window of an open library."""
    gc.set_threshold(*COLLECTING)
    sys.setswitchinterval(TURN)
    from desktop.ui.pages import specs

    worker.begin()
    runner = Runner()
    desk = Desk(session, runner)
    window = MainWindow(desk, specs())
    folder = session.workspace.folder

    def crashed(error: BaseException) -> None:
        from desktop.ui import crash

        written: Path | None = None
        with suppress(OSError):
            written = crash.report(folder, error)
        window.notice.say("bad", crash.sentence(written))

    def hook(_kind: type[BaseException], error: BaseException, _trace: object) -> None:
        crashed(error)

    runner.crashed.connect(crashed)
    sys.excepthook = hook
    return window


def start(folder: Path, *, given: bool, quit_after_start: bool) -> int:
    """Open the library in `folder`, or begin one there; the exit status."""
    _need_screen()
    try:
        return _start(folder, quit_after_start=quit_after_start)
    except Refusal as refusal:
        if quit_after_start:
            raise
        if refusal.code == "damaged" and _restored(folder, refusal.message):
            return _start(folder, quit_after_start=False)
        QMessageBox.warning(None, "标准化工作台", refusal.message)
        return 1


def _restored(folder: Path, message: str) -> bool:
    """Offer the newest backup in place of a damaged library, which is set aside; whether it was taken."""
    found = backups.checked(folder)
    if not found:
        return False
    question = f"{message}。\n\n最近一份校验过的备份是 {found[0].at:%Y-%m-%d %H:%M}。现在恢复它吗？损坏的文件会另存，不会删除。"
    answer = QMessageBox.question(None, "标准化工作台", question)
    if answer != QMessageBox.StandardButton.Yes:
        return False
    backups.restore(folder, found[0].path)
    return True


def _start(folder: Path, *, quit_after_start: bool) -> int:
    app = application()
    if not (folder / LIBRARY).is_file():
        from desktop.ui.first_start import FirstStart

        first = FirstStart(folder)
        if quit_after_start:
            QTimer.singleShot(0, first.reject)
        if not first.exec() or first.session is None:
            return 0
        session = first.session
    else:
        try:
            session = setup.open_library(folder)
        except EnvironmentFault as fault:
            if fault.code == "workspace_open" and _other_window_came_forward(server_name(folder)):
                return 0
            raise
    window = make_window(session)
    show(window)
    gc.freeze()
    gc.enable()
    if quit_after_start:
        QTimer.singleShot(0, window.close)
    else:
        QTimer.singleShot(0, partial(_settle_in, folder, window))
    status = app.exec()
    while window.restore_from is not None:
        window = reopened(folder, window)
        _listen(server_name(folder), window)
        status = app.exec()
    _gone(window)
    return status


def _gone(window: MainWindow) -> None:
    """Take a closed window apart from its top; the search for rings would do it in any order, which Qt does not bear."""
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def show(window: MainWindow) -> None:
    """Bring a new window up in its usual size."""
    window.resize(1366, 728)
    window.show()


def reopened(folder: Path, closed: MainWindow) -> MainWindow:
    """The window over the library restored from the backup that a closed window asked for; it says what became of the
    current data and what to do next. A backup that is refused leaves the library as it was. The closed window is gone
    before, so that it stops listening for a second start."""
    source = closed.restore_from
    assert source is not None
    try:
        aside = backups.restore(folder, source)
        known = backups.described(source)
        kind, said = "warn", f"已恢复到{known.words if known else source.name}"
        said += "，恢复前的数据另存为一份“恢复前”的备份" if aside else ""
    except Refusal as refusal:
        kind, said = "bad", refusal.message
    _gone(closed)
    window = make_window(setup.open_library(folder))
    tell_concerns(window, kind, said)
    show(window)
    return window


def _need_screen() -> None:
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _SCREENS):
        raise EnvironmentFault("no_screen", "这里没有屏幕，不能打开窗口；可用 --help 看不需要屏幕的命令")


def server_name(folder: Path) -> str:
    """The name under which the window of a data folder listens."""
    number = int(hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:20], 16)
    return "standards-desk-" + "".join(ALPHABET[number >> 5 * place & 31] for place in range(16))


def _settle_in(folder: Path, window: MainWindow) -> None:
    """What can wait until the window is up: the log, and listening for a second start."""
    from desktop.ui import crash

    crash.log_to(folder)
    fallen = crash.watch(folder)
    _listen(server_name(folder), window)
    tell_concerns(window, "warn", *([crash.fell(fallen)] if fallen else []))


def tell_concerns(window: MainWindow, kind: str = "warn", *said: str) -> None:
    """Say what there is to say, and what to know of this copy of the library, if there is anything. A copy becomes one of
    its own by that, before anything else is written."""
    session = window.desk.session

    def tell(found: list[str]) -> None:
        if said or found:
            window.notice.say(kind, "。".join((*said, *found)))

    tell([])
    window.desk.write(lambda _job: setup.concerns(session), tell)


def _other_window_came_forward(name: str) -> bool:
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(200):
        return False
    socket.write(b"forward")
    socket.waitForBytesWritten(200)
    socket.disconnectFromServer()
    return True


def _listen(name: str, window: MainWindow) -> None:
    from PySide6.QtNetwork import QLocalServer

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
        logging.getLogger(__name__).error("第二次启动时不能把这个窗口带到前面：%s", server.errorString())
