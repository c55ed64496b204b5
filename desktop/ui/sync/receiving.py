"""收到: a file is checked, what it would do is shown row by row and field by field, then it is applied or left alone."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QSplitter, QVBoxLayout, QWidget

from desktop.app import exchanged, setup, syncing
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.sync.intake import Outcome, RowChange
from desktop.ui.desk import Desk
from desktop.ui.listing import Listing
from desktop.ui.sync.passphrase import ask_passphrase
from desktop.ui.widgets import button, card, label, line

STEPS = ("选择文件", "校验", "预览", "应用", "完成")


class Receiving(QWidget):
    """Steps of one received file, or of a whole folder of them."""

    applied = Signal()
    joined = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.session = desk, desk.session
        self.received: Path | None = None
        self.steps = label("", "quiet", 12)
        self.told = label("把同步包（.bzb）拖到窗口里，或点“打开同步包”", wrap=True)
        self.figures = {word: label("0", pixels=20, bold=True) for word in ("新增", "更新", "相同", "冲突", "拒收")}
        self.rows = Listing("这个同步包会做的改动", ("结果", "台账", "记录"), 2)
        self.fields = Listing("选中记录的改动", ("字段", "我方", "对方", "合并后"), 3)
        self.rows.currentCellChanged.connect(lambda *_: self._show_fields())
        self.apply_button = button("应用到台账", self.apply, "primary")
        self.later = button("先放着", self.put_aside, "ghost")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(line(
            button("打开同步包", self.choose, icon_name="download"),
            button("打开文件夹里的全部同步包", self.choose_folder, "ghost", tip="如 U 盘：一次应用，每个单位一行结果"),
            None, self.steps,
        ))  # fmt: skip
        column.addWidget(self.told)
        column.addWidget(line(*(card(label(word, "quiet", 12), figure) for word, figure in self.figures.items())))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.rows)
        split.addWidget(self.fields)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 4)
        column.addWidget(split, 1)
        column.addWidget(line(label("应用前自动备份，整包可以撤销；落选的值留在历史中。", "quiet", 12), None,
                              self.later, self.apply_button))  # fmt: skip
        self._step(0)

    def _step(self, at: int) -> None:
        marks = (f"✓ {word}" if place < at else f"{place + 1} {word}" for place, word in enumerate(STEPS))
        self.steps.setText("　›　".join(f"【{mark}】" if place == at else mark for place, mark in enumerate(marks)))
        self.steps.setAccessibleName(f"第 {at + 1} 步，共 {len(STEPS)} 步：{STEPS[at]}")
        self.apply_button.setEnabled(False)
        self.later.setEnabled(at == 2)

    def choose(self) -> None:
        """Ask for a bundle or a unit file."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, "打开同步包", "", "同步包、授权文件 (*.bzb *.zip *.txt *.json);;所有文件 (*)"
        )
        if chosen:
            self.open(Path(chosen))

    def open(self, path: Path) -> None:
        """Look into a bundle, a folder of them, or take a unit file."""
        if path.is_dir():
            self.apply_folder(path)
        elif path.suffix.lower() == ".json":
            self.join(path)
        else:
            self.look_into(path)

    def join(self, path: Path) -> None:
        """Open a unit file: from now on this unit reports to the bureau that wrote it."""
        session = self.session
        try:
            unit = setup.unit_file(path)
            change = setup.changes_bureau(session, path)
        except Refusal as refusal:
            self.desk.say("bad", refusal.message)
            return
        if change and not self._may_change(unit.bureau_name):
            return
        passphrase = ask_passphrase(self, path.name) if unit.needs_passphrase else ""
        if passphrase is not None:
            self.desk.write(
                lambda _job: setup.join_later(session, path, passphrase, change=change),
                lambda joined: self.joined.emit(joined.identity),
                locks=change,
            )

    def _may_change(self, bureau: str) -> bool:
        question = (
            f"本单位现在归另一个市局，打开这份授权文件后改由“{bureau}”管理：本单位的全部台账改报给它，"
            "原来的市局不再收到。本单位的其他电脑也要各用一份它的授权文件。"
        )
        if merged := "、".join(sorted(self.session.owners - {self.session.identity.organisation})):
            question += f"以前并入本单位的单位（单位标识 {merged}），请它先按原标识新增，再并入本单位。"
        question += "要改吗？"
        return QMessageBox.question(self, "改归另一个市局", question) == QMessageBox.StandardButton.Yes

    def look_into(self, path: Path) -> None:
        """Verify a bundle and show what it would do."""
        session = self.session
        self.received = None
        self.rows.show_rows(())
        self.told.setText(f"正在核对 {path.name} …")
        self._step(1)
        task = self.desk.write(
            lambda _job: syncing.inspect_bundle(session, path), lambda outcome: self._seen(path, outcome), locks=True
        )
        task.ended.connect(self._checked)

    def _checked(self) -> None:
        if self.told.text().startswith("正在核对"):
            self.told.setText("没有读入，原因见上方提示；台账没有改动")
            self._step(0)

    def _seen(self, path: Path, outcome: Outcome) -> None:
        self.received = path
        self._tell(outcome, syncing.in_words(outcome, rehearsal=True))
        self._step(2)
        self.rows.setFocus()
        if outcome.new_segments or outcome.new_blobs:
            self.apply_button.setEnabled(True)
        else:
            self._take_note(path)

    def _take_note(self, path: Path) -> None:
        """A bundle that changes no row still tells what the sender has and lacks, and may hold what waits for others."""
        session, words = self.session, self.told.text()
        self.received = None
        self.desk.write(lambda job: syncing.apply_bundle(session, path, job), lambda _outcome: self._noted(words),
                        locks=True)  # fmt: skip

    def _noted(self, words: str) -> None:
        self.told.setText(f"{words}\n台账没有改动，对方已有和还缺的内容已登记，下一个发给它的同步包会补上")
        self._step(4)
        self.applied.emit()

    def _tell(self, outcome: Outcome, words: str) -> None:
        lines = [words, *dict.fromkeys(outcome.notes)]
        if outcome.deleted:
            lines.append(f"其中删除 {outcome.deleted} 条，列在最前面")
        if outcome.left_out:
            lines.append(f"另有 {outcome.left_out} 个附件没有放进这个包，会随 U 盘另送")
        self.told.setText("\n".join(lines))
        numbers = (outcome.added, outcome.changed, outcome.equal, outcome.conflicts, outcome.refused)
        for figure, number in zip(self.figures.values(), numbers, strict=True):
            figure.setText(str(number))
        ledger = self.session.schema.ledger
        self.rows.show_rows([(row, (row.word, ledger(row.ledger).label, row.caption)) for row in outcome.rows])

    def _show_fields(self) -> None:
        row = self.rows.chosen
        if not isinstance(row, RowChange):
            self.fields.show_rows(())
            return
        show = self.session.read.show
        named = [
            (name, ours, theirs, merged)
            for name, ours, theirs, merged in row.fields
            if name == "_del" or not self.session.schema.ledger(row.ledger).field(name).internal
        ]
        self.fields.show_rows([
            (name, (self._label(row.ledger, name), *(
                ("是" if cell else "否") if name == "_del" else show(row.ledger, name, cell)
                for cell in (ours, theirs, merged)
            )))
            for name, ours, theirs, merged in named
        ])  # fmt: skip

    def _label(self, ledger: str, name: str) -> str:
        return "已删除" if name == "_del" else self.session.schema.ledger(ledger).field(name).label

    def put_aside(self) -> None:
        """Leave the file alone."""
        self.received = None
        self.rows.show_rows(())
        self.told.setText("没有应用，台账没有改动。要用时再打开这个文件")
        self._step(0)

    def apply(self) -> None:
        """Take the bundle in."""
        session, path = self.session, self.received
        if path is not None:
            self._step(3)
            self.desk.write(
                lambda job: syncing.apply_bundle(session, path, job),
                self._applied,
                locks=True,
                failed=self._not_applied,
            )

    def _applied(self, outcome: Outcome) -> None:
        session, self.received = self.session, None
        self.desk.read(lambda _job: len(exchanged.missing_attachments(session)), partial(self._taken_in, outcome),
                       owner=self, short=True)  # fmt: skip

    def _taken_in(self, outcome: Outcome, lacking: int) -> None:
        words = syncing.in_words(outcome, rehearsal=False)
        self._tell(outcome, "\n".join((words, *self._next_steps(outcome, lacking))))
        self._step(4)
        self.desk.say("warn" if outcome.notes or outcome.conflicts else "ok", words)
        self.applied.emit()

    def _not_applied(self, refusal: Refusal) -> None:
        self.told.setText("没有应用，原因见上方提示；台账没有改动")
        self._step(2 if self.received is not None else 0)
        self.desk.say("bad", refusal.message)

    def _next_steps(self, outcome: Outcome, lacking: int) -> list[str]:
        """What a person does after a bundle was taken in."""
        found = []
        if outcome.conflicts:
            found.append("下一步：到“冲突”里逐处选定，选定前暂按其中一个值显示")
        if lacking:
            found.append(f"还有 {lacking} 个附件没有收到，名单在“记录”里")
        if self.session.identity.is_bureau:
            found.append("下一步：到“送出”给该单位生成下发包（回执在里面），或把“单位”里的回执码用电话告诉它")
        return found

    def choose_folder(self) -> None:
        """Ask for a folder of bundles."""
        folder = QFileDialog.getExistingDirectory(self, "选择放同步包的文件夹或 U 盘")
        if folder:
            self.apply_folder(Path(folder))

    def apply_folder(self, folder: Path) -> None:
        """Apply every bundle of a folder in one run; one line of result for each."""
        session = self.session
        self.received = None
        self.told.setText(f"正在应用“{folder.name}”里的同步包 …")
        self._step(3)
        self.desk.write(
            lambda job: syncing.apply_folder(session, syncing.bundles_in(folder), job),
            lambda results: self._folder_applied(folder, results), locks=True, failed=self._not_applied,
        )  # fmt: skip

    def _folder_applied(self, folder: Path, results: list[syncing.Applied]) -> None:
        if not results:
            self.told.setText("")
            self._step(0)
            self.desk.say("warn", f"“{folder}”里没有同步包，请选择放 .bzb 文件的文件夹")
            return
        good = sum(result.ok for result in results)
        self.told.setText("\n".join(f"{'✓' if item.ok else '×'} {item.path.name}：{item.sentence}" for item in results))
        self._step(4)
        self.desk.say("ok" if good == len(results) else "warn", f"{len(results)} 个同步包，{good} 个已应用")
        changes = Changes()
        for result in results:
            changes = changes.joined(result.changes)
        self.desk.changed.emit(changes)
        self.applied.emit()
