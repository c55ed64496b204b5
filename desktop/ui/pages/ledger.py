"""The page of any ledger: actions, filter chips, grid, record panel."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QSplitter, QVBoxLayout, QWidget

from desktop.app import editing, opinions, sending_down
from desktop.app.labels import spare_labels
from desktop.app.views import NamedView, View, by_column
from desktop.domain.changes import Changes
from desktop.domain.query import Condition, Op, Query, Sort, Test, owner_of
from desktop.domain.record import Cell
from desktop.ui.basis_bar import BasisBar
from desktop.ui.desk import CellTarget, Desk
from desktop.ui.dialogs.history import HistoryDialog
from desktop.ui.dialogs.review import ReviewDialog
from desktop.ui.grid.chips import ChipRow
from desktop.ui.grid.filter_popup import FilterPopup
from desktop.ui.grid.model import LedgerModel
from desktop.ui.grid.view import LedgerGrid
from desktop.ui.kept import kept_view
from desktop.ui.pages.ledger_looking import LedgerLooking
from desktop.ui.reading_out import announce, row_in_words
from desktop.ui.record_panel import RecordPanel
from desktop.ui.views_menu import ViewsMenu
from desktop.ui.widgets import button, label, line, toolbar


class LedgerPage(LedgerLooking):
    """Lists, filters and edits the rows of `ledger`."""

    sort: tuple[Sort, ...] = ()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        kept = kept_view(self.session, self.ledger)
        view = kept or View(sort=self.sort, frozen=self.frozen)
        self.filters: dict[str, Condition] = by_column(view.conditions)
        """Column path → what is asked of it; conditions on several columns stand under an empty path."""
        self.view_now = NamedView("全部" if not view.conditions else "", View(sort=self.sort))
        """The view chosen last."""
        self._only: tuple[str, ...] = ()
        self._base = self.base()
        """What the shown rows were asked for with; a new version changes it."""
        self._popup: FilterPopup | None = None
        self._labels = spare_labels(self.session)
        self.words = QLineEdit()
        self.words.setPlaceholderText("筛选：文字或拼音首字母")
        self.words.setClearButtonEnabled(True)
        self.words.setFixedWidth(180)
        self._sort_outside: tuple[Sort, ...] = ()
        """How the rows outside the recycle bin are ordered while it is open; in there the last deleted come first."""
        self.bin = button("回收站", self.open_bin, "ghost", "trash", "看已删除的行；选中后点“恢复”")
        self.bin.setCheckable(True)
        self.back = button("恢复", self.restore_rows, icon_name="undo")
        self.returned = button("", self.show_returned, "ghost", "triangle", "只看市局退回的行；意见写在右侧面板里")
        query = Query(self.ledger, sort=view.sort, as_of=self.session.today())
        self.model = LedgerModel(self.session, query, desk.runner)
        self.grid = LedgerGrid(self.model, desk.runner, view.frozen)
        self.grid.arranged.remember(view.columns)
        self.grid.arranged.show([column.path for column in view.columns], view.frozen)
        self.panel = RecordPanel(desk, self.ledger)
        self.basis = BasisBar(desk)
        self.counted = label("", "quiet", 12)
        self.chips = ChipRow()
        self.views = button("", lambda: None, "ghost", "book", "选择或保存视图：筛选、排序和列")
        self.views.setMenu(ViewsMenu(self))
        self._timers()
        self._lay_out()
        self._connect()
        self.reload()

    def _timers(self) -> None:
        self._later = QTimer(self, singleShot=True, interval=150)
        self._later.timeout.connect(self.reload)
        self.words.textChanged.connect(lambda _text: self._later.start())
        self._keep = QTimer(self, singleShot=True, interval=300)
        self._keep.timeout.connect(self.keep)

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.grid)
        split.addWidget(self.panel)
        split.setSizes([900, 300])
        split.setStretchFactor(0, 1)
        self.setFocusProxy(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(
            toolbar(
                *self.tools(), *self.import_tools(), *self._bureau_tools(), None, self.returned, self.words, self.bin
            )
        )
        column.addWidget(self.basis)
        looking = line(
            self.views,
            self.chips,
            button("筛选", self.filter_current, "ghost", "funnel", "筛选当前列（Alt+↓，或点列标题右侧的漏斗）"),
            button("列", self.choose_columns, "ghost", "columns", "选择要显示的列、顺序和固定的列数"),
            *self.file_tools(),
            button("打印", self.print_rows, "ghost", "print", "选表式、列和纸张，预览后打印或存为 PDF、Word、Excel"),
        )
        looking.layout().setStretch(1, 1)  # type: ignore[union-attr]
        looking.setContentsMargins(8, 2, 16, 2)
        column.addWidget(looking)
        column.addWidget(split, 1)
        foot = line(self.counted, None, self.back)
        foot.setContentsMargins(16, 4, 16, 4)
        column.addWidget(foot)

    def _connect(self) -> None:
        self.model.modelReset.connect(self._rows_shown)
        self.grid.blocks.new_values = self.new_values
        self.grid.committed.connect(self.desk.changed)
        self.grid.complained.connect(lambda sentence: self.desk.say("warn", sentence))
        self.grid.row_chosen.connect(self.panel.show_record)
        self.grid.history_asked.connect(self.show_history)
        self.grid.heading.filter_asked.connect(self.open_filter)
        self.grid.heading.sort_asked.connect(lambda *_: self._looked())
        self.grid.arranged.changed.connect(self._keep.start)
        self.chips.dropped.connect(self.drop_filter)
        self.chips.cleared.connect(self.clear_filters)
        self.basis.left.connect(self.grid.setFocus)
        self.basis.answered.connect(lambda: self.panel.show_record(self.panel.key))
        shortcut = QShortcut(QKeySequence("Alt+Down"), self.grid, context=Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.filter_current)
        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys, pressed in (
            ("Alt+B", self.basis.begin),
            ("Alt+H", self.grid.ask_history),
            ("Ctrl+Shift+R", self.read_row),
        ):
            QShortcut(QKeySequence(keys), self, pressed, context=inside)

    def tools(self) -> Sequence[QWidget]:
        """The buttons of this ledger."""
        label_text = self.session.schema.ledger(self.ledger).label
        return [
            button(f"新增{label_text}", self.add, "primary", "plus"),
            button("删除", self.grid.delete_rows, icon_name="trash"),
        ]

    def _bureau_tools(self) -> Sequence[QWidget]:
        if not self.session.identity.is_bureau:
            return []
        return [button("批注", self.review, icon_name="edit", tip="对下属单位的这一行批注、接收或退回")]

    def review(self) -> None:
        """The bureau's note on the current row of a unit."""
        index = self.grid.currentIndex()
        key = self.model.key_at(index.row()) if index.isValid() else ""
        session, ledger = self.session, self.ledger
        if not key or owner_of(key) == session.identity.organisation:
            self.desk.say("warn", "请先选下属单位的一行，再点“批注”")
            return
        dialog = ReviewDialog(session.read.caption(ledger, key), self)
        if dialog.exec():
            kind, body = str(dialog.kind.currentData()), dialog.body.toPlainText().strip()
            self.desk.write(
                lambda _job: sending_down.review(session, ledger, key, kind, body),
                lambda _changes: self.desk.say("ok", "已写入，下一个下发包会带给该单位"),
            )
        dialog.deleteLater()

    def add(self) -> None:
        """A new row, shown at once."""
        session, values = self.session, self.new_values()
        self.desk.write(lambda _job: editing.add_row(session, self.ledger, values[0], fixed=values[1]),
                        lambda result: self.show_target(result[1]))  # fmt: skip

    def show_history(self, key: str, path: str) -> None:
        """Who changed a cell or a row, when and why."""
        dialog = HistoryDialog(self.desk, self.ledger, key, path, self.grid.selected_keys(), self)
        dialog.exec()
        dialog.deleteLater()

    def show_returned(self) -> None:
        """Only the rows that the bureau returned."""
        self.show_target(tuple(opinions.returned(self.session, self.ledger)))

    def read_row(self) -> None:
        """The whole current row in words, to the status line and to a screen reader."""
        if words := row_in_words(self.grid):
            announce(self.grid, words)

    def new_values(self) -> tuple[dict[str, str], dict[str, Cell]]:
        """What a new row begins with: typed values and fixed cells."""
        return {}, {}

    def reload(self) -> None:
        """Ask again for the rows."""
        self._labels = spare_labels(self.session)
        self._base = self.base()
        self.model.set_query(self._query())
        if self.model.waiting:
            self.reload_counts()
        self._looked()

    def _rows_shown(self) -> None:
        if self.model.rowCount() and not self.grid.currentIndex().isValid():
            self.grid.setCurrentIndex(self.model.index(0, 0))
        self.reload_counts()

    def imported(self) -> None:
        """An import may have given a spare field its label, or made the version whose rows are shown."""
        self.model.reload()
        self.reload()

    def open_bin(self) -> None:
        """Look into the recycle bin, or back at the rows."""
        within = self.bin.isChecked()
        if within:
            self._sort_outside = self.model.query.sort
        self.model.query = replace(self.model.query, sort=() if within else self._sort_outside)
        self.grid.setCurrentIndex(QModelIndex())
        self.reload()

    def restore_rows(self) -> None:
        """Bring the selected rows back from the recycle bin."""
        keys = self.grid.selected_keys()
        session, ledger = self.session, self.ledger
        if keys:
            self.desk.write(lambda _job: editing.restore_rows(session, ledger, keys))

    def changed(self, changes: Changes) -> None:
        if self.base() == self._base:
            self.model.changed(changes)
            self.model.when_shown(self.reload_counts)
        else:
            self.reload()
        self.panel.changed(changes)

    def hand_over(self) -> None:
        self.grid.hand_over()
        self.panel.hand_over()

    def refused_texts(self) -> int:
        return self.model.errors + self.panel.errors

    def reload_counts(self) -> None:
        """The footer's numbers."""
        deleted = self.bin.isChecked()
        self.back.setVisible(deleted)
        waiting = len(opinions.returned(self.session, self.ledger))
        self.returned.setText(f"退回 {waiting} 条")
        self.returned.setVisible(bool(waiting))
        every = self.session.read.count(Query(self.ledger, self.base(), as_of=self.session.today(), deleted=deleted))
        errors = f"　▲ {self.model.errors} 处错误" if self.model.errors else ""
        shown = self.model.rowCount()
        if self.model.waiting:
            self.counted.setText("正在读取…")
            return
        hint = "　没有符合条件的行，请放宽或清除筛选" if every and not shown else ""
        if not every and not deleted:
            hint = "　还没有内容：点“新增”录一条，或把 Excel 表格拖进窗口导入"
        self.counted.setText(f"{'回收站 ' if deleted else ''}显示 {shown} / 共 {every}{errors}{hint}")

    def show_target(self, target: object) -> None:
        if isinstance(target, Path):
            self.open_wizard(target)
        elif isinstance(target, str):
            self._show_row(CellTarget(target, ""))
        elif isinstance(target, CellTarget):
            self._show_row(target)
        elif isinstance(target, tuple):
            self._leave_bin()
            self.clear_filters()
            self._only = tuple(str(key) for key in target)
            self.reload()

    def _show_row(self, target: CellTarget) -> None:
        """Go to a row, past the filters if they hide it; one that is not of this table is told where it is."""
        if not self.session.read.count(Query(self.ledger, self.base()).also(Test("key", Op.IN, (target.key,)))):
            self.desk.say("warn", self.elsewhere(target.key))
            return
        self._leave_bin()
        self.model.when_shown(lambda: self._go(target))

    def _go(self, target: CellTarget) -> None:
        if self.model.row_of(target.key) < 0:
            self.clear_filters()
        self.model.when_shown(lambda: self._gone(target))

    def _gone(self, target: CellTarget) -> None:
        if self.grid.show_key(target.key, target.path) and target.path:
            self.panel.show_field(target.path)

    def elsewhere(self, key: str) -> str:
        """Why a row is not in this table, and where to look for it."""
        caption = self.session.read.caption(self.ledger, key)
        return f"“{caption}”现在不在这张表里，可能已经删除，请到回收站看看"

    def _leave_bin(self) -> None:
        if self.bin.isChecked():
            self.bin.setChecked(False)
            self.open_bin()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._keep.isActive():
            self._keep.stop()
            self.keep()
        super().hideEvent(event)
