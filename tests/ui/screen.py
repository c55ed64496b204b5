"""A clerk at one PC: opens the program, clicks, types, answers dialogs and menus, and remembers every word shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QRadioButton,
    QTableView,
    QTableWidget,
    QTabWidget,
    QTextBrowser,
    QWidget,
)
from pytestqt.exceptions import TimeoutError as Waited
from pytestqt.qtbot import QtBot

from desktop.app import setup
from desktop.ui import start
from desktop.ui.first_start import FirstStart
from desktop.ui.pages.ledger import LedgerPage
from desktop.ui.pages.sync import SyncPage
from desktop.ui.window import MainWindow
from tests.ui.desks import enter

Kind = TypeVar("Kind", bound=QWidget)
LEFT = Qt.MouseButton.LeftButton
PATIENCE = 20_000
"""Milliseconds waited for what the screen is to say, on a busy machine too."""


def words_shown(widget: QWidget) -> Iterator[str]:
    """Everything a person can read on a widget: texts, hints, headings, cells, titles."""
    for part in (widget, *widget.findChildren(QWidget)):
        if part is not widget and not part.isVisibleTo(widget):
            continue
        yield from (part.toolTip(), part.accessibleName(), part.accessibleDescription())
        if part.isWindow():
            yield part.windowTitle()
        if isinstance(part, (QLabel, QAbstractButton)):
            yield part.text()
        elif isinstance(part, QLineEdit):
            yield from (part.text(), part.placeholderText())
        elif isinstance(part, QComboBox):
            yield from (part.itemText(at) for at in range(part.count()))
        elif isinstance(part, QTabWidget):
            yield from (part.tabText(at) for at in range(part.count()))
        elif isinstance(part, QMenu):
            yield from (action.text() for action in part.actions())
        elif isinstance(part, QTextBrowser):
            yield part.toPlainText()
        elif isinstance(part, QAbstractItemView):
            yield from _cells(part)


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    columns = range(1 if isinstance(view, QListView) else model.columnCount(QModelIndex()))
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
    if isinstance(view, QTableView):
        yield from (str(model.headerData(at, Qt.Orientation.Horizontal) or "") for at in columns)
    for row in range(min(model.rowCount(QModelIndex()), 100)):
        yield from (str(model.index(row, at).data(role) or "") for at in columns for role in roles)


class Clerk:
    """A person and the data folder of their PC; `window` while the program is open."""

    def __init__(self, folder: Path, qtbot: QtBot, seen: set[str]) -> None:
        self.folder, self.seen = folder, seen
        self.clicks = 0
        self._qtbot = qtbot
        self._window: MainWindow | None = None

    @property
    def window(self) -> MainWindow:
        """The open window."""
        assert self._window is not None
        return self._window

    def begin(self, fill_in: Callable[[FirstStart], None]) -> None:
        """The first start; the program is closed again afterwards."""
        first = FirstStart(self.folder)
        first.show()
        fill_in(first)
        self.seen.update(words_shown(first))
        self._qtbot.waitUntil(lambda: first.session is not None, timeout=PATIENCE)
        assert first.session is not None
        first.session.workspace.close()
        first.hide()
        first.deleteLater()

    @contextmanager
    def at_work(self) -> Iterator["Clerk"]:
        """The program is open."""
        window = start.make_window(setup.open_library(self.folder))
        start.show(window)
        start.tell_concerns(window)
        self._window = window
        try:
            yield self
            self.read()
        finally:
            self._close()

    def _close(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
            self._window = None
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def reopened(self) -> None:
        """The window closed itself for a restore; the program opens it again."""
        closed = self.window
        self._window = start.reopened(self.folder, closed)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def texts(self) -> list[str]:
        """Every word on the screen now."""
        return list(words_shown(self.window))

    def read(self) -> None:
        """Take note of every word on the screen."""
        self.seen.update(words_shown(self.window))

    def said(self, words: str) -> str:
        """Wait until the notice says these words; the whole sentence."""
        with suppress(Waited):
            self._qtbot.waitUntil(lambda: words in self.window.notice.sentence, timeout=PATIENCE)
        self.read()
        assert words in self.window.notice.sentence, self.window.notice.sentence
        return self.window.notice.sentence

    def until(self, seen: Callable[[], bool]) -> None:
        """Wait until something is seen."""
        self._qtbot.waitUntil(seen, timeout=PATIENCE)
        self.read()

    # clicks and keys

    def press(self, control: QWidget) -> None:
        """Click something."""
        QCoreApplication.processEvents()
        assert control.isVisible() and control.isEnabled() and not control.size().isEmpty(), control.objectName()
        self.clicks += 1
        beside_its_mark = QPoint(8, control.height() // 2) if isinstance(control, QRadioButton) else QPoint()
        QTest.mouseClick(control, LEFT, pos=beside_its_mark)

    def press_button(self, text: str, within: QWidget | None = None) -> None:
        """Click the visible button whose first line says this."""
        where = within or self.window
        texts = {
            found.text().partition("\n")[0]: found for found in where.findChildren(QPushButton) if found.isVisible()
        }
        assert text in texts, f"{text} is not among {sorted(texts)}"
        self.press(texts[text])

    def go(self, title: str) -> None:
        """Click an entry of the navigation."""
        self.press(next(entry for entry in self.window._navigation.values() if entry.accessibleName() == title))
        self.read()

    def page(self, kind: type[Kind]) -> Kind:
        """The page in front."""
        page = self.window.current
        assert isinstance(page, kind)
        return page

    def sync(self, tab: str) -> SyncPage:
        """同步, with this tab in front."""
        if not isinstance(self.window.current, SyncPage):
            self.go("同步")
        page = self.page(SyncPage)
        bar = page.tabs.tabBar()
        at = next(at for at in range(bar.count()) if bar.tabText(at).startswith(tab))
        self.clicks += 1
        QTest.mouseClick(bar, LEFT, pos=bar.tabRect(at).center())
        assert page.tabs.currentIndex() == at
        self.read()
        return page

    def type_into(self, editor: QWidget, text: str) -> None:
        """Click into a field and type over what stands there."""
        assert editor.isVisible() and editor.isEnabled()
        QTest.mouseClick(editor, LEFT)
        if isinstance(editor, QLineEdit):
            editor.selectAll()
        enter(editor, text)

    def choose_row(self, page: LedgerPage, row: int, path: str) -> None:
        """Click a cell of the grid."""
        index = page.model.index(row, [column.path for column in page.model.columns].index(path))
        page.grid.scrollTo(index)
        self.clicks += 1
        QTest.mouseClick(page.grid.viewport(), LEFT, pos=page.grid.visualRect(index).center())
        assert page.grid.currentIndex() == index

    def type_cell(self, page: LedgerPage, row: int, path: str, text: str) -> None:
        """F2, a text and Enter in one cell of the grid."""
        section = [column.path for column in page.model.columns].index(path)
        if page.grid.frozen.covers(section):
            page.grid.setCurrentIndex(page.model.index(row, section))
        else:
            self.choose_row(page, row, path)
        key = page.model.key_at(row)
        QTest.keyClick(page.grid, Qt.Key.Key_F2)
        owner = page.grid.frozen if page.grid.frozen.covers(section) else page.grid
        editor = owner.findChild(QLineEdit) or page.grid.findChild(QLineEdit)
        assert isinstance(editor, QLineEdit)
        editor.selectAll()
        enter(editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        self.until(lambda: page.grid.findChild(QLineEdit) is None and not self.window.desk.runner.busy)
        assert page.model.shown(page.model.index(page.model.row_of(key), section)) == text

    def select(self, table: QTableWidget, row: int) -> None:
        """Click a row of a list."""
        item = table.item(row, 0)
        assert item is not None
        self.clicks += 1
        QTest.mouseClick(table.viewport(), LEFT, pos=table.visualItemRect(item).center())

    def in_dialog(self, kind: type[Kind], act: Callable[[Kind], None]) -> None:
        """Do this in the dialog of a kind as soon as it opens."""

        def found() -> None:
            for widget in QApplication.topLevelWidgets():
                if isinstance(widget, kind) and widget.isVisible():
                    self.seen.update(words_shown(widget))
                    act(widget)
                    return
            QTimer.singleShot(5, found)

        QTimer.singleShot(0, found)

    def choose_in_menu(self, start_of_text: str) -> None:
        """Choose an entry of the menu that opens next."""

        def act(menu: QMenu) -> None:
            action = next(action for action in menu.actions() if action.text().startswith(start_of_text))
            menu.setActiveAction(action)
            QTest.keyClick(menu, Qt.Key.Key_Return)

        self.in_dialog(QMenu, act)
