"""What becomes of each row of a foreign table, held against the library and against the rows before it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from desktop.app import system
from desktop.app.editing import Judge
from desktop.app.import_plan import CellChange, PlannedRow
from desktop.app.import_round_trip import RoundTrip
from desktop.app.session import Session
from desktop.domain import numbers
from desktop.domain.codes import nearest, plain_code
from desktop.domain.errors import Refusal
from desktop.domain.pinyin import fold
from desktop.domain.query import Op, Query, Test, owner_of
from desktop.domain.record import Cell, Column, Kind
from desktop.exchange.source_rows import SourceRow, typed

_AGAIN = "是同一条，只取先出现的一行"
PLANNED_WORDS = frozenset({"待制定", "制定中", "拟制定", "计划", "在编", "拟编"})


class Judging:
    """Holds the rows of one file against the library and against each other."""

    def __init__(
        self, session: Session, ledger: str, columns: list[Column], spares: dict[str, str], trip: RoundTrip
    ) -> None:
        self._trip = trip
        self._met: dict[str, int] = {}
        self._session, self._owners = session, session.owners
        self._ledger = session.schema.ledger(ledger)
        self._columns = columns
        self._spares = spares
        self._judge = Judge(session, session.read, ledger)
        self._detail = ledger == "detail_entry"
        self._placed = ledger in ("detail_entry", "system_node")
        self._version = system.version_to_fill(session, session.read, ledger) if self._placed else ""
        self._announced: frozenset[str] = frozenset()
        self._nodes = _node_codes(session, self._version) if self._version else {}
        self._existing = self._index()
        self._standards = self._own_standards() if self._detail else {}
        self._seen: dict[str, list[PlannedRow]] = {}

    def _index(self) -> dict[str, list[dict[str, Cell]]]:
        paths = ["key", *(column.path for column in self._columns)]
        if self._detail:
            paths += ["standard", "node"]
        query = Query(self._ledger.name)
        if self._placed:
            query = query.also(Test("version", Op.IN, (self._version,)))
        found: dict[str, list[dict[str, Cell]]] = {}
        for cells in self._session.read.cells(query, paths):
            row = dict(zip(paths, cells, strict=True))
            if owner_of(str(row["key"])) in self._owners:
                for identity in self._identities(row):
                    found.setdefault(identity, []).append(row)
        return found

    def _own_standards(self) -> dict[str, str]:
        """Identity → key of our standards: one that stands at no node of this version is placed, not made again."""
        rows = self._session.read.rows(Query("standard"))
        return {
            identity: str(row["key"])
            for row in rows
            if owner_of(str(row["key"])) in self._owners
            for identity in self._identities({f"standard.{name}": row[name] for name in ("number", "title")})[:1]
        }

    def _meant(self, identity: str) -> list[dict[str, Cell]]:
        """Our rows a row of the file may mean: those without more to know them by before their namesakes."""
        found = self._existing.get(identity, [])
        return [row for row in found if self._identities(row)[0] == identity] or found

    def _identities(self, values: Mapping[str, Cell]) -> list[str]:
        return [identity for paths in self._ledger.match if (identity := _identity(paths, values))]

    def announce(self, rows: Sequence[SourceRow]) -> None:
        """The codes of nodes that this file brings, so that a row may name as its parent one that comes with it."""
        if self._ledger.name == "system_node":
            self._announced = frozenset(plain_code(str(typed(self._columns, row)[0].get("code") or "")) for row in rows)

    def _answerable(self, values: dict[str, Cell]) -> dict[str, Cell]:
        """The values that can be judged before the file's own nodes are there."""
        parent = values.get("parent.code")
        coming = parent is not None and plain_code(str(parent)) in self._announced
        return {path: cell for path, cell in values.items() if not (coming and path == "parent.code")}

    def row(self, source: SourceRow) -> PlannedRow:
        """What becomes of one row."""
        planned = self._row(source)
        problems = tuple((path if path in source.cells else "", sentence) for path, sentence in planned.problems)
        return replace(planned, typed=source.cells, problems=problems)

    def _row(self, source: SourceRow) -> PlannedRow:
        stored = self._trip.rows.get(source.key) if source.key else None
        if stored is None:
            planned = self._foreign_row(source)
            return (
                replace(planned, remark="原来的记录已经删除，按新的一行检查")
                if source.key and self._trip.knows_state
                else planned
            )
        if source.key in self._met:
            remark = f"是第 {self._met[source.key]} 行的复制，按新的一行检查"
            return replace(self._foreign_row(source), remark=remark)
        self._met[source.key] = source.line
        return self._known_row(source, stored)

    def _known_row(self, source: SourceRow, stored: dict[str, Cell]) -> PlannedRow:
        """An exported row: only the cells edited in the file count, an emptied one too."""
        values, problems = typed(self._columns, source)
        if self._placed:
            values.pop("version.name", None)
        for heading, cell in source.extra.items():
            if cell is not None and heading in self._spares:
                values[self._spares[heading]] = str(cell)
        identity = next(iter(self._identities({**stored, **values})), "")
        if problems:
            faults = tuple((problem.path, problem.message) for problem in problems)
            return PlannedRow(source.line, "refused", values, source.key, identity=identity, problems=faults)
        edited = {
            path: cell
            for path, cell in values.items()
            if (self._trip.knows_state or cell is not None)
            and not self._alike(path, self._trip.exported(stored, path), cell)
        }
        if edited and owner_of(source.key) not in self._owners:
            sentence = "这是其他单位的记录，本单位只能查看，请把这一行改回原样"
            return PlannedRow(source.line, "refused", values, source.key, identity=identity, problems=(("", sentence),))
        crossed = [
            path for path in edited if not self._alike(path, self._trip.exported(stored, path), stored.get(path))
        ]
        planned = self._compared(source.line, edited, identity, stored)
        self._seen.setdefault(identity, []).append(replace(planned, values=values))
        if crossed and planned.outcome == "changed":
            labels = "、".join(self._label(path) for path in crossed)
            return replace(planned, values=values, remark=f"的{labels}导出以后在台账里也改过，将换成文件里的内容")
        return replace(planned, values=values)

    def _alike(self, path: str, old: Cell, new: Cell) -> bool:
        column = self._session.schema.column(self._ledger.name, path)
        return _equal(old, new) or (path.endswith("number") and _same(column, old, new))

    def _foreign_row(self, source: SourceRow) -> PlannedRow:
        values, problems = typed(self._columns, source)
        values = {path: cell for path, cell in values.items() if cell is not None}
        for heading, cell in source.extra.items():
            if cell is not None and heading in self._spares:
                values[self._spares[heading]] = str(cell)
        if self._placed:
            values.pop("version.name", None)
        if self._detail:
            self._complete(values, source.extra_numbers)
        faults = tuple((problem.path, problem.message) for problem in problems)
        identity = next(iter(self._identities(values)), "")
        if not identity and not faults:
            faults = (("", f"这一行没有填{self._naming()}，认不出是哪一条"),)
        if faults:
            return PlannedRow(source.line, "refused", values, identity=identity, problems=faults)
        planned = self._judged(source.line, values, identity)
        if planned.outcome == "changed" and _AGAIN in source.told:
            sentence = f"与已导入的一行{_AGAIN}；确是两条，请改{self._label(self._ledger.match[0][0])}"
            return PlannedRow(source.line, "refused", values, identity=identity, problems=(("", sentence),))
        if planned.outcome != "refused":
            self._seen.setdefault(identity, []).append(planned)
        return planned

    def _naming(self) -> str:
        return "或".join("和".join(self._label(path) for path in paths) for paths in self._ledger.match)

    def _complete(self, values: dict[str, Cell], others: tuple[str, ...]) -> None:
        if others:
            values["standard.other_numbers"] = "、".join(others)
        parsed = numbers.parse(str(values.get("standard.number") or ""))
        if parsed is not None and "standard.level" in values:
            values["standard.level"] = parsed.level.value
        if values.get("standard.number") is None and values.get("standard.source_status") in PLANNED_WORDS:
            values.pop("standard.source_status")
            values["planned_title"] = values.pop("standard.title", None)
            level = values.pop("standard.level", None)
            if level is not None:
                values.setdefault("planned_level", level)
            self._note_rest(values)

    def _note_rest(self, values: dict[str, Cell]) -> None:
        """A planned entry has no standard to keep further columns; what they say goes into its notes."""
        headings = {path: heading for heading, path in self._spares.items()}
        rest = {path: cell for path, cell in values.items() if path.startswith("standard.") and cell is not None}
        for path in [path for path in values if path.startswith("standard.")]:
            del values[path]
        said = [f"{headings.get(path) or self._label(path)}：{cell}" for path, cell in rest.items()]
        if said:
            values["notes"] = "；".join([str(values["notes"]), *said] if values.get("notes") else said)

    def _label(self, path: str) -> str:
        return self._session.schema.column(self._ledger.name, path).label

    def _judged(self, line: int, values: dict[str, Cell], identity: str) -> PlannedRow:
        before = self._seen.get(identity, [])
        earlier = before[0] if before else None
        code = values.get("code")
        same = [row for row in before if not self._detail or code is None or code == row.values.get("code")]
        if same:
            sentence = f"与第 {same[0].line} 行{_AGAIN}"
            return PlannedRow(line, "refused", values, identity=identity, problems=(("", sentence),))
        matches = self._meant(identity)
        same_place = [row for row in matches if code is not None and row.get("code") == code]
        if same_place:
            known = values if earlier is None else _own(values)
            return self._compared(line, known, identity, same_place[0])
        if earlier is not None:
            return self._placed_again(line, values, identity, earlier)
        several = len({row.get("standard") or row["key"] for row in matches})
        if several > 1 and self._identities(matches[0])[0] != identity:
            sentence = f"已有 {several} 条与这一行同名，请写全{self._naming()}再导入"
            return PlannedRow(line, "refused", values, identity=identity, problems=(("", sentence),))
        if matches:
            return self._compared(line, values, identity, matches[0])
        return self._new(line, values, identity)

    def _new(self, line: int, values: dict[str, Cell], identity: str) -> PlannedRow:
        fixed = self._fixed(values)
        if standard := self._standards.get(identity):
            fixed["standard"] = standard
        elif self._detail:
            _infer(values)
        try:
            self._judge.judge(fixed, self._answerable(values))
        except Refusal as refusal:
            return PlannedRow(line, "refused", values, identity=identity, problems=((refusal.path, refusal.message),))
        return PlannedRow(line, "added", values, fixed=fixed, identity=identity)

    def _placed_again(self, line: int, values: dict[str, Cell], identity: str, earlier: PlannedRow) -> PlannedRow:
        own = _own(values)
        fixed = self._fixed(own)
        match = self._meant(identity)
        if match:
            fixed["standard"] = match[0]["standard"]
        return PlannedRow(line, "added", own, fixed=fixed, identity=identity, joins="" if match else earlier.identity)

    def _compared(self, line: int, values: dict[str, Cell], identity: str, row: dict[str, Cell]) -> PlannedRow:
        changes = tuple(
            CellChange(path, row.get(path), cell)
            for path, cell in values.items()
            if not _same(self._session.schema.column(self._ledger.name, path), row.get(path), cell)
        )
        if not changes:
            return PlannedRow(line, "equal", values, str(row["key"]), identity=identity)
        stored = self._session.read.row(self._ledger.name, str(row["key"])) or {}
        try:
            self._judge.judge(stored, self._answerable({change.path: change.new for change in changes}))
        except Refusal as refusal:
            return PlannedRow(line, "refused", values, identity=identity, problems=((refusal.path, refusal.message),))
        fixed = self._fixed(values) if any(change.path == "code" for change in changes) else {}
        return PlannedRow(line, "changed", values, str(row["key"]), fixed, identity=identity, changes=changes)

    def _fixed(self, values: Mapping[str, Cell]) -> dict[str, Cell]:
        if not self._placed:
            return {}
        fixed: dict[str, Cell] = {"version": self._version or None}
        if self._detail and "node.code" not in values:
            fixed["node"] = nearest(self._nodes, str(values.get("code") or ""))
        return fixed


