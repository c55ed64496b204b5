"""Blocks of the grid of 5,000 rows in the window: copying 60,000 cells, pasting 500 rows by the keyboard's way, and how
long the window stands still meanwhile."""

import os
import tempfile
import time
from pathlib import Path

from tests.benchmarks.library import filled
from tests.benchmarks.measure import Value, median, seconds

COPIED_COLUMNS, PASTED_ROWS = 12, 500


def measure() -> list[Value]:
    """The copy's median; of three pastes the longest, and the longest turn of the event loop in any."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QItemSelection, QItemSelectionModel
    from PySide6.QtGui import QGuiApplication

    from desktop.app.columns import columns_to_choose
    from desktop.ui.pages.standards import StandardsPage
    from desktop.ui.start import application, make_window

    with tempfile.TemporaryDirectory() as name, filled(Path(name)) as session:
        app, window = application(), make_window(session)
        window.resize(1366, 728)
        window.show()
        window.show_page("standards")
        page = window.current
        assert isinstance(page, StandardsPage)
        grid, model = page.grid, page.model
        while model.waiting:
            app.processEvents()

        def select(rows: int, first: int, last: int) -> None:
            block = QItemSelection(model.index(0, first), model.index(rows - 1, last))
            grid.setCurrentIndex(model.index(0, first))
            grid.selectionModel().select(block, QItemSelectionModel.SelectionFlag.ClearAndSelect)

        def wait() -> float:
            longest = 0.0
            while window.desk.runner.busy:
                longest = max(longest, seconds(app.processEvents))
                time.sleep(0.001)
            return longest

        grid.arranged.show([column.path for column in columns_to_choose(session, "detail_entry")][:COPIED_COLUMNS], 2)
        select(model.rowCount(), 0, COPIED_COLUMNS - 1)
        copied = median(grid.blocks.copy, 3)
        grid.arranged.show(["department", "standard.title", "standard.effective_on", "code"], 2)
        whole, still = [], []
        for turn in range(1, 4):
            text = f"处室{turn}\t名称{turn}\t2026-0{turn}-01\r\n" * PASTED_ROWS
            QGuiApplication.clipboard().setText(text)
            select(1, 0, 0)
            app.processEvents()
            begin = time.perf_counter()
            still.append(seconds(grid.blocks.paste))
            still.append(wait())
            whole.append(time.perf_counter() - begin)
        window.desk.runner.shutdown()
        window.hide()
        window.deleteLater()
    return [
        Value("复制 60,000 格", copied, "秒", 1.0),
        Value("窗口里粘贴 500 行 × 3 列，到显示出来", max(whole), "秒", 1.0),
        Value("其间窗口最久不动", max(still) * 1000, "毫秒", 50.0),
    ]
