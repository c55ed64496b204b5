"""Which column of the file is which of ours."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from desktop import resources
from desktop.app.import_mapping import LEFT_OUT, SPARE, Decisions
from desktop.app.import_source import Offer, Source
from desktop.ui import theme
from desktop.ui.still_combo import StillCombo
from desktop.ui.widgets import label

_SEARCHED = Qt.ItemDataRole.UserRole + 1


def page_of(*items: QWidget, stretch: QWidget | None = None) -> QWidget:
    """A step's widgets, one below the other; `stretch` takes what height is left."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    for item in items:
        column.addWidget(item, 1 if item is stretch else 0)
    if stretch is None:
        column.addStretch(1)
    return holder


class _Completer(QCompleter):
    """Finds a column by characters or pinyin initials, and puts its name."""

    def __init__(self, combo: QComboBox) -> None:
        super().__init__(combo.model(), combo)
        self.setCompletionRole(_SEARCHED)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def pathFromIndex(  # noqa: N802 - Qt's name
        self, index: QModelIndex | QPersistentModelIndex
    ) -> str:
        return str(index.data(Qt.ItemDataRole.DisplayRole))


class MappingPage(QWidget):
    """A line for each column of the file: its heading, three values, and where it goes."""

    chosen = Signal()
    """A person put another column of ours beside one of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.told = label("", "quiet", 12, wrap=True)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["文件里的列", "前几个值", "对应到"])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().setDefaultSectionSize(theme.heights().control + 4)
        for section, width in enumerate((220, 380)):
            self.table.setColumnWidth(section, width)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.combos: dict[int, QComboBox] = {}
        column = QVBoxLayout(self)
        column.addWidget(self.told)
        column.addWidget(self.table, 1)

    def show_offer(self, source: Source, offer: Offer) -> None:
        """Offer the columns of a table as they are decided now."""
        self.told.setText(
            "已按上次的对应填好，请核对。" if offer.from_memory
            else "已按列名自动对应，请核对；列表里可打字或用拼音首字母查找。"
        )  # fmt: skip
        places = sorted(offer.decisions)
        self.combos = {}
        self.table.setRowCount(len(places))
        for line, at in enumerate(places):
            heading = offer.found.headings[at] or offer.found.unmapped.get(at, "")
            for section, text in enumerate((heading, "、".join(offer.values(at)).replace("\n", " "))):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(line, section, item)
            combo = self._combo(source, heading)
            combo.setCurrentIndex(max(combo.findData(offer.decisions[at]), 0))
            combo.activated.connect(lambda _place: self.chosen.emit())
            self.table.setCellWidget(line, 2, combo)
            self.combos[at] = combo

    def _combo(self, source: Source, heading: str) -> QComboBox:
        combo = StillCombo()
        combo.setEditable(True)
        combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        combo.setAccessibleName(f"“{heading}”对应到")
        combo.addItem("不导入", LEFT_OUT)
        combo.addItem("存入备用列", SPARE)
        for choice in source.columns:
            if not choice.field.spare:
                combo.addItem(choice.label, choice.path)
        for place in range(combo.count()):
            name = combo.itemText(place)
            combo.setItemData(place, f"{name} {resources.pinyin().initials(name)}", _SEARCHED)
        combo.setCompleter(_Completer(combo))
        if editor := combo.lineEdit():
            editor.editingFinished.connect(lambda: combo.setEditText(combo.itemText(combo.currentIndex())))
        return combo

    def decisions(self) -> Decisions:
        """What is chosen now."""
        return {at: str(combo.currentData() or "") for at, combo in self.combos.items()}
