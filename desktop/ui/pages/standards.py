"""标准明细: the detail table of our own system version, or of every unit at the bureau."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop.app import exporting, history, importing, system
from desktop.app.import_plan import Plan
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.query import Condition, Op, Sort, Test
from desktop.domain.record import Cell
from desktop.ui.batches_dialog import BatchesDialog
from desktop.ui.desk import Desk
from desktop.ui.import_dialog import ImportDialog
from desktop.ui.links_strip import LinksStrip
from desktop.ui.pages.ledger import LedgerPage
from desktop.ui.preview import Preview
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
            button("打印", self.choose_layout, icon_name="print"),
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
            self.import_file(target)
        else:
            super().show_target(target)

    def choose_file(self) -> None:
        """Ask for a table and import it."""
        chosen, _ = QFileDialog.getOpenFileName(self, "选择要导入的表格", "", "表格 (*.xlsx *.xls *.et *.ods *.csv)")
        if chosen:
            self.import_file(Path(chosen))

    def import_file(self, path: Path) -> None:
        """Judge a file in the background, show what it would do, apply it when a person agrees."""
        session = self.session

        def judged(plan: Plan) -> None:
            dialog = ImportDialog(session, plan, path, self)
            if dialog.exec():
                self.desk.write(
                    lambda job: importing.apply(session, plan, path, job),
                    lambda _changes: self._imported(plan),
                    locks=True,
                )

        self.desk.read(lambda job: importing.plan(session, path, self.ledger, job), judged)

    def _imported(self, plan: Plan) -> None:
        counts = plan.counts()
        self.model.reload()
        self.reload()
        refused = f"，{counts['refused']} 行没有导入（见导入报告）" if counts["refused"] else ""
        self.desk.say("ok", f"已导入 {plan.file_name}：新增 {counts['added']}，更新 {counts['changed']}{refused}；"
                            "可用 Ctrl+Z 整批撤销")  # fmt: skip

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
        self.desk.read(lambda _job: exporting.export(session, "detail_entry", path),
                       lambda rows: self.desk.say("ok", f"已导出 {rows} 行到 {path}"))  # fmt: skip

    def choose_layout(self) -> None:
        """The printed layouts, then the preview."""
        menu = QMenu(self)
        for layout in exporting.detail_layouts():
            menu.addAction(str(layout["name"]), lambda chosen=str(layout["id"]): self.preview(chosen))
        menu.exec(self.mapToGlobal(self.grid.geometry().topLeft()))
        menu.deleteLater()

    def preview(self, layout: str) -> None:
        """The shown rows in a printed layout."""
        document = exporting.detail_document(self.session, layout, query=self.model.query)
        dialog = Preview(document, f"{self.session.identity.name}_标准明细表_{self.session.today()}", self)
        dialog.exec()
        dialog.deleteLater()
