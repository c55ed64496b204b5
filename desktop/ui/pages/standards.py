"""标准明细: the detail table of our own system version, or of every unit at the bureau."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.app import exporting, history, system
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.query import Condition, Op, Sort, Test
from desktop.domain.record import Cell
from desktop.ui.batches_dialog import BatchesDialog
from desktop.ui.desk import Desk
from desktop.ui.importing.wizard import ImportWizard
from desktop.ui.links_strip import LinksStrip
from desktop.ui.pages.ledger import LedgerPage
from desktop.ui.widgets import button


class StandardsPage(LedgerPage):
    """Grid of detail entries with import, export and print."""

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
        self.strip.show_entry(self.panel.key)

    def context(self) -> str:
        version = system.active_versions(self.session.read).get(self.session.identity.organisation)
        return self.session.read.caption("system_version", version) if version else "还没有标准体系"

    def base(self) -> Condition:
        return Test("version", Op.IN, tuple(system.active_versions(self.session.read).values()))

    def tools(self) -> Sequence[QWidget]:
        return [
            *super().tools(),
            button("导入", self.choose_file, icon_name="import"),
            button("导出", self.export, icon_name="export"),
            button("撤销导入", self.undo_import, icon_name="history", tip="整批撤销某一次导入，隔天也可以"),
        ]

    def new_values(self) -> tuple[dict[str, str], dict[str, Cell]]:
        return {"standard.title": "（新标准）"}, {"version": system.own_version(self.session)}

    def add(self) -> None:
        try:
            super().add()
        except Refusal as refusal:
            self.desk.say("bad", refusal.message)

    def show_target(self, target: object) -> None:
        if isinstance(target, Path):
            self.open_wizard(target)
        else:
            super().show_target(target)

    def choose_file(self) -> None:
        """Begin an import with the choice of a file."""
        self.open_wizard(None)

    def open_wizard(self, path: Path | None) -> ImportWizard:
        """The import's steps over the window, beginning with a file if there is one."""
        wizard = ImportWizard(self.desk, self.ledger, path, self)
        wizard.finished.connect(lambda _result: self._imported())
        wizard.finished.connect(wizard.deleteLater)
        wizard.open()
        return wizard

    def _imported(self) -> None:
        """An import may have made the version whose rows are shown."""
        self.model.reload()
        self.reload()

    def undo_import(self) -> None:
        """Choose an import and take it back as a whole."""
        dialog = BatchesDialog(self.session, self)
        if dialog.exec() and (number := dialog.number):
            session = self.session
            self.desk.write(
                lambda _job: history.undo_step(session, number),
                lambda _changes: self.desk.say("ok", "已撤销这次导入；导入后手工改过的内容保留"),
                locks=True,
            )
        dialog.deleteLater()

    def export(self) -> None:
        """Every column in use to a file."""
        name = f"{self.session.identity.name}_标准明细_{self.session.today()}"
        chosen, _ = QFileDialog.getSaveFileName(self, "导出到", f"{name}.xlsx", "Excel (*.xlsx);;CSV (*.csv)")
        if not chosen:
            return
        session, path = self.session, Path(chosen)
        self.desk.read(lambda job: exporting.export(session, "detail_entry", path, job=job),
                       lambda rows: self.desk.say("ok", f"已导出 {rows} 行到 {path}"))  # fmt: skip
