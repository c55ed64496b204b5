"""The side panel of a record as a person looks at it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTabWidget
from pytestqt.qtbot import QtBot

from desktop.ui.record_panel import RecordPanel


def shown_history(panel: RecordPanel, qtbot: QtBot) -> list[str]:
    """The lines of the history, brought to the front by a click on its tab."""
    tabs = panel.findChild(QTabWidget)
    assert isinstance(tabs, QTabWidget)
    bar, place = tabs.tabBar(), [tabs.tabText(at) for at in range(tabs.count())].index("历史")
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())
    return [line.text() for line in tabs.widget(place).findChildren(QLabel)]
