"""同步: received files, sent files, conflicts, at the bureau its units, and the record of it all."""

from pathlib import Path

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.store.identity import Identity
from desktop.ui.desk import Desk, Page
from desktop.ui.sync.conflict_list import ConflictList
from desktop.ui.sync.receiving import Receiving
from desktop.ui.sync.record_list import RecordList
from desktop.ui.sync.sending import Sending
from desktop.ui.sync.unit_list import UnitList


class SyncPage(Page):
    """One tab for each thing a person comes for."""

    title = "同步"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.receiving, self.sending = Receiving(desk), Sending(desk)
        self.conflicts, self.record = ConflictList(desk), RecordList(desk)
        self.units = UnitList(desk) if self.session.identity.is_bureau else None
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.receiving, "收到")
        self.tabs.addTab(self.sending, "送出")
        self.tabs.addTab(self.conflicts, "冲突")
        if self.units is not None:
            self.tabs.addTab(self.units, "单位")
            self.units.standing_in.connect(desk.standing_in)
        self.tabs.addTab(self.record, "记录")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        self._behind: set[QWidget] = set()
        """Tabs that have to be read again before they are shown."""
        self.tabs.currentChanged.connect(lambda _at: self._catch_up())
        self.receiving.applied.connect(self.reload)
        self.receiving.joined.connect(self._joined)
        self.record.taken_back.connect(self.reload)
        self._count()

    def context(self) -> str:
        return "预览，尚未写入" if self.receiving.received else ""

    def changed(self, changes: Changes) -> None:
        if changes:
            self.reload()

    def reload(self) -> None:
        """Every tab anew, most of them when they are shown."""
        self._behind = {self.sending, self.record, *filter(None, (self.units,))}
        self.conflicts.reload()
        self._count()
        self._catch_up()

    def _catch_up(self) -> None:
        for part in (self.sending, self.record, self.units):
            if part is not None and part in self._behind and part is self.tabs.currentWidget():
                self._behind.remove(part)
                part.reload()

    def _count(self) -> None:
        waiting = self.conflicts.count
        self.tabs.setTabText(self.tabs.indexOf(self.conflicts), f"冲突 {waiting}" if waiting else "冲突")

    def show_target(self, target: object) -> None:
        if isinstance(target, Path):
            self.tabs.setCurrentWidget(self.receiving)
            self.receiving.open(target)
        else:
            parts = {"conflicts": self.conflicts, "sending": self.sending, "receiving": self.receiving}
            self.tabs.setCurrentWidget(parts.get(str(target), self.receiving))

    def _joined(self, identity: Identity) -> None:
        anew = identity.device != self.session.identity.device
        self.session.identity = identity
        self.sending.reload()
        word = "这台电脑已登记为新的一台，台账不变" if anew else "已加入市局"
        self.desk.say("ok", f"{word}；请到“送出”生成一个上报包给市局，市局由此认识这台电脑")
