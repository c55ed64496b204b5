"""Views: a named way to look at a ledger (filter, order, columns), kept as a row of `saved_view` and as exact JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from desktop.app.columns import columns_to_choose, owner_column
from desktop.app.editing import delete_rows, refuse_foreign
from desktop.app.filters import paths_of
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.dates import first_day, quarter
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.common import SavedView
from desktop.domain.query import KEY, OWNER, Condition, Group, Op, Query, Sort, Test, owner_of, where
from desktop.domain.record import Audience, Cell, Kind

LONGEST, DEEPEST, MOST = 400_000, 12, 20_000
"""Bounds of a foreign view: characters of its JSON, depth of its conditions, values and conditions in it."""
NAME_LENGTH = 40
MOST_FROZEN = 5


@dataclass(frozen=True)
class ViewColumn:
    """One shown column and its width in logical pixels."""

    path: str
    width: int


@dataclass(frozen=True)
class View:
    """What is shown of a ledger and how; no columns means those by default, `frozen` counts the ones that stay."""

    conditions: tuple[Condition, ...] = ()
    sort: tuple[Sort, ...] = ()
    columns: tuple[ViewColumn, ...] = ()
    frozen: int = 1


@dataclass(frozen=True)
class NamedView:
    """A view somebody may choose; built-in ones have no key. `dropped` says what this version could not read."""

    name: str
    view: View
    key: str = ""
    shared: bool = False
    own: bool = False
    dropped: str = ""
    owner: str = ""
    """The name of the unit that shares it; empty for our own."""


def to_json(view: View) -> str:
    """The view as text."""
    return json.dumps({
        "conditions": [_condition_out(condition) for condition in view.conditions],
        "sort": [[sort.path, sort.descending] for sort in view.sort],
        "columns": [[column.path, column.width] for column in view.columns],
        "frozen": view.frozen,
    }, ensure_ascii=False)  # fmt: skip


def _condition_out(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Test):
        return {"path": condition.path, "op": condition.op.value, "values": list(condition.values)}
    tests = [_condition_out(test) for test in condition.tests]
    return {"tests": tests, "every": condition.every, "negated": condition.negated}


def from_json(session: Session, ledger: str, body: str) -> tuple[View, str]:
    """The view, and a sentence about what this version of the program does not know (empty if nothing).

    Raises Refusal if the text is no view.
    """
    try:
        if len(body) > LONGEST:
            raise ValueError("too long")
        return _Parser(session, ledger).view(json.loads(body))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refusal("bad_view", "这个视图的内容已损坏，不能打开；请删除后重新保存") from error


class _Parser:
    """Reads one view and counts what it meets."""

    def __init__(self, session: Session, ledger: str) -> None:
        self._schema, self._ledger = session.schema, ledger
        declared = session.schema.ledger(ledger)
        self._columns = {column.path for column in columns_to_choose(session, ledger)}
        own = {field.name for field in declared.fields if field.kind is not Kind.CHILDREN}
        self._known = {KEY, OWNER, *own, *(column.path for column in session.schema.columns(ledger))}
        self._met = 0
        self._dropped = 0

    def view(self, read: Any) -> tuple[View, str]:
        frozen = _exact(read["frozen"], int)
        if not 0 <= frozen <= MOST_FROZEN:
            raise ValueError(frozen)
        conditions = [self._condition(item, 0) for item in _exact(read["conditions"], list)]
        sort = [Sort(_text(path), _exact(descending, bool)) for path, descending in _exact(read["sort"], list)]
        columns = [ViewColumn(_text(path), _exact(width, int)) for path, width in _exact(read["columns"], list)]
        if any(not 20 <= column.width <= 2000 for column in columns) or len(columns) > 500 or len(sort) > 50:
            raise ValueError("columns")
        kept = tuple(item for item in sort if item.path in self._known)
        shown = tuple({item.path: item for item in columns if item.path in self._columns}.values())
        lost = self._dropped + len(sort) - len(kept) + sum(item.path not in self._columns for item in columns)
        sentence = f"视图中有 {lost} 处用到这里没有的列，已略去" if lost else ""
        return View(tuple(item for item in conditions if item is not None), kept, shown, frozen), sentence

    def _condition(self, read: Any, depth: int) -> Condition | None:
        self._meet(1)
        if depth > DEEPEST:
            raise ValueError(depth)
        if "tests" not in _exact(read, dict):
            return self._test(read)
        tests = [self._condition(item, depth + 1) for item in _exact(read["tests"], list)]
        every, negated = _exact(read["every"], bool), _exact(read["negated"], bool)
        kept = tuple(item for item in tests if item is not None)
        return Group(kept, every, negated) if kept or not tests else None

    def _meet(self, number: int) -> None:
        self._met += number
        if self._met > MOST:
            raise ValueError(self._met)

    def _test(self, read: dict[str, Any]) -> Test | None:
        path, op, values = _text(read["path"]), Op(read["op"]), _exact(read["values"], list)
        self._meet(len(values))
        cells = tuple(_cell(value) for value in values)
        if op in (Op.FROM, Op.UNTIL, Op.CONTAINS, Op.FOUND) and (len(cells) != 1 or cells[0] is None):
            raise ValueError(op)
        if op is not Op.FOUND and path not in self._known:
            self._dropped += 1
            return None
        dated = path in self._known - {KEY, OWNER} and self._schema.steps(self._ledger, path)[-1].kind is Kind.DATE
        if dated and op in (Op.FROM, Op.UNTIL):
            first_day(str(cells[0]))
        return Test(path, op, cells)


def _exact(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    """A text that can be stored."""
    _exact(value, str).encode()
    return str(value)


def _cell(value: Any) -> Cell:
    if value is None:
        return None
    if isinstance(value, str):
        return _text(value)
    if not -(2**63) <= _exact(value, int) < 2**63:
        raise ValueError(value)
    return int(value)


# rows


def save(session: Session, ledger: str, name: str, view: View, *, shared: bool = False) -> tuple[Changes, str]:
    """Keep a view under a name, in place of our own of that name; a shared one travels with the next bundle.

    Refuses a blank or long name, and a view with too many picked values.
    """
    name = _checked(name)
    values = {"name": name, "subject_ledger": ledger, "body": to_json(view)}
    if len(values["body"]) > LONGEST:
        raise Refusal("view_size", "这个视图勾选的值太多，不能保存；请改用“包含”或起止范围来筛选")
    old = next((item for item in views_of(session, ledger) if item.own and item.name == name), None)
    with session.write(f"保存视图“{name}”") as transaction:
        if old is not None and old.shared == shared:
            transaction.update("saved_view", old.key, {"body": values["body"]})
            key = old.key
        else:
            if old is not None:
                transaction.delete("saved_view", [old.key])
            audience = Audience.ALL if shared else Audience.OWN
            key = transaction.insert("saved_view", values, stream=audience.value)
    return transaction.changes, key


def rename(session: Session, key: str, name: str) -> Changes:
    """Give a view of our own another name; refuses one that is taken."""
    name, row = _checked(name), session.read.row("saved_view", key)
    if row is None:
        raise Refusal("vanished", "这个视图已被删除，请重新选择视图")
    refuse_foreign(session, "saved_view", key)
    taken = Query("saved_view", where(subject_ledger=row["subject_ledger"], name=name))
    ours = session.identity.organisation
    if any(item.key != key and owner_of(item.key) == ours for item in session.read.records(SavedView, taken)):
        raise Refusal("taken_name", f"已有名为“{name}”的视图，请换一个名称")
    with session.write(f"视图改名为“{name}”") as transaction:
        transaction.update("saved_view", key, {"name": name})
    return transaction.changes


def delete(session: Session, key: str) -> Changes:
    """Put a view of our own into the recycle bin."""
    return delete_rows(session, "saved_view", [key])


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Refusal("view_name", f"请给视图起一个 {NAME_LENGTH} 字以内的名称")
    return name


def views_of(session: Session, ledger: str) -> list[NamedView]:
    """Saved views of a ledger by name: our own and those shared with us. A damaged one shows everything and says so."""
    found = []
    units = owner_column(session).field
    for row in session.read.records(SavedView, Query("saved_view", where(subject_ledger=ledger), (Sort("name"),))):
        try:
            view, dropped = from_json(session, ledger, str(row.body or ""))
        except Refusal as refusal:
            view, dropped = View(), refusal.message
        stored = session.read.any_row("saved_view", row.key) or {}
        owner = owner_of(row.key)
        own = owner == session.identity.organisation
        shared = stored.get("_stream") == Audience.ALL.value
        found.append(NamedView(str(row.name), view, row.key, shared, own, dropped, "" if own else units.show(owner)))
    return found


def built_in(ledger: str, today: str, sort: Sequence[Sort]) -> list[NamedView]:
    """The views every library has, as seen today, in the given order."""
    made: dict[str, tuple[Condition, ...]] = {}
    if ledger == "inspection":
        code = quarter(today)
        made["本季未检"] = Test("quarter", Op.IN, (code,)), Test("state", Op.NOT_IN, ("done",))
    elif ledger == "finding":
        made["我的待办"] = (Test("state", Op.IN, ("open", "overdue")),)
        made["已逾期"] = (Test("state", Op.IN, ("overdue",)),)
    elif ledger == "detail_entry":
        made["待核实"] = (Test("standard.status", Op.IN, ("unverified",)),)
        made["已废止或被代替"] = (Test("standard.status", Op.IN, ("withdrawn", "superseded")),)
    every = NamedView("全部", View(sort=tuple(sort)))
    return [every, *(replace(every, name=name, view=replace(every.view, conditions=conditions))
                     for name, conditions in made.items())]  # fmt: skip


def by_column(conditions: Sequence[Condition]) -> dict[str, Condition]:
    """Conditions by the one column each looks at; those on several columns together under a path of their own."""
    found: dict[str, Condition] = {}
    for condition in conditions:
        paths = paths_of(condition)
        path = paths.pop() if len(paths) == 1 else ""
        found[path] = Group((found[path], condition)) if path in found else condition
    return found
