"""记录: every bundle applied, with what came of it; one that nothing rests on can be taken back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.app import clock, exchanged, syncing
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.ui.desk import Desk
from desktop.ui.listing import Listing
from desktop.ui.widgets import button, label, line

NAMED = 20
"""Missing files named at most."""

WORDS = {"made": "送出", "applied": "应用", "undone": "撤销"}


class RecordList(QWidget):
    """What was applied and taken back."""

    taken_back = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.session = desk, desk.session
        self.applied = Listing("可撤销的同步包", ("时间", "来自", "文件", "能否撤销"), 3)
        self.applied.currentCellChanged.connect(lambda *_: self._chosen())
        self.undo_button = button("撤销选中的同步包", self.undo, "danger")
        self.log = Listing("收发记录", ("时间", "做了什么", "文件", "结果"), 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(label("应用过的同步包", bold=True))
        column.addWidget(self.applied, 2)
        self.why_not = label("", "quiet", 12, wrap=True)
        undoing = line(self.why_not, self.undo_button)
        undoing.layout().setStretch(0, 1)  # type: ignore[union-attr]
        column.addWidget(undoing)
        self.missing = label("", "badge_warn", 12, wrap=True)
        column.addWidget(self.missing)
        column.addWidget(label("全部收发记录", bold=True))
        column.addWidget(self.log, 3)
        self.reload()

    def reload(self) -> None:
        """Ask again for both lists."""
        self.applied.show_rows([
            (item, (clock.shown(item.at), item.sender, item.name, item.why_not or "可以撤销"))
            for item in syncing.undoable(self.session)
        ])  # fmt: skip
        self.log.show_rows([
            (item, (clock.shown(item.at), WORDS.get(item.kind, item.kind), item.name, exchanged.in_words(item)))
            for item in exchanged.entries(self.session)
        ])  # fmt: skip
        session = self.session
        self.desk.read(lambda _job: _missing(session), self.missing.setText, owner=self, short=True)
        self._chosen()

    def _chosen(self) -> None:
        chosen = self.applied.chosen
        self.why_not.setText(str(getattr(chosen, "why_not", "")))
        self.undo_button.setEnabled(chosen is not None and not self.why_not.text())

    def undo(self) -> None:
        """Take the chosen bundle back."""
        session, chosen = self.session, self.applied.chosen
        batch = int(getattr(chosen, "batch", 0))
        self.desk.write(lambda _job: syncing.undo_bundle(session, batch), self._undone, locks=True)

    def _undone(self, _changes: Changes) -> None:
        self.desk.say("ok", "同步包已撤销，台账回到应用之前；需要时可以再打开那个文件")
        self.reload()
        self.taken_back.emit()


def _missing(session: Session) -> str:
    """What was named in bundles and is not here: a rebuilt PC sees what could not be brought back. Every file is looked
    for."""
    rows = exchanged.missing_attachments(session)
    parts = exchanged.waiting_parts(session)
    names = "、".join(session.read.caption(*row) for row in rows[:NAMED])
    more = f" 等 {len(rows)} 个" if len(rows) > NAMED else ""
    said = [f"附件尚未收到：{names}{more}，请对方用 U 盘再送一次"] if rows else []
    if parts:
        said.append(f"有 {parts} 段数据在等对方补发前面的部分")
    return "；".join(said)
