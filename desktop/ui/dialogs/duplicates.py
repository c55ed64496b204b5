"""查重: groups of rows that may be the same, side by side, and what to do about them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QListWidget,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.app import duplicates
from desktop.app.labels import spare_labels
from desktop.domain.duplicates import Group
from desktop.domain.record import Cell, Field
from desktop.ui import theme
from desktop.ui.desk import Desk
from desktop.ui.widgets import button, label, line


class DuplicatesDialog(QDialog):
    """Left the groups, right the fields in which their rows differ; a clicked cell is the one that is kept."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("查重")
        self.resize(1040, 600)
        self._desk, self._session = desk, desk.session
        self._fields: list[tuple[Field, tuple[Cell, ...]]] = []
        self.found: list[Group] = []
        self.ledger = QComboBox()
        self.ledger.setAccessibleName("台账")
        for name in duplicates.LEDGERS:
            self.ledger.addItem(desk.session.schema.ledger(name).label, name)
        self.ledger.activated.connect(lambda _at: self.look())
        self.groups = QListWidget()
        self.groups.setAccessibleName("疑似重复")
        self.groups.currentRowChanged.connect(lambda _row: self._show())
        self.table = QTableWidget()
        self.table.setAccessibleName("不同之处")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.cellClicked.connect(self._choose)
        self.keep = QComboBox()
        self.keep.setAccessibleName("保留哪一条")
        self.keep.activated.connect(lambda _at: self._preset())
        self.told = label("正在比对…", "quiet", 12)
        self.join = button("合并", self.merge, "primary", tip="其余的移入回收站，引用它们的都改指保留的一条；可撤销")
        self.apart = button("各自保留", self.keep_apart, tip="不是同一条，以后不再提示")
        self.editions = button("设为新旧版本", self.set_editions, tip="保留的一条代替其余各条")
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.groups)
        split.addWidget(self.table)
        split.setSizes([340, 700])
        column = QVBoxLayout(self)
        column.addWidget(line(label("台账"), self.ledger, self.told, None))
        column.addWidget(split, 1)
        column.addWidget(
            line(label("保留"), self.keep, None, self.apart, self.editions, self.join, button("关闭", self.reject))
        )
        self.keep.setMinimumWidth(320)
        self.look()

    @property
    def _ledger(self) -> str:
        return str(self.ledger.currentData())

    def look(self) -> None:
        """Compare all rows in the background."""
        session, ledger = self._session, self._ledger
        self.told.setText("正在比对…")
        self._desk.read(lambda job: duplicates.find(session, ledger, job), self._found, owner=self)

    def _found(self, found: list[Group]) -> None:
        self.found = found
        self.groups.clear()
        for group in found:
            name = self._session.read.caption(self._ledger, group.keys[0])
            self.groups.addItem(f"{name}　{len(group.keys)} 条\n{group.likeness.label}")
        self.told.setText(f"{len(found)} 组疑似重复" if found else "没有发现重复")
        self.groups.setCurrentRow(0)
        self._show()

    @property
    def _group(self) -> Group | None:
        row = self.groups.currentRow()
        return self.found[row] if 0 <= row < len(self.found) else None

    def _show(self) -> None:
        group = self._group
        self.keep.clear()
        for control in (self.join, self.apart, self.editions):
            control.setEnabled(group is not None)
        self.editions.setEnabled(group is not None and self._ledger == "standard")
        keys = group.keys if group is not None else ()
        self._fields = duplicates.differing(self._session, self._ledger, keys) if keys else []
        self.table.clear()
        self.table.setColumnCount(len(keys))
        self.table.setRowCount(len(self._fields))
        self.table.setVerticalHeaderLabels([f"≠ {self._label(field)}" for field, _ in self._fields])
        self.table.setHorizontalHeaderLabels([f"第 {place} 条" for place in range(1, len(keys) + 1)])
        for row, (field, cells) in enumerate(self._fields):
            for at, cell in enumerate(cells):
                self.table.setItem(row, at, QTableWidgetItem(self._session.read.show(self._ledger, field.name, cell)))
        for at, key in enumerate(keys, 1):
            self.keep.addItem(f"第 {at} 条　{self._session.read.caption(self._ledger, key)}", key)
            self.table.setColumnWidth(at - 1, 260)
        self._preset()

    def _label(self, field: Field) -> str:
        """A spare field goes by the unit's own label, which is kept for the detail table."""
        labels = spare_labels(self._session)
        return labels.get(field.name) or labels.get(f"{self._ledger}.{field.name}") or field.label

    def _preset(self) -> None:
        """The kept row's cells are chosen, its blank ones from the first that has one."""
        kept = self.keep.currentIndex()
        for row, (_, cells) in enumerate(self._fields):
            order = [kept, *range(len(cells))]
            self._choose(row, next((at for at in order if cells[at] not in (None, "")), kept))

    def _choose(self, row: int, at: int) -> None:
        for place in range(self.table.columnCount()):
            item = self.table.item(row, place)
            if item is not None:
                item.setFont(theme.font(13, place == at))
                item.setData(Qt.ItemDataRole.UserRole, place == at)
                text = item.text().removeprefix("✓ ")
                item.setText(f"✓ {text}" if place == at else text)

    def choices(self) -> dict[str, Cell]:
        """The chosen cells by field."""
        chosen: dict[str, Cell] = {}
        for row, (field, cells) in enumerate(self._fields):
            for at, cell in enumerate(cells):
                item = self.table.item(row, at)
                if item is not None and item.data(Qt.ItemDataRole.UserRole):
                    chosen[field.name] = cell
        return chosen

    def merge(self) -> None:
        """One row stays, the others go to the recycle bin."""
        group, keep = self._group, str(self.keep.currentData())
        if group is None:
            return
        session, ledger, choices = self._session, self._ledger, self.choices()
        others = [key for key in group.keys if key != keep]
        self._desk.write(
            lambda _job: duplicates.merge(session, ledger, keep, others, choices),
            lambda _changes: self._settled(f"已合并 {len(others) + 1} 条，可用撤销取回"),
        )

    def keep_apart(self) -> None:
        """They are different things."""
        group, session, ledger = self._group, self._session, self._ledger
        if group is not None:
            self._desk.write(
                lambda _job: duplicates.keep_apart(session, ledger, group.keys),
                lambda _changes: self._settled("已各自保留，以后不再提示"),
            )

    def set_editions(self) -> None:
        """The kept row replaces the others."""
        group, keep, session = self._group, str(self.keep.currentData()), self._session
        if group is not None:
            older = [key for key in group.keys if key != keep]
            self._desk.write(
                lambda _job: duplicates.set_editions(session, keep, older),
                lambda _changes: self._settled("已登记代替关系"),
            )

    def _settled(self, sentence: str) -> None:
        self._desk.say("ok", sentence)
        self.look()
