"""授权备份 in the settings of the bureau: save its authority to a file, or take it back from there."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.app import setup
from desktop.domain.errors import Refusal
from desktop.ui.desk import Desk
from desktop.ui.made_files import ask_where
from desktop.ui.sync.passphrase import KEPT, ask_passphrase
from desktop.ui.widgets import button, card, label, line


class AuthorityCard(QWidget):
    """Two buttons; the passphrase is shown once, to be written down."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._session = desk, desk.session
        self.told = label("", "badge_warn", wrap=True)
        self.told.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card(
            line(
                label("授权备份", bold=True, pixels=14),
                label("市局的授权丢了就不能再给单位生成授权文件，请存一份到 U 盘，锁进柜子", "quiet", 12), None,
                button("找回授权…", self.take_back, "ghost"), button("存授权备份…", self.save, icon_name="shield"),
            ),
            self.told,
        ))  # fmt: skip

    def save(self) -> None:
        """Ask where, write the file and show its passphrase."""
        name = f"授权备份_{self._session.identity.name}_{self._session.today()}.json"
        if path := ask_where(self, "授权备份存到", name, "*.json"):
            session, passphrase = self._session, setup.spoken_passphrase() + setup.spoken_passphrase()
            spoken = " ".join(passphrase[at : at + 5] for at in range(0, len(passphrase), 5))
            self.told.setText(f"口令 {spoken}　只显示这一次，请写下来，和文件分开保存")
            self.told.show()
            self._desk.write(
                lambda _job: setup.save_authority(session, path, passphrase),
                lambda _none: self._desk.say("ok", "授权备份已存好，口令在“授权备份”一栏", path), failed=self._not_saved,
            )  # fmt: skip

    def _not_saved(self, refusal: Refusal) -> None:
        self.told.hide()
        self._desk.say("bad", refusal.message)

    def take_back(self) -> None:
        """Ask for the file and its passphrase, and put the authority in its place."""
        chosen, _ = QFileDialog.getOpenFileName(self, "打开授权备份", "", "授权备份 (*.json)")
        passphrase = ask_passphrase(self, Path(chosen).name, KEPT) if chosen else None
        if passphrase is not None:
            session, path = self._session, Path(chosen)
            self._desk.write(
                lambda _job: setup.take_back_authority(session, path, passphrase),
                lambda _none: self._desk.say("ok", "授权已找回，可以照常生成和收取同步包"),
            )
