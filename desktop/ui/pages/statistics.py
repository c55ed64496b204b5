"""统计表: the official table; every figure opens the rows it counts."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.app import provisional, snapshots, statistics, syncing
from desktop.app.job import Job
from desktop.app.snapshots import Scope
from desktop.domain.changes import Changes
from desktop.domain.dates import is_full, parse_date
from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.system import SystemNode
from desktop.domain.statistics import StatisticsTable
from desktop.exchange.paper import Pages
from desktop.exchange.paper_pictures import write_picture
from desktop.ui.charts import BarChart
from desktop.ui.desk import Desk, Page
from desktop.ui.dialogs.freeze import FreezeDialog
from desktop.ui.dialogs.snapshots import SnapshotsDialog
from desktop.ui.made_files import ask_where
from desktop.ui.preview import preview
from desktop.ui.runner import Task
from desktop.ui.statistics_table import StatisticsTableView
from desktop.ui.widgets import button, card, label, line, toolbar

PICTURE_DOTS = 150
"""Dots per inch of the table as a picture."""
EVERY_DEPARTMENT = "全部处室"
EVERYBODY = "全市合计（去重）"

UNTIL_TYPED = 100
"""Milliseconds after which is looked again whether a figure is still being typed; the table is not changed below it."""

RESTS_ON = ("detail_entry", "standard", "standard_link", "system_node", "system_version")
"""The ledgers whose values the figures count."""


class StatisticsPage(Page):
    """Choose a layout (and at the bureau a unit), look, drill down, print."""

    title = "统计表"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        bureau = self.session.identity.is_bureau
        self.layouts = {item.name: item.id for item in statistics.layouts() if bureau or not item.bureau_only}
        self.layout_choice, self.unit_choice = QComboBox(), QComboBox()
        self.layout_choice.addItems(list(self.layouts))
        self.layout_choice.setAccessibleName("版式")
        self.unit_choice.setAccessibleName("单位")
        self.units = self._units()
        self.unit_choice.addItems(list(self.units))
        self.unit_choice.setVisible(len(self.units) > 1)
        for choice in (self.layout_choice, self.unit_choice):
            choice.currentIndexChanged.connect(lambda _at: self.reload())
        self.table = StatisticsTableView()
        self.table.asked.connect(self.drill)
        self.table.filled.connect(self.fill_planned)
        self._fillable: dict[str, str] = {}
        self.department_choice, self.day = QComboBox(), QLineEdit()
        self.department_choice.setAccessibleName("责任处室")
        self.department_choice.addItems([EVERY_DEPARTMENT, *statistics.departments(self.session)])
        self.department_choice.currentIndexChanged.connect(lambda _at: self.reload())
        self.day.setAccessibleName("截至日期")
        self.day.setPlaceholderText(f"截至 {self.session.today()}")
        self.day.setFixedWidth(136)
        self.day.editingFinished.connect(self.choose_day)
        self.heading, self.unit_line = label("", pixels=16, bold=True), label("", "quiet", 12)
        self.checks = label("", "quiet", 12, wrap=True)
        self.provisional = label("", "badge_warn", 12, wrap=True)
        self.corrected = button("", self.snapshots, "ghost", tip="冻结的统计表里，有的行后来改了；冻结的数字不变")
        self.corrected.hide()
        self.named_rows = button("", self.open_named, "ghost", tip="在标准明细中打开上面说到的行")
        self.chart = BarChart()
        self._shown: StatisticsTable | None = None
        self._day = ""
        self._asked = 0
        self._counting: tuple[Task, ...] = ()
        """The counts under way; those that have not begun when others are asked for never do."""
        self._arrange()
        self.setFocusProxy(self.table)
        self.reload()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(
            toolbar(
                self.layout_choice,
                self.unit_choice,
                self.department_choice,
                self.day,
                None,
                button("快照", self.snapshots, tip="看冻结的统计表，与现在或另一份比较，看更正"),
                button("冻结快照", self.freeze),
                button("打印、导出", self.preview, "primary", "print"),
            )
        )
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(16, 12, 16, 12)
        left = card(
            self.heading,
            self.unit_line,
            self.table,
            self.checks,
            self.provisional,
            line(
                label("双击数字看它数了哪些行", "quiet", 12),
                self.named_rows,
                self.corrected,
                None,
                button("复制为图片", self.copy_picture, "ghost", tip="复制整张统计表，可粘贴到文档或聊天窗口"),
            ),
        )
        self.heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(left, 5)
        copy_chart = button("复制", self.copy_chart, "ghost", tip="把这张图复制为图片")
        save_chart = button("存为图片", self.save_chart, "ghost", tip="把这张图存为 PNG 文件")
        row.addWidget(card(line(label("现有数", bold=True, pixels=14), None, copy_chart, save_chart), self.chart), 2)
        column.addWidget(body, 1)

    def _units(self) -> dict[str, list[str] | None]:
        ours = self.session.identity
        if not ours.is_bureau:
            return {ours.name: [ours.organisation]}
        known = [(ours.name, ours.organisation)]
        known += [(str(unit.name), str(unit.identity)) for unit in syncing.recipients(self.session)]
        twice = {name for name, count in Counter(name for name, _ in known).items() if count > 1}
        named = {f"{name}（{identity}）" if name in twice else name: [identity] for name, identity in known}
        return {EVERYBODY: None, **named}

    def context(self) -> str:
        return f"截至 {self.as_of()}"

    def changed(self, changes: Changes) -> None:
        self.units = self._units()
        _offer(self.unit_choice, list(self.units))
        self.unit_choice.setVisible(len(self.units) > 1)
        _offer(self.department_choice, [EVERY_DEPARTMENT, *statistics.departments(self.session)])
        self.reload()

    @property
    def department(self) -> str:
        """The department counted alone; empty for all."""
        return self.department_choice.currentText() if self.department_choice.currentIndex() > 0 else ""

    def reload(self) -> None:
        """Count anew, off the screen's thread; of several counts under way the last one asked for is shown."""
        session, day, department = self.session, self.as_of(), self.department
        owners = self.units.get(self.unit_choice.currentText())
        layout = self.layouts[self.layout_choice.currentText()]
        self._asked += 1
        asked = self._asked
        self._shown = None
        self.checks.setText("计算中……")
        for task in self._counting:
            task.job.cancel()
        table = self.desk.read(
            lambda _job: (statistics.table(session, layout, day, owners, department), statistics.fillable(session)),
            lambda found: self._counted(asked, *found),
            self._not_counted,
        )
        corrections = self.desk.read(lambda _job: len(snapshots.corrections(session)), self._corrected)
        self._counting = (table, corrections)

    def _not_counted(self, refusal: Refusal) -> None:
        self.checks.setText(f"× {refusal.message}")
        self.desk.say("bad", refusal.message)

    def _counted(self, asked: int, shown: StatisticsTable, nodes: Mapping[str, SystemNode]) -> None:
        if asked == self._asked and self.table.editing:
            QTimer.singleShot(UNTIL_TYPED, self, lambda: self._counted(asked, shown, nodes))
        elif asked == self._asked:
            self._shown = shown
            ours = self.units.get(self.unit_choice.currentText()) == [self.session.identity.organisation]
            open_here = ours and not self.department
            self._fillable = {name: str(node.planned_basis or "") for name, node in nodes.items()} if open_here else {}
            self._fill(shown)
            self.provisional.setText(provisional.sentence(self.session, RESTS_ON))

    def _corrected(self, number: int) -> None:
        self.corrected.setText(f"冻结后有 {number} 处更正，查看")
        self.corrected.setVisible(number > 0)

    def fill_planned(self, branch: str, number: str) -> None:
        """Take a typed 应有数 with its 依据, which is asked for; without one the figure stays as it was."""
        basis = self._fillable.get(branch, "")
        while number.strip():
            words = f"“{branch}”应有数 {number.strip()} 的依据（如规划或文件的名称、文号）："
            basis, sure = QInputDialog.getText(self, "应有数依据", words, QLineEdit.EchoMode.Normal, basis)
            if not sure:
                self.reload()
                return
            if basis.strip():
                break
        session = self.session
        self.desk.write(
            lambda _job: statistics.fill_planned(session, branch, number, basis), lambda _changes: self.reload(),
            failed=self._not_filled,
        )  # fmt: skip

    def _not_filled(self, refusal: Refusal) -> None:
        self.desk.say("bad", refusal.message)
        self.reload()

    def _fill(self, shown: StatisticsTable) -> None:
        self.heading.setText(shown.layout.title)
        only = f"　　责任处室：{self.department}" if self.department else ""
        self.unit_line.setText(f"编制单位：{self.unit_choice.currentText()}{only}　　截至 {shown.as_of}　　单位：个")
        self.table.show_table(shown, self._fillable)
        self.checks.setText("\n".join(("✓ " if check.holds else "× ") + check.sentence for check in shown.checks))
        keys = self._named_keys()
        self.named_rows.setText(f"查看说到的 {len(keys)} 行")
        self.named_rows.setVisible(bool(keys))
        self.chart.show_bars([(row.label, row.present.value) for row in shown.groups[0].rows])

    def drill(self, keys: tuple[str, ...]) -> None:
        """Open the rows behind a figure in the detail table."""
        if keys:
            self.desk.page_asked.emit("standards", keys)
        else:
            self.desk.say("warn", "这个数是 0，没有可看的行")

    def _named_keys(self) -> tuple[str, ...]:
        checks = self._shown.checks if self._shown is not None else ()
        return tuple(dict.fromkeys(key for check in checks for key in check.keys))

    def open_named(self) -> None:
        """Open the rows that the proofs below the table name."""
        if keys := self._named_keys():
            self.desk.page_asked.emit("standards", keys)

    def scope(self) -> Scope:
        """What is chosen: layout, day and unit."""
        owners = self.units.get(self.unit_choice.currentText())
        return Scope(
            self.layouts[self.layout_choice.currentText()], self.as_of(), None if owners is None else tuple(owners),
            self.unit_choice.currentText(),
        )  # fmt: skip

    def as_of(self) -> str:
        """The chosen day; today while none is typed."""
        return self._day or self.session.today()

    def choose_day(self) -> None:
        """Take the typed day; one that is not a whole date is refused and today's stays."""
        typed = self.day.text().strip()
        if typed == self._day:
            return
        day = parse_date(typed) if typed else ""
        if day is None or (day and not is_full(day)):
            self.desk.say("bad", "截至日期要写到日，如 2026-09-30")
            return
        self._day = day
        self.day.setText(day)
        self.reload()

    def freeze(self) -> None:
        """Ask for name and period and keep the table as it is."""
        if self.department:
            self.desk.say("warn", "快照冻结全部处室的数字，请先把责任处室选为“全部处室”")
            return
        dialog = FreezeDialog(self.as_of(), self)
        agreed = dialog.exec() == QDialog.DialogCode.Accepted
        name, period = dialog.name.text(), dialog.period.text()
        dialog.deleteLater()
        if agreed:
            self.keep(name, period)

    def keep(self, name: str, period: str) -> None:
        """Freeze the table under a name."""
        session, scope = self.session, self.scope()
        self.desk.write(
            lambda _job: snapshots.freeze(session, name, scope, period),
            lambda _result: self.desk.say("ok", f"已冻结快照“{name.strip()}”"),
        )

    def snapshots(self) -> None:
        """The kept tables."""
        dialog = SnapshotsDialog(self.desk, self.scope(), self)
        dialog.exec()
        dialog.deleteLater()

    def copy_picture(self) -> None:
        """The form as a picture for the clipboard."""
        if (shown := self._shown) is None:
            return
        document = self._document(shown)

        def picture(_job: Job) -> tuple[QImage, int]:
            pages = Pages(document())
            return pages.page_image(0, PICTURE_DOTS), pages.page_count

        self.desk.read(picture, lambda made: self._copied(*made), owner=self, short=True)

    def _copied(self, picture: QImage, page_count: int) -> None:
        QGuiApplication.clipboard().setImage(picture)
        more = "；表有几页，只复制了第一页，其余请用“打印、导出”" if page_count > 1 else ""
        self.desk.say("ok", f"统计表已复制为图片{more}")

    def copy_chart(self) -> None:
        """The chart as a picture for the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.chart.grab())
        self.desk.say("ok", "统计图已复制为图片")

    def save_chart(self) -> None:
        """The chart as a PNG file; where, is asked."""
        name = f"{self.session.identity.name}_统计图_{self.as_of()}.png"
        if path := ask_where(self, "存到哪里", name, "*.png"):
            picture = self.chart.grab().toImage()
            self.desk.read(
                lambda _job: write_picture(picture, path), lambda _none: self.desk.say("ok", f"已存到 {path}", path)
            )

    def _document(self, shown: StatisticsTable) -> Callable[[], Document]:
        return partial(statistics.document, self.session, shown, self.unit_choice.currentText(), self.department)

    def preview(self) -> None:
        """The table as a form."""
        if (shown := self._shown) is None:
            return
        preview(self.desk, self._document(shown), f"{self.session.identity.name}_标准统计表_{shown.as_of}", self)


def _offer(choice: QComboBox, words: list[str]) -> None:
    """Other words to choose from; the chosen one stays chosen while it is there."""
    chosen = choice.currentText()
    choice.blockSignals(True)
    choice.clear()
    choice.addItems(words)
    choice.setCurrentIndex(max(0, choice.findText(chosen)))
    choice.blockSignals(False)
