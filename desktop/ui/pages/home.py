"""首页: what to do first, what is due, what there is."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.app import exchanged, first_steps, home, settling, setup, units
from desktop.app.home import Figure
from desktop.domain.changes import Changes
from desktop.domain.ledgers.common import ReviewNote
from desktop.domain.query import Op, Query, Sort, Test
from desktop.ui.desk import Desk, Page
from desktop.ui.search_box import LEDGER_PAGES
from desktop.ui.widgets import button, card, clear, label, line

MOST = 8
"""Items of the to-do list."""

FIGURES_HEIGHT = 110
"""Room for the figures while they are being counted, so that nothing jumps."""


class HomePage(Page):
    """Built anew whenever something changes; every number opens its rows."""

    title = "首页"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asked = 0
        self._cards = QGridLayout()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)
        self.reload()

    def context(self) -> str:
        return self.session.today()

    def changed(self, changes: Changes) -> None:
        self.reload()

    def reload(self) -> None:
        """Count and list anew."""
        body = QWidget()
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        if setup.awaits_rows(self.session):
            column.addWidget(self._fetching())
        elif steps := self._steps():
            column.addWidget(card(label("先把台账建起来", pixels=14, bold=True), *steps))
        holder = QWidget()
        holder.setMinimumHeight(FIGURES_HEIGHT)
        self._cards = QGridLayout(holder)
        self._cards.setContentsMargins(0, 0, 0, 0)
        column.addWidget(holder)
        column.addWidget(self._due())
        if self.session.identity.is_bureau:
            column.addWidget(self._units())
        elif notes := self.session.read.records(ReviewNote):
            column.addWidget(self._notes(notes))
        column.addStretch(1)
        self._area.setWidget(body)
        self._count()

    def _steps(self) -> list[QWidget]:
        steps = first_steps.steps(self.session)
        if all(step.done for step in steps):
            return []
        first = next(step for step in steps if not step.done)
        rows = [line(label("✓ 确认单位　" + self.session.identity.name, "badge_ok"), None)]
        for place, step in enumerate(steps, start=2):
            go = button("去做", partial(self._go, step.page), "primary" if step is first else "")
            go.setVisible(not step.done)
            words = f"{'✓' if step.done else place} {step.words}"
            rows.append(line(label(words, "badge_ok" if step.done else ""), None, go))
        return rows

    def _fetching(self) -> QWidget:
        """What a further PC does first: what the unit has comes from the bureau."""
        asked = bool(exchanged.sent(self.session))
        return card(
            label("先把本单位的台账取回来", pixels=14, bold=True),
            line(label(f"{'✓' if asked else '1'} 生成一个上报包送给市局（市局由此认识这台电脑）", "badge_ok" if asked else ""),
                 None, button("去做", partial(self._go, "sync", "sending"), "" if asked else "primary")),
            line(label("2 请市局应用后生成一个下发包，在这里打开并应用"), None,
                 button("去做", partial(self._go, "sync", "receiving"), "primary" if asked else "")),
        )  # fmt: skip

    def _go(self, page: str, target: object = None) -> None:
        self.desk.page_asked.emit(page, target)

    def _count(self) -> None:
        """Count off the window's thread; of several counts under way the last one asked for is shown."""
        self._asked += 1
        asked, session = self._asked, self.session
        self.desk.read(lambda _job: home.figures(session), lambda found: self._show_figures(asked, found))

    def _show_figures(self, asked: int, figures: list[Figure]) -> None:
        if asked != self._asked:
            return
        clear(self._cards)
        for place, figure in enumerate(figures):
            go = button("打开", partial(self._go, figure.page, figure.keys or None), "ghost")
            told = line(label(figure.more, "quiet", 12), None, go)
            shown = card(label(figure.name, "quiet", 12), label(figure.words, pixels=22, bold=True), told)
            self._cards.addWidget(shown, 0, place)

    def _due(self) -> QWidget:
        today = self.session.today()
        query = Query("finding", Test("state", Op.IN, ("open", "overdue")), (Sort("due_on"),), today)
        open_now = list(self.session.read.cells(query, ("key", "code", "problem", "due_on", "state")))
        rows: list[QWidget] = []
        if waiting := settling.waiting_here(self.session):
            told = label(f"▲ {waiting} 处冲突等您选定（两台电脑填得不一样）", "badge_warn")
            rows.append(line(told, None, button("去处理", partial(self._go, "sync", "conflicts"), "ghost")))
        for key, code, problem, due, state in open_now[:MOST]:
            late = state == "overdue"
            words = f"{'▲ 逾期' if late else '◐'}　{code}　{problem}"
            go = button("打开", partial(self._go, "findings", key), "ghost")
            rows.append(line(label(words, "badge_bad" if late else ""), None, label(str(due or ""), "quiet", 12), go))
        if len(open_now) > MOST:
            rows.append(label(f"还有 {len(open_now) - MOST} 条，在“整改”页看全部", "quiet", 12))
        if not rows:
            rows.append(label("没有待办的整改问题和冲突", "quiet"))
        return card(label("我的待办", pixels=14, bold=True), *rows)

    def _notes(self, notes: list[ReviewNote]) -> QWidget:
        kinds = self.session.schema.ledger("review_note").field("kind")
        rows: list[QWidget] = []
        for note in notes[::-1][:MOST]:
            words = label(f"{kinds.show(note.kind)}　{note.about}：{note.body}", wrap=True)
            page = LEDGER_PAGES.get(str(note.subject_ledger), "")
            go = button("打开", partial(self._go, page, str(note.subject_key)), "ghost")
            go.setVisible(bool(page))
            row = line(words, go)
            row.layout().setStretch(0, 1)  # type: ignore[union-attr]
            rows.append(row)
        return card(label("市局意见", pixels=14, bold=True), *rows)

    def _units(self) -> QWidget:
        rows = [
            line(label(unit.name), None, label(f"明细 {unit.entries} 行", "quiet", 12),
                 label(f"已收第 {unit.last_number} 号" if unit.last_number else "未报", "quiet" if unit.last_number else "badge_warn", 12))
            for unit in units.overview(self.session)
        ]  # fmt: skip
        return card(
            label("各单位报送", pixels=14, bold=True), *(rows or [label("还没有单位，在“同步”页新增单位", "quiet")])
        )
