"""What a ledger's page does with files: bringing one in, its empty template, giving all rows out, taking an import back."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.app import exporting, history
from desktop.app.template import template
from desktop.ui.desk import Page
from desktop.ui.dialogs.batches import BatchesDialog
from desktop.ui.importing.wizard import ImportWizard
from desktop.ui.made_files import TABLE_KINDS, ask_for_template, ask_where
from desktop.ui.widgets import button


class LedgerFiles(Page):
    """The page of a ledger as far as files go; whether tables can be brought in, its declaration tells."""

    ledger = ""

    @property
    def takes_tables(self) -> bool:
        """Whether tables can be imported here."""
        return self.session.schema.ledger(self.ledger).importable

    def import_tools(self) -> Sequence[QWidget]:
        """The button that brings rows in, if they can be."""
        tip = "导入 Excel、WPS 或 CSV 表格，先检查后写入"
        return [button("导入…", self.choose_file, icon_name="import", tip=tip)] if self.takes_tables else []

    def file_tools(self) -> Sequence[QWidget]:
        """The further, quieter buttons."""
        export = button("导出…", self.export, "ghost", "export", "全部行和列存为 Excel 或 CSV")
        if not self.takes_tables:
            return [export]
        return [
            button("模板…", self.save_template, "ghost", "save", "存一份空白模板，填好后从“导入…”导入"),
            button("撤销导入", self.undo_import, "ghost", "history", "整批撤销某一次导入，隔天也可以"),
            export,
        ]

    def imported(self) -> None:
        """Show what an import brought."""

    def choose_file(self) -> None:
        """Begin an import with the choice of a file."""
        self.open_wizard(None)

    def open_wizard(self, path: Path | None) -> ImportWizard:
        """The import's steps over the window, beginning with a file if there is one."""
        wizard = ImportWizard(self.desk, self.ledger, path, self)
        wizard.finished.connect(lambda _result: self.imported())
        wizard.finished.connect(wizard.deleteLater)
        wizard.open()
        return wizard

    def save_template(self) -> None:
        """The empty template of this ledger, where the person wants it."""
        session, ledger = self.session, self.ledger
        if path := ask_for_template(self, session.schema.ledger(ledger).label):
            self.desk.read(
                lambda job: template(session, ledger, path, job),
                lambda _none: self.desk.say("ok", f"模板已存到 {path}，填好后从“导入…”导入", path),
            )

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
        session, ledger = self.session, self.ledger
        name = f"{session.identity.name}_{session.schema.ledger(ledger).label}_{session.today()}.xlsx"
        if path := ask_where(self, "导出到", name, TABLE_KINDS):
            self.desk.read(
                lambda job: exporting.export(session, ledger, path, job=job),
                lambda rows: self.desk.say("ok", f"已导出 {rows} 行到 {path}", path),
            )
