"""同步: make a bundle, take one in after looking into it; at the bureau enter units and write notes."""

from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.app import setup, syncing
from desktop.domain.changes import Changes
from desktop.store.workspace import Identity
from desktop.sync.intake import Outcome
from desktop.ui import theme
from desktop.ui.desk import Desk, Page
from desktop.ui.widgets import button, card, label, line, toolbar

LISTED = 2_000


class SyncPage(Page):
    """Steps from top to bottom: send, receive, what a received file would do."""

    title = "同步"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        bureau = self.session.identity.is_bureau
        self.recipient = QComboBox()
        self.recipient.setAccessibleName("发给")
        self.recipient.setVisible(bureau)
        self.received: Path | None = None
        self.told = label("把同步包（.bzb）拖到窗口里，或点“打开同步包”", wrap=True)
        self.rows = QTableWidget(0, 3)
        self.rows.setHorizontalHeaderLabels(["结果", "台账", "记录"])
        self.rows.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.rows.verticalHeader().hide()
        self.rows.horizontalHeader().setStretchLastSection(True)
        self.apply_button = button("应用到台账", self.apply, "primary")
        self.apply_button.setEnabled(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        tools: list[QWidget | None] = [
            self.recipient, button("生成下发包" if bureau else "生成上报包", self.make, icon_name="upload"),
            button("打开同步包", self.choose, icon_name="download"), None,
        ]  # fmt: skip
        if bureau:
            tools.append(button("新增单位", self.new_unit, icon_name="building"))
        column.addWidget(toolbar(*tools))
        body = card(label("收到的同步包", pixels=14, bold=True), self.told, self.rows, line(None, self.apply_button))
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(16, 12, 16, 12)
        inner.addWidget(body)
        column.addWidget(holder, 1)
        self._fill_recipients()

    def context(self) -> str:
        return "预览，尚未写入" if self.received else ""

    def changed(self, changes: Changes) -> None:
        if changes.of("organisation"):
            self._fill_recipients()

    def _fill_recipients(self) -> None:
        self.recipient.clear()
        for unit in syncing.recipients(self.session):
            self.recipient.addItem(f"发给 {unit.name}", unit.identity)

    def show_target(self, target: object) -> None:
        if isinstance(target, Path) and target.suffix.lower() == ".json":
            self.join(target)
        elif isinstance(target, Path):
            self.look_into(target)

    def join(self, path: Path) -> None:
        """Open a unit file: from now on this office reports to the bureau that wrote it."""
        session = self.session
        self.desk.write(lambda _job: setup.join_later(session, path), lambda joined: self._joined(joined.identity))

    def _joined(self, identity: Identity) -> None:
        self.session.identity = identity
        self.desk.say("ok", "已加入市局，可以生成上报包了")

    def make(self) -> None:
        """Ask for the folder (a USB stick) and write the bundle there."""
        folder = QFileDialog.getExistingDirectory(self, "存到哪个文件夹（可选 U 盘）")
        if folder:
            self.make_in(Path(folder))

    def make_in(self, folder: Path) -> None:
        """Write the bundle into a folder."""
        session, recipient = self.session, str(self.recipient.currentData() or "")
        self.desk.write(
            lambda _job: syncing.make_named(session, folder, recipient),
            lambda made: self.desk.say(
                "ok", f"已生成第 {made[1].number} 号同步包并读回核对：{made[0]}，可以安全拔出 U 盘"
            ),
        )

    def choose(self) -> None:
        """Ask for a bundle."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, "打开同步包", "", "同步包、授权文件 (*.bzb *.zip *.txt *.json);;所有文件 (*)"
        )
        if chosen:
            self.show_target(Path(chosen))

    def look_into(self, path: Path) -> None:
        """Verify a bundle and show what it would do."""
        session = self.session
        self.received = None
        self.apply_button.setEnabled(False)
        self.rows.setRowCount(0)
        self.told.setText(f"正在核对 {path.name} …")
        self.desk.write(lambda _job: syncing.inspect_bundle(session, path), lambda outcome: self._seen(path, outcome))

    def _seen(self, path: Path, outcome: Outcome) -> None:
        self.received = path
        lines = [syncing.in_words(outcome, rehearsal=True), *dict.fromkeys(outcome.notes)]
        if outcome.deleted:
            lines.append(f"其中删除 {outcome.deleted} 条")
        self.told.setText("\n".join(lines))
        self._list(outcome)
        self.apply_button.setEnabled(bool(outcome.new_segments))

    def _list(self, outcome: Outcome) -> None:
        shown = outcome.rows[:LISTED]
        self.rows.setRowCount(len(shown))
        for at, row in enumerate(shown):
            for section, text in enumerate((row.word, self.session.schema.ledger(row.ledger).label, row.caption)):
                self.rows.setItem(at, section, QTableWidgetItem(text))
            self.rows.setRowHeight(at, theme.heights().row)

    def apply(self) -> None:
        """Take the bundle in."""
        session, path = self.session, self.received
        if path is not None:
            self.apply_button.setEnabled(False)
            self.desk.write(lambda job: syncing.apply_bundle(session, path, job), self._applied, locks=True)

    def _applied(self, outcome: Outcome) -> None:
        self.received = None
        words = syncing.in_words(outcome, rehearsal=False)
        self.told.setText("\n".join((words, *dict.fromkeys(outcome.notes))))
        self.desk.say("warn" if outcome.notes else "ok", words)

    def new_unit(self) -> None:
        """Enter a unit and write its unit file."""
        dialog = UnitDialog(self)
        if dialog.exec():
            name, code = dialog.name.text().strip(), dialog.code.text().strip()
            chosen, _ = QFileDialog.getSaveFileName(self, "授权文件存到", f"授权文件_{name}.json", "*.json")
            if chosen:
                session, path = self.session, Path(chosen)
                self.desk.write(
                    lambda _job: setup.new_unit(session, name, code, path), lambda _id: self._unit_made(path)
                )
        dialog.deleteLater()

    def _unit_made(self, path: Path) -> None:
        self._fill_recipients()
        self.desk.say("ok", f"授权文件已存到 {path}，请当面或用 U 盘交给该单位")


class UnitDialog(QDialog):
    """Name and area code of a new unit."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("新增单位")
        self.name, self.code = QLineEdit(), QLineEdit()
        self.code.setPlaceholderText("6 位，如 330106")
        form = QFormLayout(self)
        form.addRow(label("单位名称"), self.name)
        form.addRow(label("行政区划码"), self.code)
        form.addRow(line(None, button("取消", self.reject), button("生成授权文件", self.accept, "primary")))
