"""Whether the window goes on: a clock of 10 ms in its thread while 5,000 rows are worked on; the longest silence."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QEventLoop, Qt, QTimer

from desktop.app import editing, exporting, health, importing, statistics
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.query import Op, Query, Sort, Test
from desktop.ui.desk import Desk
from desktop.ui.preview import Preview
from desktop.ui.start import application, make_window
from desktop.ui.window import MainWindow
from tests.benchmarks.library import filled
from tests.benchmarks.measure import Value

BEAT = 10
"""Milliseconds between two beats."""

LIMIT = 50
"""Milliseconds the window may be silent."""

PASTED_ROWS = 500
_PATIENCE = 120_000


class Heartbeat:
    """Beats in the thread of the window and keeps the longest time between two beats, in milliseconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self._last = now

    def stop(self) -> float:
        """No more beats; the longest silence, the one under way included."""
        self._beat()
        self._timer.stop()
        return self.longest


def silence(begin: Callable[[Callable[..., None]], object]) -> float:
    """The longest silence from `begin` (which is given what to call at the end) until the end and all it set off."""
    loop = QEventLoop()
    heart = Heartbeat()
    QTimer.singleShot(_PATIENCE, loop, loop.quit)
    ended: list[object] = []

    def end(*_told: object) -> None:
        ended.append(None)
        QTimer.singleShot(5 * BEAT, loop.quit)

    begin(end)
    loop.exec()
    if not ended:
        raise AssertionError("the work did not end")
    return heart.stop()


def measure() -> list[Value]:
    """The first work with files starts their process and is measured with the rest."""
    application()
    with tempfile.TemporaryDirectory() as name, filled(Path(name)) as session:
        window = make_window(session)
        window.resize(1366, 728)
        window.show()
        window.show_page("standards")
        try:
            silence(lambda end: QTimer.singleShot(500, end))
            while window.desk.runner.busy:  # the figures of the first page are still being counted
                application().processEvents()
            return [Value(f"最长停顿：{words}", found, "毫秒", LIMIT) for words, found in _works(window, Path(name))]
        finally:
            window.close()


def _works(window: MainWindow, folder: Path) -> list[tuple[str, float]]:
    session, desk = window.desk.session, window.desk
    model: Any = cast("Any", window.current).model
    return [
        ("没有活动", silence(lambda end: QTimer.singleShot(500, end))),
        *_files(desk, folder / "明细.xlsx"),
        (f"粘贴 {PASTED_ROWS} 行", silence(lambda end: desk.write(lambda _job: _paste(session), end))),
        ("筛选", _told(model, lambda: model.set_query(model.query.also(Test("", Op.FOUND, ("食堂",)))))),
        ("排序", _told(model, lambda: model.sort_by((Sort("standard.title"),)))),
        ("改一格", silence(lambda end: desk.write(lambda _job: _change_cell(session, "department"), end))),
        ("改一格，行换了位置", silence(lambda end: desk.write(lambda _job: _change_cell(session, "code"), end))),
        ("数据体检", _reading(desk, lambda job: health.check(session, job))),
        ("打印预览 5,000 行", silence(lambda end: _preview(window, end))),
        ("统计表", _reading(
            desk, lambda _job: statistics.table(session, statistics.DEFAULT_LAYOUT, session.today()))),
    ]  # fmt: skip


def _files(desk: Desk, path: Path) -> list[tuple[str, float]]:
    session, plans, report = desk.session, list[Any](), path.with_name("报告.xlsx")

    def export(path: Path) -> float:
        return _reading(desk, lambda job: exporting.export(session, "detail_entry", path, job=job))

    exported = [("导出 5,000 行 xlsx", export(path)), ("导出 5,000 行 docx", export(path.with_suffix(".docx")))]
    _change(path)
    return [
        *exported,
        ("导入检查 5,000 行", _reading(desk, lambda job: importing.plan(session, path, job=job), plans.append)),
        ("导入报告 5,000 行", _reading(desk, lambda job: importing.write_report(plans[0], path, report, job))),
        ("导入写入 5,000 行", silence(
            lambda end: desk.write(lambda job: importing.apply(session, plans[0], path, job), end, locks=True))),
    ]  # fmt: skip


def _preview(window: MainWindow, end: Callable[..., None]) -> None:
    session, desk = window.desk.session, window.desk
    preview = Preview(desk, lambda: exporting.detail_document(session), "明细", window)
    preview.finished.connect(end)
    preview.show()
    watch = QTimer(preview, interval=BEAT)
    watch.timeout.connect(lambda: preview.page_count and QTimer.singleShot(500, preview, preview.accept))
    watch.start()


def _reading(desk: Desk, work: Callable[[Any], Any], keep: Callable[[Any], object] = bool) -> float:
    def begin(end: Callable[..., None]) -> None:
        def done(found: Any) -> None:
            keep(found)
            end()

        desk.read(work, done)

    return silence(begin)


def _told(model: Any, act: Callable[[], object]) -> float:
    """Until the rows asked for are shown."""

    def begin(end: Callable[..., None]) -> None:
        act()
        model.when_shown(end)

    return silence(begin)


def _change(path: Path) -> None:
    """Another text in a cell of every row of an exported file, as a person fills a column in Excel."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet: Any = book.worksheets[0]
    head = next(cell for row in sheet.iter_rows(max_row=20) for cell in row if cell.value == "责任处室")
    for row in range(head.row + 1, sheet.max_row + 1):
        sheet.cell(row, head.column).value = "综合处"
    book.save(path)


def _change_cell(session: Session, path: str) -> Any:
    (key,) = session.read.cells(Query("detail_entry", Test("standard", Op.FILLED)), ("key",))[0]
    return editing.edit_cells(session, "detail_entry", [Edit(str(key), path, "Q/AA 1-2026")])


def _paste(session: Session) -> Any:
    rows = session.read.rows(Query("detail_entry", Test("standard", Op.FILLED)))[:PASTED_ROWS]
    edits = [Edit(str(row["key"]), "standard.title", f"粘贴的标准名称{at}") for at, row in enumerate(rows)]
    return editing.edit_cells(session, "detail_entry", edits, "粘贴")
