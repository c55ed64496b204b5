"""How the rows of a ledger's page are looked at: filters, views, columns, the way onto paper."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop.app.columns import column_of, columns_by_default, columns_to_choose
from desktop.app.filters import Value, condition_words, values_of
from desktop.app.labels import label_of
from desktop.app.views import NamedView, View, by_column, views_of
from desktop.domain.query import EVERYTHING, Condition, Group, Op, Query, Sort, Test
from desktop.ui.dialogs.print import PrintDialog
from desktop.ui.grid.chips import ChipRow
from desktop.ui.grid.columns_dialog import ColumnsDialog
from desktop.ui.grid.filter_popup import FilterPopup
from desktop.ui.grid.model import LedgerModel
from desktop.ui.grid.view import LedgerGrid
from desktop.ui.kept import keep_view
from desktop.ui.pages.ledger_files import LedgerFiles


class LedgerLooking(LedgerFiles):
    """The page of a ledger as far as it chooses, orders and shows rows; what it is made of, the page itself makes."""

    frozen = 1
    """Columns that stay when the grid is scrolled sideways."""
    filters: dict[str, Condition]
    """Column path → what is asked of it; conditions on several columns stand under an empty path."""
    view_now: NamedView
    """The view chosen last."""
    model: LedgerModel
    grid: LedgerGrid
    words: QLineEdit
    chips: ChipRow
    views: QPushButton
    bin: QPushButton
    _only: tuple[str, ...]
    _popup: FilterPopup | None
    _labels: dict[str, str]
    _keep: QTimer
    _sort_outside: tuple[Sort, ...]
    """How the rows outside the recycle bin are ordered while it is open; in there the last deleted come first."""

    def reload(self) -> None:
        """Ask again for the rows."""
        raise NotImplementedError

    def base(self) -> Condition:
        """What the page always shows."""
        return EVERYTHING

    def _query(self, without: str | None = None) -> Query:
        """What is asked for; `without` leaves out the filter of one column."""
        tests = [self.base(), *(test for path, test in self.filters.items() if path != without)]
        if self._only:
            tests.append(Test("key", Op.IN, self._only))
        if words := self.words.text().strip():
            tests.append(Test("", Op.FOUND, (words,)))
        return Query(
            self.ledger, Group(tuple(tests)), self.model.query.sort, self.session.today(), self.bin.isChecked()
        )

    def clear_filters(self) -> None:
        """Show every row again."""
        self.filters, self._only = {}, ()
        self.words.clear()
        self.reload()

    def set_filter(self, path: str, condition: Condition | None) -> None:
        """Filter one column anew, or no more."""
        self.filters.pop(path, None)
        if condition is not None:
            self.filters[path] = condition
        self.reload()

    def drop_filter(self, path: str) -> None:
        """Take the filter of a column away."""
        self.set_filter(path, None)
        self.grid.setFocus()

    def filter_current(self) -> None:
        """Open the filter of the current column."""
        index = self.grid.currentIndex()
        self.open_filter(index.column() if index.isValid() else self.grid.heading.logicalIndex(0))

    def open_filter(self, section: int) -> None:
        """Open the filter of a column; its values are counted in the background."""
        column, session = self.model.columns[section], self.session
        words = label_of(column, self._labels)
        popup = FilterPopup(column, words, self.filters.get(column.path), session.read.pinyin, session.today(), self)
        popup.decided.connect(lambda condition: self.set_filter(column.path, condition))
        popup.finished.connect(lambda _result: self._popup_closed(popup))
        self._popup = popup
        popup.show_below(self.grid.heading_of(section), section)
        query = self._query(without=column.path)
        self.desk.read(lambda _job: values_of(session, query, column), partial(self._counted, popup))

    def _counted(self, popup: FilterPopup, values: list[Value]) -> None:
        if popup is self._popup:
            popup.fill(values)

    def _popup_closed(self, popup: FilterPopup) -> None:
        if popup is self._popup:
            self._popup = None
        popup.deleteLater()
        self.grid.setFocus()

    def print_rows(self) -> None:
        """The shown rows on paper."""
        dialog = self.print_dialog()
        dialog.exec()
        dialog.deleteLater()

    def print_dialog(self) -> PrintDialog:
        """How the rows are to be printed: those of the screen, in its order, with the filter in words."""
        words = "；".join(said for _, said in self._filter_words())
        paths = [column.path for column in self.model.columns]
        return PrintDialog(self.desk, self._query(), paths, words, self)

    def choose_columns(self) -> None:
        """Ask which columns to show."""
        columns = [(column.path, label_of(column, self._labels))
                   for column in columns_to_choose(self.session, self.ledger)]  # fmt: skip
        usual = [column.path for column in columns_by_default(self.session, self.ledger)]
        shown = [column.path for column in self.grid.arranged.columns()]
        dialog = ColumnsDialog(columns, shown, (usual, self.frozen), self.grid.frozen.count, self)
        if dialog.exec():
            if dialog.usual_widths:
                self.grid.arranged.forget_widths()
            self.grid.arranged.show(dialog.paths(), dialog.frozen.currentIndex())
            self._looked()
            if told := self.grid.frozen.in_words():
                self.desk.say("warn", told)
        dialog.deleteLater()

    def current_view(self) -> View:
        """How the ledger is looked at now."""
        sort = self._sort_outside if self.bin.isChecked() else self.model.query.sort
        return View(tuple(self.filters.values()), sort, self.grid.arranged.columns(), self.grid.frozen.count)

    def show_view(self, named: NamedView) -> None:
        """Look at the ledger by a view; one without columns leaves the columns as they are."""
        view = named.view
        self.view_now, self._only = named, ()
        self.filters = by_column(view.conditions)
        self.words.clear()
        self._sort_outside = view.sort
        self.model.query = replace(self.model.query, sort=() if self.bin.isChecked() else view.sort)
        if view.columns:
            self.grid.arranged.remember(view.columns)
            self.grid.arranged.show([column.path for column in view.columns], view.frozen)
        self.reload()
        if named.dropped:
            self.desk.say("warn", named.dropped)

    def name_view(self, key: str) -> None:
        """A saved view is now the chosen one; no key means that of all rows, with what is shown left alone."""
        saved = (view for view in views_of(self.session, self.ledger) if view.key == key)
        self.view_now = next(saved, NamedView("", View()))
        self._looked()

    def keep(self) -> None:
        """Remember how the ledger is looked at."""
        keep_view(self.session, self.ledger, self.current_view())

    def _filter_words(self) -> list[tuple[str, str]]:
        """(path, words) of every filter."""
        said = []
        for path, condition in self.filters.items():
            column = column_of(self.session, self.ledger, path) if path else None
            heading = label_of(column, self._labels) if column is not None else "多列"
            said.append((path, f"{heading}：{condition_words(condition, column)}"))
        return said

    def _looked(self) -> None:
        """Show what is filtered and ordered in chips, heading and the name of the view."""
        self.chips.show_chips(self._filter_words(), f"只看选定的 {len(self._only)} 行" if self._only else "")
        self.grid.show_filtered(frozenset(self.filters))
        now, view = self.current_view(), self.view_now.view
        same = (now.conditions, now.sort) == (view.conditions, view.sort)
        same = same and (not view.columns or now.columns == view.columns)
        name = self.view_now.name
        self.views.setText(f"视图：{name if same else name + '（已改）'}" if name else "视图")
        self._keep.start()
