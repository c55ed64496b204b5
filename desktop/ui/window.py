"""The shell: navigation, page head with search and undo, pages made when first shown, status bar."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.app import backups, clock, first_steps, history, setup, syncing
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.exchange import worker
from desktop.ui import theme
from desktop.ui.attachments import attach_to_shown, is_photo
from desktop.ui.desk import Desk, Page
from desktop.ui.icons import icon
from desktop.ui.search_box import SearchBox
from desktop.ui.widgets import Notice, button, label

NARROW = 1200
"""Logical pixels below which the navigation folds to icons."""

SECRECY = "本软件不得存储、处理涉密信息"


@dataclass(frozen=True)
class PageSpec:
    """One entry of the navigation; `group` numbers the part between hairlines."""

    id: str
    title: str
    icon: str
    factory: Callable[[Desk], Page]
    group: int


class MainWindow(QMainWindow):
    """The window of one open library."""

    def __init__(self, desk: Desk, specs: tuple[PageSpec, ...]) -> None:
        super().__init__()
        self.desk = desk
        self._specs = {spec.id: spec for spec in specs}
        self.pages: dict[str, Page] = {}
        self._missed: dict[str, Changes] = {}
        """What happened while a page was not in front; it re-reads when it is shown."""
        self._opened_at = desk.session.workspace.last_step()
        self.restore_from: Path | None = None
        """The backup the library is to be restored from once this window is closed."""
        self._clock_told = False
        self._standing_in: list[MainWindow] = []
        """Windows in which rows of other units are entered."""
        self.notice = Notice()
        self._stack = QStackedWidget()
        self._title, self._context = label("", pixels=18, bold=True), label("", "quiet", 12)
        self._undo = button("", self.undo, "ghost", "undo", "撤销")
        self._redo = button("", self.redo, "ghost", "redo", "重做")
        self.search = SearchBox(desk, [(spec.title, spec.id) for spec in specs], self.show_page)
        self.next_step = button("", self._go_on, "ghost", "chevron-right")
        self._navigation: dict[str, QPushButton] = {}
        self._folded: bool | None = None
        self._job_text, self._job_bar, self._job_stop = QLabel(), QProgressBar(), button("取消", self._cancel, "ghost")
        self._build(specs)
        self.setWindowTitle("标准化工作台")
        self.setWindowIcon(icon("app", "accent_fill"))
        self.setAcceptDrops(True)
        self.setMinimumSize(900, 560)
        desk.changed.connect(self._changed)
        desk.noticed.connect(self.notice.say)
        desk.page_asked.connect(self.show_page)
        desk.worked.connect(self._worked)
        desk.standing_in.connect(self._stand_in)
        desk.restore_asked.connect(self._restore)
        desk.changed.connect(lambda _changes: self._name_steps())
        self._shortcuts()
        self.show_page(specs[0].id)

    def _build(self, specs: tuple[PageSpec, ...]) -> None:
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._navigation_bar(specs))
        main = QWidget()
        main.setObjectName("page")
        main.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header())
        column.addWidget(self.notice)
        column.addWidget(self._stack, 1)
        row.addWidget(main, 1)
        self.setCentralWidget(body)
        self._status()

    def _navigation_bar(self, specs: tuple[PageSpec, ...]) -> QWidget:
        bar = QWidget()
        bar.setObjectName("navigation")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bar = bar
        column = QVBoxLayout(bar)
        column.setContentsMargins(8, 12, 8, 8)
        column.setSpacing(2)
        identity = self.desk.session.identity
        self._product = label("标准化工作台", pixels=14, bold=True)
        self._unit = label("市局" if identity.is_bureau else "区县单位", "quiet", 12)
        column.addWidget(self._product)
        column.addWidget(self._unit)
        column.addSpacing(8)
        group = QButtonGroup(self)
        last = specs[0].group
        for spec in specs:
            if spec.group != last:
                column.addSpacing(10)
                last = spec.group
            entry = QPushButton(spec.title)
            entry.setProperty("kind", "navigation")
            entry.setCheckable(True)
            entry.setIcon(icon(spec.icon))
            entry.setIconSize(QSize(16, 16))
            entry.setAccessibleName(spec.title)
            entry.clicked.connect(lambda _checked=False, page=spec.id: self.show_page(page))
            group.addButton(entry)
            self._navigation[spec.id] = entry
            column.addWidget(entry)
        column.addStretch(1)
        return bar

    def _header(self) -> QWidget:
        head = QWidget()
        head.setObjectName("header")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 8, 16, 8)
        row.addWidget(self._title)
        row.addWidget(self._context)
        if self.desk.session.sample:
            row.addWidget(label("演练库", "badge_warn", 12, bold=True))
        row.addStretch(1)
        for item in (
            self.next_step,
            self.search,
            self._undo,
            self._redo,
            button("", self._help, "ghost", "help", "上手说明（F1）"),
        ):
            row.addWidget(item)
        return head

    def _status(self) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        self._state = QLabel()
        self._job_bar.setFixedWidth(120)
        bar.addWidget(self._state)
        for item in (self._job_text, self._job_bar, self._job_stop, QLabel(SECRECY)):
            bar.addPermanentWidget(item)
        self._worked("", 0, 0)

    def _shortcuts(self) -> None:
        for keys, pressed in (
            ("Ctrl+Z", self.undo), ("Ctrl+Y", self.redo), ("Ctrl+Shift+Z", self.redo), ("Ctrl+K", self.search.begin),
            ("F1", self._help), ("F6", self._next_region),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self, pressed)

    # pages

    def page(self, page_id: str) -> Page:
        """The page of this id, made when first asked for."""
        if page_id not in self.pages:
            made = self._specs[page_id].factory(self.desk)
            self.pages[page_id] = made
            self._stack.addWidget(made)
        return self.pages[page_id]

    def show_page(self, page_id: str, target: object = None) -> None:
        """Go to a page, and there to a record."""
        page = self.page(page_id)
        if self._stack.currentWidget() is not page:
            self.notice.hide()
        if missed := self._missed.pop(page_id, None):
            page.changed(missed)
        self._stack.setCurrentWidget(page)
        self._navigation[page_id].setChecked(True)
        self._title.setText(self._specs[page_id].title)
        if target is not None:
            page.show_target(target)
        page.setFocus()
        self._refresh_lines()

    @property
    def current(self) -> Page:
        """The page in front."""
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        return page

    def _changed(self, changes: Changes) -> None:
        for page_id, page in self.pages.items():
            if page is self.current:
                page.changed(changes)
            else:
                self._missed[page_id] = self._missed.get(page_id, Changes()).joined(changes)
        if changes.skipped:
            self.desk.say("warn", f"有 {len(changes.skipped)} 处后来又改过，保留现值，没有撤销")
        elif not self._clock_told and (words := clock.set_back(self.desk.session)):
            self._clock_told = True
            self.desk.say("warn", words)
        self._refresh_lines()

    def _refresh_lines(self) -> None:
        self._context.setText(self.current.context())
        self._name_steps()
        self._name_next()
        session = self.desk.session
        found = backups.checked(session.workspace.folder)
        saved = found[0].at.strftime("%m-%d %H:%M") + " 已校验" if found else "尚无"
        self._state.setText(
            f"{session.identity.name}　│　{session.person}　│　数据截至 {session.today()}　│　备份 {saved}"
        )

    def _name_steps(self) -> None:
        session = self.desk.session
        for control, word, step in (
            (self._undo, "撤销", history.undo_label(session)), (self._redo, "重做", history.redo_label(session)),
        ):  # fmt: skip
            control.setEnabled(bool(step))
            control.setToolTip(f"{word} {step}" if step else f"没有可以{word}的操作")
            control.setAccessibleName(control.toolTip())

    def _name_next(self) -> None:
        """While the library is in its beginnings, its next step, except where that is done."""
        step = first_steps.next_step(self.desk.session)
        self.next_step.setText(f"下一步：{step.words.partition('（')[0].partition('，')[0]}" if step else "")
        self.next_step.setToolTip(step.words if step else "")
        self.next_step.setVisible(step is not None and self.pages.get(step.page) is not self.current)

    def _go_on(self) -> None:
        if step := first_steps.next_step(self.desk.session):
            self.show_page(step.page)

    def undo(self) -> None:
        """Take back the last step."""
        session = self.desk.session
        self.desk.write(lambda _job: history.undo(session))

    def redo(self) -> None:
        """Do the last undone step again."""
        session = self.desk.session
        self.desk.write(lambda _job: history.redo(session))

    def _help(self) -> None:
        self.desk.page_asked.emit("settings", "help")

    def _next_region(self) -> None:
        regions = [self._navigation[next(iter(self._navigation))], self.search, self.current]
        focus = self.focusWidget()
        inside = [region is focus or (focus is not None and region.isAncestorOf(focus)) for region in regions]
        regions[(inside.index(True) + 1) % len(regions) if any(inside) else 0].setFocus()

    # jobs

    def _worked(self, words: str, done: object, total: object) -> None:
        for item in (self._job_text, self._job_bar, self._job_stop):
            item.setVisible(bool(words))
        self._job_text.setText(words)
        self._job_bar.setRange(0, int(str(total)))
        self._job_bar.setValue(int(str(done)))

    def _cancel(self) -> None:
        self.desk.runner.cancel()
        self.notice.say("warn", "正在停下；做到一半的会退回，和没做一样，已经做完的保留")

    def _hand_over(self) -> int:
        """Save what is being typed in this and the other windows; how many texts were refused and would be lost."""
        windows = (self, *self._standing_in)
        for window in windows:
            if focus := window.focusWidget():
                focus.clearFocus()
            for page in window.pages.values():
                page.hand_over()
        return sum(page.refused_texts() for window in windows for page in window.pages.values())

    def _may_lose(self, refused: int) -> bool:
        question = f"有 {refused} 格没有通过检查（红格），还没有写入，关闭后这些内容会丢掉。要关闭吗？"
        return QMessageBox.question(self, "标准化工作台", question) == QMessageBox.StandardButton.Yes

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        folded = self.width() < NARROW
        if folded != self._folded:
            self._folded = folded
            self._bar.setFixedWidth(64 if folded else 168)
            self._product.setVisible(not folded)
            self._unit.setVisible(not folded)
            for page_id, entry in self._navigation.items():
                entry.setText("" if folded else self._specs[page_id].title)
                entry.setToolTip(self._specs[page_id].title if folded else "")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        photos = [path for path in paths if is_photo(path)]
        for path in paths:
            if path not in photos:
                self.open_file(path)
        if photos:
            attach_to_shown(self.desk, self.current, photos)

    def open_file(self, path: Path) -> None:
        """A file dropped or given: a bundle goes to 同步, a table to the ledger in front, else to the detail table."""
        here = next(page_id for page_id, page in self.pages.items() if page is self.current)
        takes = here if self.current.takes_tables else "standards"
        bundle = path.suffix.lower() in (".bzb", ".json") or syncing.is_bundle(path)
        self.show_page("sync" if bundle else takes, path)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            theme.heights.cache_clear()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the field being typed in, stop jobs, wait, back up what was written meanwhile, let the library go."""
        refused = self._hand_over()
        if refused and event.spontaneous() and not self._may_lose(refused):
            event.ignore()
            self.current.setFocus()
            return
        for other in tuple(self._standing_in):
            other.close()
        self.desk.runner.shutdown()
        failed = self.let_go()
        if failed and event.spontaneous():
            sentence = f"{failed}。台账都已保存，下次打开后请到“设置”点“立即备份”"
            QMessageBox.warning(self, "退出时的备份没有做成", sentence)
        super().closeEvent(event)

    def let_go(self) -> str:
        """Back up what was written since the start, and let the library and the worker go; why there is no backup."""
        worker.end()
        failed = setup.take_leave(self.desk.session, self._opened_at)
        self.desk.session.workspace.close()
        return failed

    def _restore(self, source: Path) -> None:
        refused = self._hand_over()
        if not refused or self._may_lose(refused):
            self.restore_from = source
            self.close()

    def _stand_in(self, session: Session) -> None:
        from desktop.ui.stand_in import StandInWindow

        other = StandInWindow(self, session, tuple(self._specs.values()))
        self._standing_in.append(other)
        other.destroyed.connect(lambda: self._standing_in.remove(other))
        other.show()
