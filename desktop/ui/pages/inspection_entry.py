"""检查录入: the paper mirrored on the screen. 1–4 gives the verdict and goes on, Enter writes the problem."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.app import inspection
from desktop.app.editing import why_read_only
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.inspection import next_untouched
from desktop.domain.ledgers.inspection import InspectionResult
from desktop.domain.ledgers.words import NECESSITIES, SEVERITIES, VERDICTS
from desktop.domain.record import Cell
from desktop.ui import theme
from desktop.ui.desk import Desk
from desktop.ui.grid.delegate import BADGES
from desktop.ui.preview import preview
from desktop.ui.still_combo import StillCombo
from desktop.ui.widgets import button, card, label, line, toolbar

KEYS = {Qt.Key.Key_1: 0, Qt.Key.Key_2: 1, Qt.Key.Key_3: 2, Qt.Key.Key_4: 3}
NEEDS_TEXT = 2
"""Place of 不符合 among the verdicts."""


class ItemTable(QTableWidget):
    """The items; digits give verdicts."""

    def __init__(self, verdict: Callable[[int], None], write: Callable[[], None], skip: Callable[[], None]) -> None:
        super().__init__(0, 6)
        self._verdict, self._write, self._skip = verdict, write, skip
        self.setHorizontalHeaderLabels(["序号", "依据标准、条款", "检查内容", "方法", "结果", "问题"])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.setAccessibleName("检查项")
        for section, width in enumerate((44, 150, 0, 80, 96, 96)):
            self.setColumnWidth(section, width)
        self.horizontalHeader().setMinimumSectionSize(44)
        self.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in KEYS:
            self._verdict(KEYS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._write()
        elif key == Qt.Key.Key_F7:
            self._skip()
        else:
            super().keyPressEvent(event)


class InspectionEntry(QWidget):
    """One sheet being filled in; every key is saved at once."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.session = desk, desk.session
        self.key = ""
        self.left: Callable[[], None] = lambda: None
        self.results: list[InspectionResult] = []
        self._shown = ""
        self.unsaved: dict[str, dict[str, Cell]] = {}
        """Item → what was typed about it and could not be written."""
        self.table = ItemTable(self.give, self.begin_problem, self.next_item)
        self.table.currentCellChanged.connect(self._left_item)
        self.head, self.progress = label("", "quiet", 12), label("", bold=True)
        self.item_text = label("", wrap=True)
        self.buttons = [
            button(f"{at + 1}  {choice.label}", partial(self.give, at), "verdict") for at, choice in enumerate(VERDICTS)
        ]
        for made in self.buttons:
            made.setCheckable(True)
        self.problem, self.evidence, self.severity = QPlainTextEdit(), QLineEdit(), StillCombo()
        self.problem.setAccessibleName("问题描述")
        self.problem.setTabChangesFocus(True)
        self.severity.addItem("", None)
        for choice in SEVERITIES:
            self.severity.addItem(choice.label, choice.value)
        self.keep = button("保存问题　Ctrl+Enter", self.save_problem, "primary")
        self.keep.setShortcut("Ctrl+Return")
        self._arrange()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(
            toolbar(
                button("返回列表", self._back, icon_name="chevron-left"), self.head, None,
                button("打印", self.print_sheet, icon_name="print"), button("生成整改问题", self.raise_findings, icon_name="flag"),
            )
        )  # fmt: skip
        told = line(self.progress, None)
        told.setContentsMargins(16, 6, 16, 6)
        column.addWidget(told)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.table, 1)
        verdicts = QWidget()
        grid = QGridLayout(verdicts)
        grid.setContentsMargins(0, 0, 0, 0)
        for at, made in enumerate(self.buttons):
            grid.addWidget(made, at // 2, at % 2)
        side = card(self.item_text, verdicts, label("问题描述（不符合必填）", "quiet", 12), self.problem,
                    label("严重程度", "quiet", 12), self.severity, label("证据编号", "quiet", 12), self.evidence, self.keep,
                    label("1–4 录结果并到下一项　↑↓ 换项\nEnter 写问题　F7 下一未检项", "quiet", 12), name="panel")  # fmt: skip
        side.setFixedWidth(320)
        self.problem.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.problem.setMinimumHeight(theme.heights().control * 2)
        sight = QScrollArea()
        sight.setFrameShape(QFrame.Shape.NoFrame)
        sight.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        sight.setWidget(side)
        sight.setWidgetResizable(True)
        sight.setFixedWidth(320)
        row.addWidget(sight)
        column.addWidget(body, 1)

    def open(self, key: str) -> None:
        """Show a sheet and go to its next untouched item."""
        self.key = key
        self.reload()
        place = next_untouched([vars(result) for result in self.results])
        self.table.setCurrentCell(place or 0, 0)
        self.table.setFocus()

    def reload(self) -> None:
        """Read the sheet anew."""
        sheet = self.session.read.row("inspection", self.key)
        if sheet is None:
            return
        self.results = inspection.results_of(self.session, self.key)
        unit = self.session.read.caption("organisation", str(sheet["unit"])) if sheet["unit"] else "（未填受检单位）"
        self.head.setText(f"{sheet['code']}　{unit}　{sheet['inspected_on'] or ''}　{sheet['checklist_title']}")
        at = self.table.currentRow()
        self.table.blockSignals(True)
        self.table.setRowCount(len(self.results))
        for place, result in enumerate(self.results):
            self._fill(place, result)
        self.table.blockSignals(False)
        if at >= 0:
            self.table.setCurrentCell(min(at, len(self.results) - 1), 0)
        known = inspection.progress_of(self.session, self.key)
        counts = "　".join(f"{choice.label} {known.verdicts.get(choice.value, 0)}" for choice in VERDICTS)
        self.progress.setText(f"已录 {known.touched} / {known.items} 项　{counts}　达标率 {known.rate.percent}")
        reason = why_read_only(self.session, "inspection", self.key)
        for made in (*self.buttons, self.keep):
            made.setEnabled(not reason)
            made.setToolTip(reason or "")
        self._show_item()

    def _fill(self, place: int, result: InspectionResult) -> None:
        necessity = next((choice.label for choice in NECESSITIES if choice.value == result.necessity), "")
        clause = " ".join(str(word) for word in (result.standard_number, result.clause, necessity) if word)
        verdict = next((choice.label for choice in VERDICTS if choice.value == result.verdict), "")
        shape = BADGES[str(result.verdict)][0] + " " if result.verdict else ""
        texts = (str(place + 1), clause, result.content, result.method, f"{shape}{verdict}" or "未检", result.problem)
        for section, text in enumerate(texts):
            item = QTableWidgetItem("" if text is None else str(text))
            item.setToolTip(item.text())
            if section == 4:
                token = BADGES[str(result.verdict)][1] if result.verdict else "text_3"
                item.setText(f"{shape}{verdict}" if verdict else "未检")
                item.setForeground(theme.colour(token))
            self.table.setItem(place, section, item)
        self.table.setRowHeight(place, theme.heights().row + 4)

    def _current(self) -> InspectionResult | None:
        at = self.table.currentRow()
        return self.results[at] if 0 <= at < len(self.results) else None

    def _left_item(self, _row: int, _section: int, before: int, _before_section: int) -> None:
        """What was typed about an item is saved when it is left."""
        if 0 <= before < len(self.results) and before != self.table.currentRow():
            self._keep_typed(self.results[before])
        self._show_item()

    def _keep_typed(self, result: InspectionResult) -> None:
        typed: dict[str, Cell] = {
            "problem": self.problem.toPlainText().strip() or None,
            "severity": self.severity.currentData() or None,
            "evidence": self.evidence.text().strip() or None,
        }
        changed = {name: cell for name, cell in typed.items() if cell != getattr(result, name)}
        if changed and self._shown == result.key and not why_read_only(self.session, "inspection", self.key):
            self._save(result.key, changed)

    def _save(self, item: str, cells: dict[str, Cell]) -> None:
        """Write cells of an item; those that could not be written are kept and shown in it until they are."""
        session, sheet = self.session, self.key
        wanted = {**self.unsaved.get(item, {}), **cells}

        def written(_changes: Changes) -> None:
            self.unsaved.pop(item, None)

        def failed(refusal: Refusal) -> None:
            self.unsaved[item] = wanted
            place = next((at for at, result in enumerate(self.results, 1) if result.key == item), 0)
            self.desk.say("bad", f"第 {place} 项没有保存：{refusal.message}")
            self._show_item()

        self.desk.write(lambda _job: inspection.record(session, sheet, {item: wanted}), written, failed=failed)

    def _show_item(self) -> None:
        result = self._current()
        if result is None:
            return
        same = self._shown == result.key
        self._shown = result.key
        known = {**vars(result), **self.unsaved.get(result.key, {})}
        self.item_text.setText(f"第 {self.table.currentRow() + 1} 项　{result.content}")
        for made, choice in zip(self.buttons, VERDICTS, strict=True):
            made.setChecked(known["verdict"] == choice.value)
        if same and (self.problem.hasFocus() or self.evidence.hasFocus() or self.severity.hasFocus()):
            return
        self.problem.setPlainText(str(known["problem"] or ""))
        self.evidence.setText(str(known["evidence"] or ""))
        self.severity.setCurrentIndex(max(0, self.severity.findData(known["severity"])))

    def changed(self, changes: Changes) -> None:
        """Re-read if the sheet was touched."""
        if self.key and (changes.of("inspection_result") or self.key in changes.of("inspection")):
            self.reload()

    def give(self, place: int) -> None:
        """Write the verdict of the current item and go on; 不符合 first asks for the problem."""
        result = self._current()
        if result is None or why_read_only(self.session, "inspection", self.key):
            return
        if place == NEEDS_TEXT and not result.problem:
            for at, made in enumerate(self.buttons):
                made.setChecked(at == place)
            self.problem.setFocus()
            self.desk.say("warn", "不符合的项请写问题描述，再按 Ctrl+Enter 保存")
            return
        self._write({"verdict": VERDICTS[place].value})

    def begin_problem(self) -> None:
        """To the problem text."""
        self.problem.setFocus()

    def save_problem(self) -> None:
        """Write 不符合 (or the chosen verdict) with problem, severity and evidence, and go on."""
        text = self.problem.toPlainText().strip()
        chosen = next((at for at, made in enumerate(self.buttons) if made.isChecked()), NEEDS_TEXT)
        self._write({
            "verdict": VERDICTS[chosen].value, "problem": text or None, "severity": self.severity.currentData() or None,
            "evidence": self.evidence.text().strip() or None,
        })  # fmt: skip

    def _write(self, cells: dict[str, Cell]) -> None:
        result = self._current()
        if result is None:
            return
        self._shown = ""
        self.table.setCurrentCell(min(self.table.currentRow() + 1, len(self.results) - 1), 0)
        self.table.setFocus()
        self._show_item()
        self._save(result.key, cells)

    def next_item(self) -> None:
        """To the next untouched item (F7)."""
        place = next_untouched([vars(result) for result in self.results], self.table.currentRow())
        if place is None:
            self.desk.say("ok", "全部录完了")
        else:
            self.table.setCurrentCell(place, 0)

    def raise_findings(self) -> None:
        """A finding for each 不符合 item."""
        session, sheet = self.session, self.key
        self.desk.write(lambda _job: inspection.raise_findings(session, sheet), self._raised)

    def _raised(self, changes: Changes) -> None:
        number = len(changes.of("finding"))
        self.desk.say("ok", f"生成 {number} 条整改问题，见“整改”页" if number else "没有新的不符合项，不用生成")

    def print_sheet(self) -> None:
        """Preview the sheet as it stands."""
        session, key = self.session, self.key
        preview(self.desk, lambda: inspection.document(session, key), inspection.file_name(session, key), self)

    def _back(self) -> None:
        self.left()
