"""First start: who are you — an office with a unit file, an office on its own, the bureau, or practice."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QButtonGroup, QDialog, QFileDialog, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from desktop.app import setup, system
from desktop.app.practice import practice_library
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.ui.runner import Runner
from desktop.ui.widgets import Notice, button, card, label, line

FURTHER = "这是本单位的又一台电脑：先送一个上报包给市局，再应用市局的下发包，体系和台账就都来了"


class FirstStart(QDialog):
    """Asks what is needed to make a library; `session` holds it afterwards."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.setWindowTitle("标准化工作台 · 开始使用")
        self.setMinimumWidth(560)
        self.session: Session | None = None
        self._folder, self._runner = folder, Runner()
        self._runner.crashed.connect(self._broken)
        self.notice, self.go = Notice(), button("建立并打开", self.begin, "primary")
        self.by_file = QRadioButton("区县单位，有市局的授权文件")
        self.alone = QRadioButton("区县单位，先独立使用（以后可加入市局）")
        self.bureau = QRadioButton("市局")
        self.practice = QRadioButton("打开演练库（样例数据，带“演练”标记）")
        self.name, self.code, self.person = QLineEdit(), QLineEdit(), QLineEdit()
        self.unit_file = QLineEdit()
        self.unit_file.setPlaceholderText("授权文件（.json）")
        self.passphrase = QLineEdit()
        self.passphrase.setPlaceholderText("10 位数字，由市局当面或电话告诉")
        self.passphrase.setAccessibleName("授权文件的口令")
        self.trees = {tree.name: tree.id for tree in system.starter_trees()}
        self.tree_choices = {name: QRadioButton(name) for name in (*self.trees, "从空白开始")}
        self.told = label("", "quiet", 12, wrap=True)
        """For whom the chosen file is, and what comes next."""
        self._lines: list[tuple[QWidget, Callable[[], bool]]] = []
        """(what is asked, when it has to be asked)"""
        self._build()
        self._ask()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addWidget(label("先把台账建起来", pixels=22, bold=True))
        column.addWidget(label("约 2 分钟；每一步以后都可以补。", "quiet"))
        column.addWidget(self.notice)
        for choice in (self.by_file, self.alone, self.bureau, self.practice):
            column.addWidget(choice)
            choice.toggled.connect(self._ask)
        self.by_file.setChecked(True)
        self.unit_file.textChanged.connect(self._ask)
        file = line(button("选择授权文件", self._choose_file), self.unit_file)
        for part in (file, self.told, line(label("口令"), self.passphrase)):
            column.addWidget(part)
            self._lines.append((part, self.by_file.isChecked))
        for words, field, hint, asked in (
            ("单位名称", self.name, "如 西湖区机关事务服务中心", self._founds),
            ("行政区划码", self.code, "6 位，如 330106", self._founds),
            ("使用人", self.person, "坐在这台电脑前的人", lambda: not self.practice.isChecked()),
        ):
            field.setPlaceholderText(hint)
            field.setAccessibleName(words)
            column.addWidget(asking := line(label(words), field))
            self._lines.append((asking, asked))
        trees = card(label("起步的标准体系", bold=True), *self.tree_choices.values())
        group = QButtonGroup(self)
        for choice in self.tree_choices.values():
            group.addButton(choice)
        column.addWidget(trees)
        self._lines.append((trees, lambda: not self.practice.isChecked() and not self._further()))
        next(iter(self.tree_choices.values())).setChecked(True)
        column.addWidget(
            label(f"数据存在这台电脑的“{self._folder}”，不联网。本软件不得存储、处理涉密信息。", "quiet", 12, wrap=True)
        )
        column.addWidget(line(None, button("退出", self.reject), self.go))

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "选择市局的授权文件", "", "授权文件 (*.json)")
        if chosen:
            self.unit_file.setText(chosen)
            self.by_file.setChecked(True)

    def _founds(self) -> bool:
        return self.alone.isChecked() or self.bureau.isChecked()

    def _further(self) -> bool:
        """Whether the chosen file is for a second PC of the unit, which gets everything from the bureau."""
        with suppress(Refusal):
            if self.by_file.isChecked() and self.unit_file.text():
                return setup.unit_file(Path(self.unit_file.text())).further
        return False

    def _ask(self) -> None:
        """Show what has to be filled in for what is chosen, and for whom the file is."""
        self.told.setText(self._about_file())
        for asking, asked in self._lines:
            asking.setVisible(asked())

    def _about_file(self) -> str:
        if not self.unit_file.text():
            return "没有授权文件时，请向市局索取，或选“先独立使用”"
        try:
            unit = setup.unit_file(Path(self.unit_file.text()))
        except Refusal as refusal:
            return refusal.message
        said = f"给 {unit.name}（{unit.area_code}）的授权文件，由 {unit.bureau_name} 生成"
        return f"{said}。{FURTHER}" if unit.further else said

    def begin(self) -> None:
        """Make the library off the window's thread; a refusal stays on the screen with what was typed."""
        try:
            made = self._wished()
        except Refusal as refusal:
            self._refused(refusal)
            return
        self.go.setEnabled(False)
        self.notice.say("ok", "正在建立台账，请稍候…")
        self._runner.write(lambda _job: made(), self._made, self._refused)

    def _made(self, session: Session) -> None:
        self.session = session
        self.accept()

    def _refused(self, refusal: Refusal) -> None:
        self.go.setEnabled(True)
        self.notice.say("bad", refusal.message)

    def _broken(self, error: BaseException) -> None:
        self._refused(Refusal("broken", "程序出了故障，没有建成，请再试一次，仍不行请联系提供软件的人"))
        raise error

    def reject(self) -> None:
        """Leave, but not while a library is being made."""
        if not self._runner.busy:
            super().reject()

    def done(self, result: int) -> None:
        """Nothing more is made."""
        self._runner.shutdown()
        super().done(result)

    def _wished(self) -> Callable[[], Session]:
        """What makes the library in any thread, as everything is filled in now."""
        folder, person = self._folder, self.person.text().strip()
        if self.practice.isChecked():
            return partial(practice_library, folder)
        chosen = next(name for name, choice in self.tree_choices.items() if choice.isChecked())
        tree = self.trees.get(chosen, "empty")
        if not self.by_file.isChecked():
            role = "bureau" if self.bureau.isChecked() else "office"
            found = partial(setup.found, folder, role, self.name.text(), self.code.text().strip(), person)
            return lambda: _planted(found(), tree)
        if not self.unit_file.text():
            raise Refusal("no_file", "请先选择市局给的授权文件，没有的话选“先独立使用”")
        path, spoken = Path(self.unit_file.text()), self.passphrase.text()
        unit = setup.unit_file(path)
        if unit.needs_passphrase and not spoken.strip():
            self.passphrase.setFocus()
            raise Refusal("no_passphrase", "这份授权文件有口令保护，请填写市局当面或电话告诉您的 10 位口令")
        join = partial(setup.join, folder, path, person, spoken)
        return join if unit.further else lambda: _planted(join(), tree)


def _planted(session: Session, tree: str) -> Session:
    system.plant(session, tree)
    return session
