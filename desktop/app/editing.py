"""Entering, changing, deleting and restoring rows of any ledger."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.app.job import Job
from desktop.app.references import resolve
from desktop.app.session import Session
from desktop.app.system import refuse_used_code
from desktop.domain.changes import Changes
from desktop.domain.codes import nearest, plain_code
from desktop.domain.entry import Typed, read_cell
from desktop.domain.errors import Refusal
from desktop.domain.query import Op, Query, Test, owner_of, where
from desktop.domain.record import Cell, Column, Field, Kind, Ledger, Problem, Row
from desktop.store import journal
from desktop.store.journal import Transaction
from desktop.store.reading import Reader

STEP = 50
"""Rows between two reports of progress."""

WORKING_FIGURES = frozenset({"planned_count", "planned_basis"})
"""Of a published node: what the unit goes on filling in, as it is no text of the system."""


@dataclass(frozen=True)
class Edit:
    """One cell as a person left it: the row's key, the column's path, the text."""

    key: str
    path: str
    typed: Typed


@dataclass(frozen=True)
class Written:
    """Cells to write to one stored row; no key means a row to be made, whose key goes into field `of` of the root."""

    ledger: str
    key: str
    cells: Mapping[str, Cell]
    of: str = ""


class Judge:
    """Turns typed values of one ledger's columns into cells of the row and of its embedded rows, or refuses."""

    def __init__(self, session: Session, reader: Reader, ledger: str) -> None:
        self.reader = reader
        self.ledger: Ledger = reader.schema.ledger(ledger)
        self.owner, self._owners = session.identity.organisation, session.owners
        self._nodes: dict[str, dict[str, str]] = {}

    def judge(self, row: Row, typed: Mapping[str, Typed]) -> list[Written]:
        """What to write so that `row` (its `key` may be missing) holds the typed values; Refusal names the first
        cell that is not acceptable. A rule the row broke before is not held against another cell."""
        own: dict[str, Cell] = {}
        embedded: dict[str, dict[str, Cell]] = {}
        for path, value in self._stood_for(row, typed).items():
            column = self.reader.schema.column(self.ledger.name, path)
            first = column.fields[0]
            cells = embedded.setdefault(first.name, {}) if first.embedded else own
            try:
                cells[column.field.name if first.embedded else first.name] = self._cell(column, value, row)
            except Refusal as refusal:
                refusal.path = path
                raise
        for name, cells in embedded.items():
            if row.get("key") and not row.get(name):
                self._fulfil(row, name, cells, own)
        writes = [self._embedded(row, name, cells) for name, cells in embedded.items()]
        if self.ledger.name == "system_node" and own.get("code"):
            version = str(own.get("version") or row.get("version") or "")
            refuse_used_code(self.reader, version, str(own["code"]), str(row.get("key") or ""))
        if self.ledger.name == "detail_entry" and own.get("code") and not own.get("node", row.get("node")):
            own["node"] = self._home(str(own.get("version") or row.get("version") or ""), str(own["code"]))
        to_be_made = {write.of: "+" for write in writes if not write.key}
        self._hold_rules(self.ledger, row, {**own, **to_be_made})
        return [*writes, Written(self.ledger.name, str(row.get("key") or ""), own)]

    def _home(self, version: str, code: str) -> str | None:
        """The node an entry stands at whose 体系节点 is left blank."""
        if version not in self._nodes:
            known = self.reader.cells(Query("system_node", where(version=version)), ("code", "key"))
            self._nodes[version] = {plain_code(str(node)): str(key) for node, key in known if node}
        return nearest(self._nodes[version], code)

    def _stood_for(self, row: Row, typed: Mapping[str, Typed]) -> Mapping[str, Typed]:
        """What is typed where a stand-in is shown goes into the stand-in: a planned entry stays planned until
        something only a standard has, such as its number, comes with it."""
        if not row.get("key"):
            return typed
        stand_ins = {
            path: name
            for path, name in self.reader.schema.stand_ins(self.ledger.name).items()
            if row.get(name) is not None and row.get(path.split(".")[0]) is None
        }
        if any("." in path and path not in stand_ins for path in typed):
            return typed
        return {stand_ins.get(path, path): value for path, value in typed.items()}

    def _fulfil(self, row: Row, name: str, cells: dict[str, Cell], own: dict[str, Cell]) -> None:
        """A planned entry becomes the standard it planned: what stood in for its cells moves there."""
        for path, stand_in in self.reader.schema.stand_ins(self.ledger.name).items():
            first, _, field = path.partition(".")
            if first == name and row.get(stand_in) is not None:
                cells.setdefault(field, row[stand_in])
                own.setdefault(stand_in, None)

    def _cell(self, column: Column, value: Typed, row: Row) -> Cell:
        if not column.editable:
            raise Refusal("read_only", f"“{column.label}”由程序计算或取自其他台账，不能直接填写")
        reference = column.plain or (column.field if column.field.kind is Kind.REFERENCE else None)
        cell = read_cell(column.field, value)
        if reference is None or cell is None:
            return cell
        return resolve(self.reader, self.ledger, reference, str(cell), row, self.owner)

    def _embedded(self, row: Row, name: str, cells: Mapping[str, Cell]) -> Written:
        field: Field = self.ledger.field(name)
        key = str(row.get(name) or "")
        target = self.reader.schema.ledger(field.target)
        current = (self.reader.row(field.target, key) if key else None) or {}
        if key and owner_of(key) not in self._owners:
            raise Refusal("foreign", f"这项{target.label}是其他单位的记录，本单位只能引用，不能修改")
        self._hold_rules(target, current, cells, f"{name}.")
        return Written(field.target, key, cells, of=name)

    def _hold_rules(self, ledger: Ledger, row: Row, cells: Mapping[str, Cell], within: str = "") -> None:
        before = {(problem.field, problem.message) for problem in ledger.problems(row)} if row.get("key") else set()
        for problem in ledger.problems({**row, **cells}):
            if (problem.field, problem.message) not in before:
                refusal = Refusal("rule", _sentence(ledger, problem))
                refusal.path = within + self.reader.schema.naming(ledger.name, problem.field)
                raise refusal


