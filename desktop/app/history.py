"""Undo, redo and the history of rows: who changed what, when, why, and where it came from."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from desktop.app import clock, settling, units
from desktop.app.labels import spare_labels
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.domain.history_form import Line, change_record
from desktop.domain.query import EVERYTHING, Op, Query, Test
from desktop.domain.record import Cell
from desktop.store import journal, staying
from desktop.sync import log

LONGEST = 20_000
"""Changes listed at most; a period with more must be shortened."""

_ORIGINS = {
    "": "手工填写",
    "undo": "撤销",
    "redo": "重做",
    "import": "导入",
    "setup": "建库",
    "settled": "处理冲突",
    "unit": "办理单位",
}


def undo(session: Session) -> Changes:
    """Take back the last step, as a new step; cells changed since are left alone and listed in `skipped`."""
    steps, _ = journal.stacks(session.read)
    if not steps:
        raise Refusal("nothing_to_undo", "没有可以撤销的操作")
    return undo_step(session, steps[-1])


def undo_step(session: Session, number: int) -> Changes:
    """Take back one step wherever it stands, such as yesterday's import. Refusal for one that also stands in the
    authorisation of a unit, and for a settled conflict, which undoing would settle the other way in silence."""
    label = journal.label_of(session.read, number)
    kind = journal.origin_of(session.read, number)
    if kind in units.FOR_GOOD:
        raise Refusal("for_good", f"“{label}”不能撤销：{units.FOR_GOOD[kind]}")
    if kind.startswith(settling.SETTLED):
        raise Refusal("for_good", f"“{label}”不能撤销：两边的值都在修改记录里，要用别的值请直接改那一格")
    with session.write(f"撤销 {label}", origin=f"undo:{number}") as transaction:
        skipped = journal.reverse(transaction, number)
        transaction.changes = Changes(skipped=tuple(skipped))
    return transaction.changes


def redo(session: Session) -> Changes:
    """Do the last undone step again."""
    _, steps = journal.stacks(session.read)
    if not steps:
        raise Refusal("nothing_to_redo", "没有可以重做的操作")
    number = steps[-1]
    with session.write(f"重做 {journal.label_of(session.read, number)}", origin=f"redo:{number}") as transaction:
        transaction.changes = Changes(skipped=tuple(journal.forward(transaction, number)))
    return transaction.changes


def undo_label(session: Session) -> str:
    """What the next undo takes back; empty if nothing."""
    steps, _ = journal.stacks(session.read)
    return journal.label_of(session.read, steps[-1]) if steps else ""


def redo_label(session: Session) -> str:
    """What the next redo does again; empty if nothing."""
    _, steps = journal.stacks(session.read)
    return journal.label_of(session.read, steps[-1]) if steps else ""


def later_edits(session: Session, number: int) -> list[str]:
    """What was changed by hand since a step and would be kept by its undo: one sentence a cell or attachment."""
    lines = []
    for ledger, key, field in journal.later_edits(session.read, number):
        declared = session.schema.ledger(ledger)
        what = declared.field(field).label if field not in ("", "_del") else "整条记录"
        lines.append(f"{session.read.caption(ledger, key)}：{what}")
    for row, (ledger, key) in staying.added_below(session.read, number):
        added = f"{session.schema.ledger(ledger).label} {session.read.caption(ledger, key)}"
        lines.append(f"{session.read.caption(*row)}：{added}")
    return lines


def of_record(session: Session, ledger: str, key: str) -> list[Line]:
    """Every change of a row, of the rows embedded in it and of those below it, newest first."""
    return of_rows(session, ledger, [key])


def of_rows(session: Session, ledger: str, keys: Sequence[str]) -> list[Line]:
    """Every change of some rows as in `of_record`, newest first."""
    places = _family(session, ledger, keys)
    found = [(place, line) for place in places for line in journal.history(session.read, place.ledger, place.key)]
    found.sort(key=lambda item: (item[1].at, item[1].tx), reverse=True)
    teller = _Teller(session)
    return [teller.tell(place, line) for place, line in found]


def deletion(session: Session, ledger: str, key: str) -> Line | None:
    """Who moved a row to the recycle bin and when; None while it is not in there."""
    row = session.read.any_row(ledger, key)
    if row is None or not row["_del"]:
        return None
    lines = (line for line in journal.history(session.read, ledger, key) if line.field == "_del")
    last = next(lines, None)
    return None if last is None else _Teller(session).tell(_Place(ledger, key, ledger, key), last)


def why_deleted(session: Session, ledger: str, key: str) -> str | None:
    """Why a row in the recycle bin cannot be changed; None if it is not in there."""
    gone = deletion(session, ledger, key)
    return f"{gone.at} 由{gone.person}删除（{gone.label}），恢复后才能修改" if gone else None


def of_period(session: Session, ledger: str, since: str, until: str) -> list[Line]:
    """Every change of the rows of a ledger from one day to another, both included, newest first."""
    places = {(place.ledger, place.key): place for place in _family(session, ledger, None)}
    ledgers = sorted({name for name, _ in places}) or [ledger]
    first, last = _midnight(since, 0), _midnight(until, 1)
    lines = journal.between(session.read, ledgers, first, last, LONGEST + 1)
    if len(lines) > LONGEST:
        raise Refusal("too_many", f"这段时间的改动超过 {LONGEST} 处，请缩短起止日期再查")
    teller = _Teller(session)
    return [teller.tell(places[name, key], line) for name, key, line in lines if (name, key) in places]


def of_cell(session: Session, ledger: str, key: str, path: str) -> list[Line]:
    """How the cell at a column's path came to hold what it holds: its changes, from the value the row began with; the
    changes of the reference it is seen through count as its own."""
    first, second = session.schema.steps(ledger, path)[0], path.partition(".")[2].partition(".")[0]
    wanted = {("", first.name), ("", session.schema.stand_ins(ledger).get(path, first.name))}
    if first.embedded:
        wanted.add((f"{first.name}.", second))
    places = [place for place in _family(session, ledger, [key]) if not place.below]
    found = [(place, line) for place in places for line in journal.history(session.read, place.ledger, place.key)]
    found.sort(key=lambda item: (item[1].at, item[1].tx), reverse=True)
    teller = _Teller(session)
    told: list[Line] = []
    for place, line in found:
        if line.field == "":
            born = journal.born_cells(session.read, place.ledger, line)
            cells = {name: born.get(name) for prefix, name in wanted if prefix == place.prefix}
            told.extend(teller.tell(place, replace(line, field=name, old=None, new=cell))
                        for name, cell in cells.items() if cell is not None)  # fmt: skip
        elif (place.prefix, line.field) in wanted:
            told.append(teller.tell(place, line))
    return told


def sheet(session: Session, lines: Sequence[Line], scope: str) -> Document:
    """The lines as 变更记录 to print or export."""
    return change_record(lines, session.identity.name, scope, session.watermark)


@dataclass(frozen=True)
class _Place:
    """Where a row stands under the row `root`: embedded (`prefix` of its columns), `below` it, or itself."""

    top: str
    """The ledger of `root`."""
    root: str
    ledger: str
    key: str
    prefix: str = ""
    below: bool = False


def _family(session: Session, ledger: str, keys: Collection[str] | None) -> list[_Place]:
    """The rows (None: all of the ledger, also deleted ones) with those embedded in them and those below them."""
    embedded = [field for field in session.schema.ledger(ledger).stored if field.embedded]
    found: dict[tuple[str, str], _Place] = {}
    names = ("key", *(field.name for field in embedded))
    for row in _linked(session, ledger, "key", keys, names):
        root = str(row[0])
        found[ledger, root] = _Place(ledger, root, ledger, root)
        for field, target in zip(embedded, row[1:], strict=True):
            if target:
                place = _Place(ledger, root, field.target, str(target), f"{field.name}.")
                found.setdefault((field.target, str(target)), place)
    for child in session.schema.ledgers:
        if child.parent and child.field(child.parent).target == ledger:
            for key, parent in _linked(session, child.name, child.parent, keys, ("key", child.parent)):
                found[child.name, str(key)] = _Place(ledger, str(parent), child.name, str(key), below=True)
    return list(found.values())


def _linked(
    session: Session, ledger: str, path: str, keys: Collection[str] | None, names: tuple[str, ...]
) -> Iterable[tuple[Cell, ...]]:
    where = EVERYTHING if keys is None else Test(path, Op.IN, tuple(keys))
    for deleted in (False, True):
        yield from session.read.cells(Query(ledger, where, deleted=deleted), names)


class _Teller:
    """Turns journal lines into words; names of rows and bundles are looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._labels = spare_labels(session)
        self._captions: dict[tuple[str, str], str] = {}
        self._origins: dict[str, str] = {}

    def tell(self, place: _Place, line: journal.Line) -> Line:
        """One change in words."""
        schema = self._session.schema
        declared = schema.ledger(place.ledger)
        at = clock.shown(line.at)
        told = Line(
            at, line.person, line.label, line.basis, "", "", "", self._origin(line.origin),
            record=self._caption(place.top, place.root),
            subject=f"{declared.label} {self._caption(place.ledger, place.key)}" if place.below else "",
        )  # fmt: skip
        if line.field == "":
            return replace(told, field_label="新建")
        if line.field == "_del":
            return replace(told, field_label="删除" if line.new else "恢复" if line.old else "保留")
        path = place.prefix + schema.naming(place.ledger, line.field)
        own = "" if place.below else path
        words = self._labels.get(path, declared.field(line.field).label)
        old, new = (self._show(place.ledger, line.field, cell) for cell in (line.old, line.new))
        return replace(told, field_label=words, old=old, new=new, path=own)

    def _show(self, ledger: str, name: str, cell: Cell) -> str:
        field = self._session.schema.ledger(ledger).field(name)
        return self._caption(field.target, str(cell)) if field.target and cell else field.show(cell)

    def _caption(self, ledger: str, key: str) -> str:
        if (ledger, key) not in self._captions:
            self._captions[ledger, key] = self._session.read.caption(ledger, key)
        return self._captions[ledger, key]

    def _origin(self, origin: str) -> str:
        if origin not in self._origins:
            self._origins[origin] = self._origin_in_words(origin)
        return self._origins[origin]

    def _origin_in_words(self, origin: str) -> str:
        word, _, rest = origin.partition(":")
        if word == "segment":
            return self._bundle(rest)
        words = _ORIGINS.get(word, word)
        label = journal.label_of(self._session.read, int(rest)) if word in ("undo", "redo") else ""
        return f"{words} {label}".strip()

    def _bundle(self, segment: str) -> str:
        """The bundle that brought a segment, by name and sender."""
        entry = log.that_brought(self._session.read.connection, segment)
        if entry is None:
            return "同步包"
        sender = str(entry.detail.get("from", ""))
        return f"同步包 {entry.name}" + (f"（{sender}）" if sender else "")


def _midnight(day: str, days: int) -> int:
    """The start of a day of this PC, so many days later, in milliseconds."""
    date = datetime.date.fromisoformat(day) + datetime.timedelta(days=days)
    return int(datetime.datetime.combine(date, datetime.time()).timestamp() * 1000)
