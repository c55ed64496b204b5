"""Menus of the tree: a button that opens one, and filling it."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QPushButton

Act = Callable[[], object]


def fill(menu: QMenu, entries: tuple[tuple[str, Act] | None, ...]) -> None:
    """Add entries (words, act) to a menu; None is a line between groups."""
    for entry in entries:
        if entry is None:
            menu.addSeparator()
        else:
            words, act = entry
            menu.addAction(words).triggered.connect(lambda _checked=False, act=act: act())


def menu_button(words: str, filled: Callable[[QMenu], None]) -> QPushButton:
    """A button whose menu is filled anew each time it opens."""
    made = QPushButton(words)
    menu = QMenu(made)

    def open_menu() -> None:
        menu.clear()
        filled(menu)

    menu.aboutToShow.connect(open_menu)
    made.setMenu(menu)
    return made
