"""统计快照: open one as it was frozen, compare, see and print what was corrected since."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.app import snapshots, statistics
from desktop.app.snapshots import Scope
from desktop.domain.comparison import ChangedRow, Kept, Side, compared, restored
from desktop.domain.comparison_form import ROW_COLUMNS, comparison_document, row_cells, rows_document, side_name
from desktop.domain.dates import is_full, parse_date
from desktop.domain.ledgers.common import Snapshot
from desktop.domain.ledgers.words import KINDS, LEVELS, NATURES, STATUSES
from desktop.ui.desk import Desk
from desktop.ui.preview import preview
from desktop.ui.statistics_table import StatisticsTableView
from desktop.ui.widgets import Notice, button, label, line

WORDS = {choice.value: choice.label for group in (LEVELS, NATURES, KINDS, STATUSES) for choice in group}


def _table(headings: Sequence[str], widths: Sequence[int]) -> QTableWidget:
    made = QTableWidget(0, len(headings))
    made.setHorizontalHeaderLabels(list(headings))
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.verticalHeader().hide()
    made.horizontalHeader().setStretchLastSection(True)
    for section, width in enumerate(widths):
        made.setColumnWidth(section, width)
    return made


def _fill(table: QTableWidget, lines: Sequence[Sequence[str]], figures_from: int = 99) -> None:
    table.setRowCount(len(lines))
    for at, cells in enumerate(lines):
        for section, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            if section >= figures_from:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(at, section, item)


def _show(dialog: QDialog) -> None:
    dialog.exec()
    dialog.deleteLater()


class RowsDialog(QDialog):
    """Rows as they were kept or as they differ; looking only."""

    def __init__(self, desk: Desk, title: str, rows: Sequence[ChangedRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(860, 480)
        self.table = _table(ROW_COLUMNS, (60, 90, 160, 260))
        _fill(self.table, [row_cells(item, WORDS) for item in rows])
        session = desk.session
        document = rows_document(title, session.identity.name, rows, WORDS, session.watermark)
        column = QVBoxLayout(self)
        column.addWidget(label(f"{title}，共 {len(rows)} 行", bold=True))
        column.addWidget(self.table, 1)
        column.addWidget(
            line(None, button("打印、导出", lambda: preview(desk, lambda: document, title, self), icon_name="print"),
                 button("关闭", self.reject))
        )  # fmt: skip


class KeptDialog(QDialog):
    """A table as it was frozen; its figures open the kept rows."""

    def __init__(self, desk: Desk, name: str, kept: Kept, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"快照 · {name}")
        self.resize(780, 560)
        self._desk, self._side, self._name = desk, restored(kept), name
        self.view = StatisticsTableView()
        self.view.show_table(self._side.table)
        self.view.asked.connect(self.drill)
        checks = "\n".join(check.sentence for check in kept.checks)
        document = statistics.document(desk.session, self._side.table, kept.unit)
        column = QVBoxLayout(self)
        column.addWidget(label(kept.layout.title, pixels=16, bold=True))
        column.addWidget(label(f"编制单位：{kept.unit}　　截至 {kept.as_of}　　冻结后不再变化", "quiet", 12))
        column.addWidget(self.view, 1)
        column.addWidget(label(checks, "quiet", 12, wrap=True))
        column.addWidget(
            line(None, button("打印、导出", lambda: preview(desk, lambda: document, name, self), icon_name="print"),
                 button("关闭", self.reject))
        )  # fmt: skip

    def rows_behind(self, keys: tuple[str, ...]) -> RowsDialog:
        """The kept rows of a figure in a list."""
        rows = [ChangedRow("", key, self._side.rows[key]) for key in keys]
        return RowsDialog(self._desk, f"{self._name}的明细", rows, self)

    def drill(self, keys: tuple[str, ...]) -> None:
        """Show the kept rows behind a figure."""
        _show(self.rows_behind(keys))


class ComparisonDialog(QDialog):
    """Old, new and ± of each figure; a figure opens the rows that make the difference."""

    def __init__(self, desk: Desk, old: tuple[str, Side], new: tuple[str, Side], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("比较")
        self.resize(980, 600)
        self._desk = desk
        self.lines = compared(old[1], new[1])
        layout = new[1].table.layout
        headings = [f"{column.label}\n{part}" for column in layout.columns for part in ("原", "现", "增减")]
        self.table = _table(["", "统计项", *headings], (70, 150, *([72] * len(headings))))
        _fill(
            self.table,
            [(item.group, item.label, *(text for cell in item.cells for text in (cell.old, cell.new, cell.change)))
             for item in self.lines], figures_from=2,
        )  # fmt: skip
        self.table.cellActivated.connect(self.drill)
        names = tuple(side_name(name, side.table.as_of) for name, side in (old, new))
        session = desk.session
        document = comparison_document(
            self.lines, layout, (names[0], names[1]), session.identity.name, session.watermark
        )
        column = QVBoxLayout(self)
        column.addWidget(label(f"原：{names[0]}　　现：{names[1]}", bold=True, wrap=True))
        column.addWidget(self.table, 1)
        column.addWidget(
            line(label("双击数字看新增、移出和变化的行", "quiet", 12), None,
                 button("打印、导出", lambda: preview(desk, lambda: document, "比较", self), icon_name="print"),
                 button("关闭", self.reject))
        )  # fmt: skip

    def rows_behind(self, at: int, section: int) -> list[ChangedRow]:
        """The rows that differ behind a cell of the table."""
        return list(self.lines[at].cells[(section - 2) // 3].rows) if section >= 2 else []

    def drill(self, at: int, section: int) -> None:
        """Show the rows that differ behind a figure."""
        if rows := self.rows_behind(at, section):
            _show(RowsDialog(self._desk, f"{self.lines[at].label}的变化", rows, self))


class SnapshotsDialog(QDialog):
    """The snapshots of the library; one or two are chosen and looked at."""

    def __init__(self, desk: Desk, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("统计快照")
        self.resize(760, 460)
        self._desk, self._session, self._scope = desk, desk.session, scope
        self._known: list[Snapshot] = []
        self._corrected: dict[str, list[ChangedRow]] = {}
        self.table = _table(("名称", "版式", "截至日期", "所属期间", "更正"), (220, 150, 100, 90))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.cellActivated.connect(lambda _at, _section: self.look())
        self.notice = Notice()
        column = QVBoxLayout(self)
        column.addWidget(self.notice)
        column.addWidget(self.table, 1)
        column.addWidget(label("选一份可打开或与现在比较；按住 Ctrl 选两份可互相比较", "quiet", 12))
        column.addWidget(
            line(button("打开", self.look, "primary"), button("比较", self.compare), button("查看更正", self.corrected),
                 None, button("关闭", self.reject))
        )  # fmt: skip
        self.day = QLineEdit()
        self.day.setAccessibleName("比较日期")
        self.day.setPlaceholderText("如 2026-09-30")
        self.day.setFixedWidth(136)
        today = scope.as_of or desk.session.today()
        column.insertWidget(
            3, line(label("台账在另一日期的数字"), self.day, button(f"与 {today} 比较", self.compare_days), None)
        )
        desk.read(lambda _job: self._read(), self._fill, owner=self)

    def _read(self) -> tuple[list[Snapshot], dict[str, list[ChangedRow]]]:
        found: dict[str, list[ChangedRow]] = {}
        for item in snapshots.corrections(self._session):
            found.setdefault(item.snapshot, []).append(item.row)
        return snapshots.snapshots_of(self._session), found

    def _fill(self, read: tuple[list[Snapshot], dict[str, list[ChangedRow]]]) -> None:
        self._known, self._corrected = read
        cells = [
            (str(item.name), str(item.layout or ""), str(item.as_of or ""), str(item.period or ""),
             f"更正 {len(self._corrected[item.key])} 条" if item.key in self._corrected else "")
            for item in self._known
        ]  # fmt: skip
        _fill(self.table, cells)
        if not cells:
            self.notice.say("warn", "还没有快照，请在统计表页按“冻结快照”")

    def chosen(self) -> list[Snapshot]:
        """The selected snapshots, the older first."""
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        return sorted((self._known[at] for at in rows), key=lambda item: str(item.as_of or ""))

    def look(self) -> None:
        """The chosen one as it was frozen."""
        if len(found := self.chosen()) != 1:
            self.notice.say("warn", "请选一份快照")
            return
        name, key, session = str(found[0].name), found[0].key, self._session
        self._run(lambda: snapshots.open_kept(session, key), lambda kept: KeptDialog(self._desk, name, kept, self))

    def compare(self) -> None:
        """The chosen one with what stands in the ledgers, or two with each other."""
        found, session, scope = self.chosen(), self._session, self._scope
        if len(found) not in (1, 2):
            self.notice.say("warn", "请选一份或两份快照")
            return

        def sides() -> list[tuple[str, Side]]:
            kept = [snapshots.open_kept(session, item.key) for item in found]
            snapshots.refuse_other_layout(kept[0], kept[-1])
            known = [(str(item.name), restored(one)) for item, one in zip(found, kept, strict=True)]
            return known if len(known) == 2 else [*known, ("现在", snapshots.live(session, kept[0], scope.as_of))]

        self._run(sides, lambda both: ComparisonDialog(self._desk, both[0], both[1], self))

    def compare_days(self) -> None:
        """Today's ledgers as of the typed day and as of the day of the page."""
        day = parse_date(self.day.text().strip())
        if day is None or not is_full(day):
            self.notice.say("bad", "比较日期要写到日，如 2026-09-30")
            return
        session, scope = self._session, self._scope
        pair = (replace(scope, as_of=day), scope)
        self._run(
            lambda: sorted((snapshots.on_day(session, one) for one in pair), key=lambda side: side.table.as_of),
            lambda sides: ComparisonDialog(self._desk, ("台账", sides[0]), ("台账", sides[1]), self),
        )

    def corrected(self) -> None:
        """The 更正 of the chosen one."""
        rows = [row for item in self.chosen() for row in self._corrected.get(item.key, [])]
        if rows:
            _show(RowsDialog(self._desk, "冻结以后的更正", rows, self))
        else:
            self.notice.say("ok", "选中的快照冻结以后没有更正")

    def _run(self, work: Callable[[], Any], dialog: Callable[[Any], QDialog]) -> None:
        self._desk.read(
            lambda _job: work(), lambda result: _show(dialog(result)),
            lambda refusal: self.notice.say("bad", refusal.message), owner=self,
        )  # fmt: skip