def _own(values: Mapping[str, Cell]) -> dict[str, Cell]:
    """What a second placement of a standard says of itself; the standard is told by its first row."""
    return {path: cell for path, cell in values.items() if not path.startswith("standard.")}


def _identity(paths: tuple[str, ...], values: Mapping[str, Cell]) -> str:
    parts = []
    for path in paths:
        cell = values.get(path)
        if cell is None or cell == "":
            return ""
        number = path.rpartition(".")[2] == "number"
        parts.append(numbers.identity(str(cell)) if number else fold("".join(str(cell).split())))
    return "|".join((paths[0], *parts))


def _same(column: Column, old: Cell, new: Cell) -> bool:
    """Whether a file says nothing new: another spelling of a number, or a date known more exactly already."""
    if _equal(old, new):
        return True
    if column.field.kind is Kind.DATE and old and new:
        return str(old).startswith(f"{new}-")
    path = column.path
    if path.rpartition(".")[2] == "number" and old and new:
        return numbers.identity(str(old)) == numbers.identity(str(new))
    return False


def _equal(old: Cell, new: Cell) -> bool:
    """An empty text is as blank as none: no file tells them apart."""
    return old == new or (old in (None, "") and new in (None, ""))


def _infer(values: dict[str, Cell]) -> None:
    """The number of a public standard tells its level and nature; what the file says wins."""
    parsed = numbers.parse(str(values.get("standard.number") or ""))
    if parsed is None:
        if values.get("standard.title") and "standard.level" not in values:
            values["standard.level"] = "internal"
        return
    values.setdefault("standard.level", parsed.level.value)
    if parsed.nature is not None:
        values.setdefault("standard.nature", parsed.nature.value)


def _node_codes(session: Session, version: str) -> dict[str, str]:
    return {plain_code(str(node.code)): node.key for node in system.nodes_of(session.read, version) if node.code}
