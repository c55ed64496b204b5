"""标准明细: the detail table of our own system version, or of every unit at the bureau."""

from PySide6.QtGui import QKeySequence, QShortcut

from desktop.app import duplicates, system, system_versions
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.query import Condition, Sort
from desktop.domain.record import Cell
from desktop.ui.desk import Desk
from desktop.ui.links_strip import LinksStrip
from desktop.ui.pages.ledger import LedgerPage


class StandardsPage(LedgerPage):
    """Grid of detail entries with the links of the current one."""

    title = "标准明细"
    ledger = "detail_entry"
    sort = (Sort("code"), Sort("standard.number"))
    frozen = 2

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.strip = LinksStrip(desk)
        self.panel.add_below(self.strip)
        self.grid.row_chosen.connect(self.strip.show_entry)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.strip.take_over)
        self.strip.show_entry(self.panel.key)

    def changed(self, changes: Changes) -> None:
        super().changed(changes)
        if told := duplicates.already_there(self.session, changes):
            self.desk.say("warn", told)
        self.strip.show_entry(self.panel.key)

    def context(self) -> str:
        version = system.active_versions(self.session.read).get(self.session.identity.organisation)
        return self.session.read.caption("system_version", version) if version else "还没有标准体系"

    def base(self) -> Condition:
        return system.in_active_versions(self.session.read)

    def elsewhere(self, key: str) -> str:
        row = self.session.read.row(self.ledger, key)
        if row is None or not row["version"]:
            return super().elsewhere(key)
        version = str(row["version"])
        name = self.session.read.caption("system_version", version)
        state = system_versions.state_name(self.session, version)
        return f"这一行在“{name}”（{state}）里，这里只列现行版本的标准，请在现行版本里查找"

    def new_values(self) -> tuple[dict[str, str], dict[str, Cell]]:
        return {"standard.title": "（新标准）"}, {"version": system.own_version(self.session)}

    def add(self) -> None:
        try:
            super().add()
        except Refusal as refusal:
            self.desk.say("bad", refusal.message)
