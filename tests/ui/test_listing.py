"""The short tables of the sync screen: every column is in sight, and what gives way is read in the tip."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.listing import NARROWEST, Listing, shared
from desktop.ui.sync.conflict_list import _wrapped


@given(st.lists(st.integers(10, 2000), min_size=1, max_size=10), st.integers(0, 3000))
def test_wide_columns_give_way_and_narrow_ones_do_not(wished: list[int], room: int) -> None:
    widths = shared(wished, room)
    assert all(width <= wish for width, wish in zip(widths, wished, strict=True))
    if sum(wished) <= room:
        assert widths == wished
    else:
        cut = [width for width, wish in zip(widths, wished, strict=True) if width < wish]
        assert sum(widths) <= room or all(width <= NARROWEST for width in cut)
        assert not cut or max(cut) - min(cut) <= len(wished), "those that are cut share alike"


def test_the_last_column_stays_in_sight_beside_long_texts(qtbot: QtBot) -> None:
    listing = Listing("表", ("时间", "来自", "文件", "能否撤销"), 3)
    qtbot.addWidget(listing)
    listing.resize(900, 300)
    listing.show()
    long = "上城区机关事务服务中心（原上城区机关事务管理局、江干区机关事务管理局合并）"
    listing.show_rows([(1, ("2026-11-21 11:21", long, f"上报_{long}_20261121_001.bzb", "可以撤销"))])
    for width in (900, 600):
        listing.resize(width, 300)
        header = listing.horizontalHeader()
        assert header.sectionViewportPosition(3) + header.sectionSize(3) <= listing.viewport().width()
        assert header.sectionSize(3) >= listing.sizeHintForColumn(3)
        assert header.sectionSize(0) >= listing.sizeHintForColumn(0)
    item = listing.item(0, 1)
    assert item is not None and item.data(Qt.ItemDataRole.ToolTipRole) == long


def test_a_long_value_is_whole_on_its_button(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    value = "公务用车服务保障规范（2026 年修订，含新能源车辆与应急调度的全过程要求）" * 2
    button = QPushButton(_wrapped(value), holder)
    assert button.text().replace("\n", "") == value
    assert button.fontMetrics().horizontalAdvance(button.text().partition("\n")[0]) < 460
    assert _wrapped("短") == "短"
    assert _wrapped("长" * 1000).endswith("…")