def _sentence(ledger: Ledger, problem: Problem) -> str:
    label = ledger.field(problem.field).label
    return problem.message if label in problem.message else f"{label}：{problem.message}"


def write_row(transaction: Transaction, writes: Sequence[Written], root: Mapping[str, Cell] | None = None) -> str:
    """Carry out what `Judge.judge` found; the key of the root row. `root` adds cells to a new root row."""
    *embedded, main = writes
    links: dict[str, Cell] = {}
    for write in embedded:
        if write.key:
            transaction.update(write.ledger, write.key, write.cells)
        else:
            links[write.of] = transaction.insert(write.ledger, write.cells)
    cells = {**main.cells, **links}
    if main.key:
        transaction.update(main.ledger, main.key, cells)
        return main.key
    return transaction.insert(main.ledger, {**(root or {}), **cells})


def edit_cells(session: Session, ledger: str, edits: Sequence[Edit], label: str = "", basis: str = "") -> Changes:
    """Write the edited cells as one step; Refusal if any cell is refused, and then nothing is written."""
    with session.write(label or _label(session, ledger, edits), basis) as transaction:
        judge = Judge(session, transaction.reader, ledger)
        for key, typed in _by_row(edits).items():
            write_row(transaction, judge.judge(_own_row(session, transaction.reader, ledger, key, typed), typed))
    return transaction.changes


@dataclass(frozen=True)
class Refused:
    """An edit that was not written, and why."""

    edit: Edit
    reason: str


def write_good_cells(
    session: Session, transaction: Transaction, ledger: str, edits: Sequence[Edit], job: Job
) -> list[Refused]:
    """Write those of many cells that are acceptable into an open transaction; the others with their reasons."""
    refused: list[Refused] = []
    judge = Judge(session, transaction.reader, ledger)
    for done, (key, typed) in enumerate(_by_row(edits).items()):
        if done % STEP == 0:
            job.report(transaction.label, done, len(edits))
        for group in _acceptable(session, judge, ledger, key, typed, refused):
            write_row(transaction, judge.judge(_own_row(session, transaction.reader, ledger, key, group), group))
    return refused


def _acceptable(
    session: Session, judge: Judge, ledger: str, key: str, typed: Mapping[str, Typed], refused: list[Refused]
) -> list[Mapping[str, Typed]]:
    """The row's edits together if they pass together, else those that pass alone."""
    try:
        judge.judge(_own_row(session, judge.reader, ledger, key, typed), typed)
    except Refusal as refusal:
        if len(typed) == 1:
            refused.extend(Refused(Edit(key, path, value), refusal.message) for path, value in typed.items())
            return []
        alone = [_acceptable(session, judge, ledger, key, {path: value}, refused) for path, value in typed.items()]
        return [group for groups in alone for group in groups]
    return [typed]


def _by_row(edits: Sequence[Edit]) -> dict[str, dict[str, Typed]]:
    by_row: dict[str, dict[str, Typed]] = {}
    for edit in edits:
        by_row.setdefault(edit.key, {})[edit.path] = edit.typed
    return by_row


def check_edit(session: Session, ledger: str, key: str, path: str, typed: Typed) -> str | None:
    """The sentence why a typed text would be refused; None if it is acceptable."""
    try:
        row = _own_row(session, session.read, ledger, key, [path])
        Judge(session, session.read, ledger).judge(row, {path: typed})
    except Refusal as refusal:
        return refusal.message
    return None


