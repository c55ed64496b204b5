"""The import in five steps: file, sheet and headings, columns, checked preview, written."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.app import history, importing
from desktop.app.import_mapping import decide
from desktop.app.import_plan import FileCell, Outcome, Plan, parts
from desktop.app.import_source import Offer, Source, open_source
from desktop.app.template import template
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.exchange.headings import REFUSED_SHEET
from desktop.ui import theme
from desktop.ui.desk import Desk
from desktop.ui.importing.mapping_page import MappingPage, page_of
from desktop.ui.importing.preview_model import WORDS, PreviewModel
from desktop.ui.importing.sheet_page import SheetPage
from desktop.ui.made_files import ask_for_template, ask_where
from desktop.ui.runner import Task
from desktop.ui.widgets import Notice, button, label, line

STEPS = ("文件", "工作表与表头", "对应列", "检查结果", "写入")
GOING_ON = {"detail_entry": "接着可在“统计表”看数和打印，在“标准体系”打印框图。"}
"""Ledger → where its imported rows are wanted next."""
KINDS = "表格 (*.xlsx *.xls *.et *.ods *.csv)"


class ImportWizard(QDialog):
    """Leads a file into a ledger; nothing is written before the last step."""

    def __init__(self, desk: Desk, ledger: str, path: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("导入")
        self.resize(1100, 640)
        self._desk, self._session, self._ledger = desk, desk.session, ledger
        self._source: Source | None = None
        self._offer: Offer | None = None
        self.plan: Plan | None = None
        self._corrections: dict[str, dict[FileCell, str]] = {}
        """Sheet → cells a person mended in the preview; they stay mended however headings and columns are read."""
        self._outcome: Outcome | None = None
        self._task: Task | None = None
        self._under_way, self._left = 0, False
        self._written = 0
        self.notice, self.stack = Notice(), QStackedWidget()
        self.step_labels = [label(f"{place} {words}") for place, words in enumerate(STEPS, 1)]
        self.progress: QLabel = label("", "quiet", 12)
        self.stop = button("停止", self._cancel, "ghost")
        self.back = button("上一步", lambda: self._show(self.stack.currentIndex() - 1))
        self.next = button("", self._advance, "primary")
        self.leave = button("取消", self.reject)
        self.next.setDefault(True)
        for made in (
            self._file_step(),
            self._sheet_step(),
            self._mapping_step(),
            self._preview_step(),
            self._end_step(),
        ):
            self.stack.addWidget(made)
        column = QVBoxLayout(self)
        column.addWidget(line(*self.step_labels, None, spacing=24))
        column.addWidget(self.notice)
        column.addWidget(self.stack, 1)
        column.addWidget(line(self.progress, self.stop, None, self.leave, self.back, self.next))
        self._idle()
        self._show(0)
        if path is not None:
            self.open_file(path)

    # steps

    def _file_step(self) -> QWidget:
        return page_of(
            label("选择要导入的表格；也可以把文件直接拖到主窗口上。", wrap=True),
            line(
                button("选择文件", self._choose, icon_name="import"),
                button("下载空白模板", self._save_template, icon_name="save"),
                None,
            ),
        )

    def _sheet_step(self) -> QWidget:
        self.place = SheetPage(self._session)
        self.place.chosen.connect(self._placed)
        return self.place

    def _mapping_step(self) -> QWidget:
        self.mapping = MappingPage()
        self.mapping.chosen.connect(self._look_at_mapping)
        return self.mapping

    def _preview_step(self) -> QWidget:
        self.model = PreviewModel(self._session)
        self.model.mended.connect(self._mend)
        self.table = QTableView()
        self.table.setAccessibleName("检查结果")
        self.table.setModel(self.model)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.heights().row)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.chips: dict[Outcome | None, QPushButton] = {}
        for outcome in (None, *WORDS):
            chip = button("", partial(self._filter, outcome), "ghost")
            chip.setCheckable(True)
            self.chips[outcome] = chip
        self.delete_missing = QCheckBox()
        return page_of(
            line(*self.chips.values(), None, button("下一处错误（F8）", self.next_bad, icon_name="search"),
                 button("存导入报告（错误行标红）", self._save_report, icon_name="save")),
            label("红格可以直接改，改完立即重新检查；没有改好的行不会写入。", "quiet", 12),
            self.table, self.delete_missing, stretch=self.table,
        )  # fmt: skip

    def _end_step(self) -> QWidget:
        self.told = label("", pixels=14, wrap=True)
        self.take_back = button("撤销这次导入", self._take_back, "danger")
        return page_of(
            self.told,
            line(button("存导入报告（错误行标红）", self._save_report, icon_name="save"), self.take_back, None),
        )

    def _show(self, step: int) -> None:
        self.stack.setCurrentIndex(step)
        for place, words in enumerate(self.step_labels):
            words.setFont(theme.font(13, place == step))
            words.setText(f"{'▶ ' if place == step else ''}{place + 1} {STEPS[place]}")
        self.back.setVisible(0 < step < len(STEPS) - 1)
        self.leave.setVisible(step < len(STEPS) - 1)
        self._name_next(step)

    def _name_next(self, step: int) -> None:
        writes = 0
        if self.plan is not None:
            counts = self.plan.counts()
            writes = counts["added"] + counts["changed"]
        words = ("选择文件", "下一步：对应列", "下一步：检查结果", f"下一步：写入 {writes} 行", "完成")[step]
        self.next.setText(words if step or self._source is None else "下一步：工作表与表头")
        has_work = bool(self.plan and (writes or self.plan.labels or self.plan.remembers or self.plan.missing))
        offered = step != STEPS.index("工作表与表头") or self._offer is not None
        self.next.setEnabled(self._task is None and offered and (step != STEPS.index("检查结果") or has_work))

    def _advance(self) -> None:
        steps: tuple[Callable[[], object], ...] = (self._begin, self._to_mapping, self._check, self._write, self.accept)
        self.notice.hide()
        steps[self.stack.currentIndex()]()

    def _begin(self) -> None:
        if self._source is None:
            self._choose()
        else:
            self._show(1)

    # work

    def _run(self, work: Callable[[Any], Any], done: Callable[[Any], None], *, writes: bool = False) -> None:
        def arrived(result: Any) -> None:
            if not self._left:
                done(result)

        runner = self._desk.runner
        start = partial(runner.write, locks=True) if writes else runner.read
        task = start(work, arrived, self._refused)
        self._task, self._under_way = task, self._under_way + 1
        task.progressed.connect(self._progressed)
        task.ended.connect(self._idle)
        self.stop.show()
        self._name_next(self.stack.currentIndex())

    def _progressed(self, words: str, done: object, total: object) -> None:
        self.progress.setText(f"{words} {done}/{total}" if total else words)

    def _idle(self) -> None:
        self._under_way = max(self._under_way - 1, 0)
        if self._under_way:
            return
        self._task = None
        self.progress.setText("")
        self.stop.hide()
        self._name_next(self.stack.currentIndex())

    def _refused(self, refusal: Refusal) -> None:
        if not self._left:
            self.notice.say("bad", refusal.message)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.job.cancel()

    def reject(self) -> None:
        """Leave; a writing job is stopped first and tells how it ended. Mended cells are not thrown away unasked."""
        mended = sum(map(len, self._corrections.values()))
        writing = self._task is not None and self._task.writes
        if mended and not writing and not self._may_lose(mended):
            return
        self._cancel()
        if self._task is None or not self._task.writes:
            self._left = True
            super().reject()

    def _may_lose(self, mended: int) -> bool:
        question = f"在检查结果里改过 {mended} 格，还没有写入，关闭后这些改动会丢掉。要关闭吗？"
        return QMessageBox.question(self, "导入", question) == QMessageBox.StandardButton.Yes

    # file, sheet, columns

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "选择要导入的表格", "", KINDS)
        if chosen:
            self.open_file(Path(chosen))

    def _save_template(self) -> None:
        session, ledger = self._session, self._ledger
        if path := ask_for_template(self, session.schema.ledger(ledger).label):
            self._run(lambda job: template(session, ledger, path, job),
                      lambda _none: self.notice.say("ok", f"已存到 {path}，填好后在这里选择它", path))  # fmt: skip

    def open_file(self, path: Path) -> None:
        """Read a file in the background, then show its sheets."""
        session, ledger = self._session, self._ledger
        self._run(lambda job: open_source(session, path, ledger, job), self._opened)

    def _opened(self, source: Source) -> None:
        self._source = source
        self._corrections.clear()
        self.setWindowTitle(f"导入 · {source.workbook.file_name}")
        self.place.show_source(source)
        self._placed()
        self._show(1)

    def _placed(self) -> None:
        self.notice.hide()
        self._offer = self.place.offer
        if self.place.refusal is not None:
            self._refused(self.place.refusal)
        self._name_next(self.stack.currentIndex())

    def _to_mapping(self) -> None:
        assert self._source is not None
        assert self._offer is not None
        self.mapping.show_offer(self._source, self._offer)
        self._show(2)

    def _look_at_mapping(self) -> None:
        """Two columns that go into one field are refused at once."""
        assert self._offer is not None
        try:
            decide(self._offer.found, self.mapping.decisions())
        except Refusal as refusal:
            self._refused(refusal)
        else:
            self.notice.hide()

    # preview

    def _check(self) -> None:
        assert self._offer is not None
        decisions = self.mapping.decisions()
        offer = self._offer
        if decisions != offer.decisions:
            offer = replace(offer, decisions=decisions, from_memory=False)
        try:
            _ = offer.table
        except Refusal as refusal:
            self._refused(refusal)
            return
        self._offer = offer
        self._judge()

    def _judge(self) -> None:
        session, source, offer = self._session, self._source, self._offer
        assert source is not None
        assert offer is not None
        corrections = dict(self._corrections.get(offer.sheet.name, {}))
        self._run(lambda job: importing.judge(session, source, offer, corrections, job), self._judged)

    def _judged(self, plan: Plan) -> None:
        self.plan = plan
        counts = plan.counts()
        for outcome, chip in self.chips.items():
            words = f"全部 {len(plan.rows)}" if outcome is None else f"{WORDS[outcome][0]} {counts[outcome]}"
            chip.setText(words)
        self.delete_missing.setChecked(False)
        self.delete_missing.setVisible(bool(plan.missing))
        names = "、".join(name for _, name in plan.missing[:3])
        self.delete_missing.setText(f"文件里少了 {len(plan.missing)} 行（{names} 等），从台账里也删除")
        self.delete_missing.setToolTip("\n".join(name for _, name in plan.missing[:50]))
        if plan.remarks:
            self.notice.say("warn", "；".join(plan.remarks[:5]))
        self._filter(self._outcome)
        self._show(3)

    def _filter(self, outcome: Outcome | None) -> None:
        assert self.plan is not None
        self._outcome = outcome
        for other, chip in self.chips.items():
            chip.setChecked(other == outcome)
        self.model.show_plan(self.plan, outcome)
        wide = {"number": 170, "title": 260}
        widths = (50, 80, 320, *(wide.get(path.rpartition(".")[2], 100) for path in self.model.paths))
        for section, width in enumerate(widths):
            self.table.setColumnWidth(section, width)

    def next_bad(self) -> None:
        """Go to the next refused row's red cell."""
        start = self.table.currentIndex().row() + 1
        places = [*range(start, len(self.model.rows)), *range(start)]
        for place in places:
            if self.model.rows[place][1].outcome == "refused":
                self.table.setCurrentIndex(self.model.index(place, self.model.first_bad(place)))
                self.table.setFocus()
                return

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_F8 and self.stack.currentIndex() == STEPS.index("检查结果"):
            self.next_bad()
        else:
            super().keyPressEvent(event)

    def _mend(self, place: int, path: str, text: str) -> None:
        assert self.plan is not None
        lines = [row.line for row in self.plan.rows]
        column = next(at for at, known in self.plan.found.mapping.items() if known == path)
        cell = FileCell(lines[place], parts(lines)[place], column)
        self._corrections.setdefault(self.plan.sheet, {})[cell] = text
        self._judge()

    # writing

    def _write(self) -> None:
        session, source, plan = self._session, self._source, self.plan
        assert source is not None
        assert plan is not None
        if self.delete_missing.isChecked():
            plan = replace(plan, to_delete=tuple(key for key, _ in plan.missing))
        self._run(lambda job: importing.apply(session, plan, source.path, job), self._done, writes=True)

    def _done(self, changes: Changes) -> None:
        assert self.plan is not None
        self._desk.changed.emit(changes)
        self._written = changes.tx
        self._corrections.clear()
        counts = self.plan.counts()
        refused = f"{counts['refused']} 行没有导入，可存导入报告，在里面改好后再导入一次。" if counts["refused"] else ""
        self.told.setText(f"已写入：新增 {counts['added']} 行，更新 {counts['changed']} 行。{refused}"
                          f"点“完成”回到台账；以后也可在“撤销导入”里整批撤销。{GOING_ON.get(self._ledger, '')}")  # fmt: skip
        self.take_back.setEnabled(bool(self._written))
        self._show(4)

    def _take_back(self) -> None:
        session, number = self._session, self._written
        self._run(lambda _job: history.undo_step(session, number), self._taken_back, writes=True)

    def _taken_back(self, changes: Changes) -> None:
        self._desk.changed.emit(changes)
        self.take_back.setEnabled(False)
        self.told.setText("已撤销这次导入，台账和导入前一样。点“完成”回到台账。")

    def _save_report(self) -> None:
        assert self._source is not None
        assert self.plan is not None
        source, plan = self._source, self.plan
        mend = f"；改好“{REFUSED_SHEET}”里的行，再导入它" if plan.counts()["refused"] else ""
        if path := ask_where(self, "导入报告存到", f"导入报告_{source.path.stem}.xlsx", "*.xlsx"):
            self._run(lambda job: importing.write_report(plan, source.path, path, job),
                      lambda _none: self.notice.say("ok", f"已存到 {path}{mend}", path))  # fmt: skip
