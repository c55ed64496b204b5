"""代录: a second window, in which the bureau enters the rows of a unit that has no program."""

from PySide6.QtGui import QCloseEvent

from desktop.app.session import Session
from desktop.ui.desk import Desk
from desktop.ui.runner import Runner
from desktop.ui.window import MainWindow, PageSpec

LEFT_OUT = ("home", "sync", "settings")
"""Pages that are the bureau's own."""


class StandInWindow(MainWindow):
    """The ledgers as the unit itself would see them; the library stays open when it closes."""

    def __init__(self, owner: MainWindow, session: Session, specs: tuple[PageSpec, ...]) -> None:
        desk = Desk(session, Runner(owner.desk.runner))
        super().__init__(desk, tuple(spec for spec in specs if spec.id not in LEFT_OUT))
        self.setWindowTitle(f"代录：{session.identity.name}")
        self.notice.say(
            "warn", f"正在代 {session.identity.name} 录入；该单位以后自己登记时，这些记录连同历史一起交给它"
        )
        self.resize(owner.size())
        # What is written in any window reaches all through the owner, this one included, and each of them once.
        desk.changed.disconnect(self._changed)
        desk.changed.connect(owner.desk.changed)
        owner.desk.changed.connect(self._changed)
        self.desk.runner.crashed.connect(owner.desk.runner.crashed)

    def let_go(self) -> str:
        """Only this window's work ends."""
        return ""

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if event.isAccepted():
            self.deleteLater()