def add_row(session: Session, ledger: str, values: Mapping[str, Typed], label: str = "",
            fixed: Mapping[str, Cell] | None = None) -> tuple[Changes, str]:  # fmt: skip
    """A new row from typed values; `fixed` are cells set by the page (version, parent). Its key."""
    declared = session.schema.ledger(ledger)
    with session.write(label or f"新增{declared.label}") as transaction:
        judge = Judge(session, transaction.reader, ledger)
        key = write_row(transaction, judge.judge(dict(fixed or {}), values), fixed)
    return transaction.changes, key


def delete_rows(session: Session, ledger: str, keys: Iterable[str]) -> Changes:
    """Move rows and their child rows to the recycle bin; rows of other organisations are refused."""
    keys = list(keys)
    for key in keys:
        refuse_foreign(session, ledger, key)
    with session.write(f"删除 {len(keys)} 条{session.schema.ledger(ledger).label}") as transaction:
        for name, found in with_children(session, ledger, keys, deleted=False):
            transaction.delete(name, found)
    return transaction.changes


def restore_rows(session: Session, ledger: str, keys: Iterable[str]) -> Changes:
    """Bring rows back from the recycle bin with the child rows that went there in the same step; one deleted by
    itself before stays there."""
    keys = list(keys)
    for key in keys:
        refuse_foreign(session, ledger, key)
    with session.write(f"恢复 {len(keys)} 条{session.schema.ledger(ledger).label}") as transaction:
        steps = {journal.deleted_in(transaction.reader, ledger, key) for key in keys}
        for name, found in with_children(session, ledger, keys, deleted=True):
            together = [key for key in found if journal.deleted_in(transaction.reader, name, key) in steps]
            transaction.restore(name, together)
    return transaction.changes


def with_children(session: Session, ledger: str, keys: list[str], *, deleted: bool) -> Iterator[tuple[str, list[str]]]:
    """(ledger, keys) of rows and, further down, of the child rows that go with them."""
    yield ledger, keys
    for child in session.schema.ledgers:
        if child.parent and child.field(child.parent).target == ledger:
            query = Query(child.name, Test(child.parent, Op.IN, tuple(keys)), deleted=deleted)
            below = [str(key) for (key,) in session.read.cells(query, ("key",))]
            yield from with_children(session, child.name, below, deleted=deleted) if below else ()


def why_read_only(session: Session, ledger: str, key: str, paths: Collection[str] = ()) -> str | None:
    """Why a row, or of it the cells at `paths`, cannot be edited here; None if it can."""
    owner = owner_of(key)
    if owner in session.owners:
        return _why_closed(session.read, ledger, key, paths)
    label = session.schema.ledger(ledger).label
    if owner == session.identity.superior:
        return f"这是市局下发的{label}，本单位只能查看；有不同意见请联系市局"
    return f"这是下属单位的{label}，由该单位修改；可写批注或退回"


def _why_closed(reader: Reader, ledger: str, key: str, paths: Collection[str]) -> str | None:
    """A published version keeps its tree but for 应有数, an earlier one all of it and its detail rows too."""
    if ledger not in ("system_node", "detail_entry"):
        return None
    row = reader.any_row(ledger, key)
    return why_version_closed(reader, ledger, str(row["version"] or ""), paths) if row else None


def why_version_closed(reader: Reader, ledger: str, version: str, paths: Collection[str] = ()) -> str | None:
    """Why nodes or detail rows of a version, or their cells at `paths`, cannot be written; None if they can."""
    row = reader.row("system_version", version) if version else None
    if row is None or row["state"] not in ("current", "history"):
        return None
    if row["state"] == "history":
        return f"“{row['name']}”是历史版本，只能查看；请改现行版或草案"
    if ledger == "system_node" and not (paths and WORKING_FIGURES.issuperset(paths)):
        return f"“{row['name']}”已经发布，节点只能查看（应有数和依据仍可填写）；请先“建立下一版”，在草案里修改"
    return None


def _own_row(session: Session, reader: Reader, ledger: str, key: str, paths: Collection[str]) -> Row:
    refuse_foreign(session, ledger, key, paths)
    row = reader.row(ledger, key)
    if row is None:
        raise Refusal("vanished", "这条记录已被删除，请刷新后再改；需要时可从回收站恢复")
    return row


def refuse_foreign(session: Session, ledger: str, key: str, paths: Collection[str] = ()) -> None:
    """Refusal for a row that cannot be edited here, or whose cells at `paths` cannot."""
    if reason := why_read_only(session, ledger, key, paths):
        raise Refusal("foreign", reason)


def _label(session: Session, ledger: str, edits: Sequence[Edit]) -> str:
    if len(edits) == 1:
        return f"修改{session.schema.column(ledger, edits[0].path).label}"
    return f"修改 {len(edits)} 格"
