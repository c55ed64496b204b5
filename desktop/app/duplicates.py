"""查重: rows that may be the same thing twice, and what a person does about them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from desktop.app import system
from desktop.app.editing import refuse_foreign
from desktop.app.job import Job
from desktop.app.references import ancestry
from desktop.app.session import Session
from desktop.app.unit_settings import put, unit_settings
from desktop.domain import numbers
from desktop.domain.changes import Changes
from desktop.domain.duplicates import Candidate, Group, Likeness, groups
from desktop.domain.errors import Refusal
from desktop.domain.query import KEY, Op, Query, Test, owner_of
from desktop.domain.record import Cell, Field, Kind, Ledger
from desktop.store import journal
from desktop.store.journal import Transaction

LEDGERS = ("standard", "organisation", "person")
"""Ledgers whose rows can stand twice, in the order they are offered."""

MOST_NUMBERS = 20
"""Numbers typed in one step that are looked for; a pasted list is compared by 查重."""

_NAMES = {"standard": ("number", "title"), "organisation": ("", "name"), "person": ("", "name")}
_WITHIN = {"person": "unit"}
_KEPT = "kept_apart:"
_SUBJECT = ("subject_ledger", "subject_key")


def find(session: Session, ledger: str, job: Job | None = None) -> list[Group]:
    """The groups of a ledger that nobody has settled yet: without those kept apart and editions already linked."""
    job = job or Job()
    job.report("比对标准号和名称")
    number, name = _NAMES[ledger]
    paths = [KEY, *(path for path in (number, name, _WITHIN.get(ledger, "")) if path)]
    rows = [dict(zip(paths, cells, strict=True)) for cells in session.read.cells(Query(ledger), paths)]
    candidates = [
        Candidate(
            str(row[KEY]),
            f"{owner_of(str(row[KEY]))} {row.get(_WITHIN.get(ledger, ''), '')}",
            str(row.get(number) or ""),
            str(row[name] or ""),
        )
        for row in rows
    ]
    found = groups(candidates)
    job.check()
    apart = _kept_apart(session, ledger)
    linked = _linked(session) if ledger == "standard" else set()
    return [group for group in found if not _settled(group, apart, linked)]


def already_there(session: Session, changes: Changes) -> str:
    """What to tell a person whose hand just gave a row of the detail table the number of another row; '' if nobody
    did. A number that came with an import or is back by undoing was told of elsewhere."""
    read, active = session.read, set(system.active_versions(session.read).values())
    for key in sorted(changes.of("standard"))[:MOST_NUMBERS]:
        number = _typed_number(session, key, changes.tx)
        same = Query("standard", Test("@number_key", Op.IN, (numbers.identity(number),)))
        for (other,) in read.cells(same, (KEY,)) if number else ():
            if other == key or owner_of(str(other)) != owner_of(key):
                continue
            for entry in read.referring("detail_entry", "standard", str(other)):
                if entry["version"] in active:
                    where = f"（{entry['code']}）" if entry["code"] else ""
                    caption = read.caption("standard", str(other))
                    return (
                        f"标准号“{number}”表里已经有了：{caption}{where}，请核对；同一项标准可到“数据体检”点“查重”合并"
                    )
    return ""


def _typed_number(session: Session, key: str, step: int) -> str:
    """The number that a step made by hand gave a standard; '' if it gave none."""
    for line in journal.history(session.read, "standard", key):
        if line.tx == step and not line.origin and line.field in ("", "number"):
            cell = line.new if line.field else journal.born_cells(session.read, "standard", line).get("number")
            return str(cell or "")
    return ""


def _settled(group: Group, apart: Sequence[frozenset[str]], linked: set[frozenset[str]]) -> bool:
    if any(set(group.keys) <= kept for kept in apart):
        return True
    pairs = [frozenset(pair) for pair in combinations(group.keys, 2)] if len(group.keys) < 12 else []
    return group.likeness is not Likeness.NUMBER and bool(pairs) and all(pair in linked for pair in pairs)


def _linked(session: Session) -> set[frozenset[str]]:
    rows = session.read.cells(Query("standard_link"), ("standard", "other", "kind"))
    return {frozenset((str(one), str(other))) for one, other, kind in rows if other and kind != "cites"}


def _kept_apart(session: Session, ledger: str) -> list[frozenset[str]]:
    return [frozenset(keys.split()) for keys in unit_settings(session, f"{_KEPT}{ledger}:").values()]


def keep_apart(session: Session, ledger: str, keys: Iterable[str]) -> Changes:
    """保留: these rows are different things; they are not shown again while no other row is like them."""
    ordered = sorted(keys)
    mark = hashlib.sha256(" ".join(ordered).encode()).hexdigest()[:16]
    with session.write(f"保留 {len(ordered)} 条{session.schema.ledger(ledger).label}") as transaction:
        put(session, transaction, f"{_KEPT}{ledger}:{mark}", " ".join(ordered))
    return transaction.changes


def set_editions(session: Session, newer: str, older: Sequence[str]) -> Changes:
    """设为新旧版本: the newer standard replaces the others."""
    for key in (newer, *older):
        refuse_foreign(session, "standard", key)
    with session.write("设为新旧版本") as transaction:
        for key in older:
            number = (transaction.reader.row("standard", key) or {}).get("number")
            transaction.insert(
                "standard_link", {"standard": newer, "kind": "replaces", "other": key, "other_number": number}
            )
    return transaction.changes


def differing(session: Session, ledger: str, keys: Sequence[str]) -> list[tuple[Field, tuple[Cell, ...]]]:
    """The fields in which rows differ, each with the cells in the order of the keys."""
    rows = [session.read.row(ledger, key) or {} for key in keys]
    fields = [field for field in session.schema.ledger(ledger).stored if not field.internal]
    cells = [(field, tuple(row.get(field.name) for row in rows)) for field in fields]
    return [(field, values) for field, values in cells if len(set(values)) > 1]


def merge(session: Session, ledger: str, keep: str, others: Sequence[str], choices: Mapping[str, Cell]) -> Changes:
    """合并: everything that refers to `others` refers to `keep` from now on, and they go to the recycle bin; one step.

    `choices` are the cells (field → cell of one of the rows) that `keep` takes over; its blank cells take the first
    filled one of the others. That what stays is meant to stay is said, so that another PC which merges the other way
    round meanwhile makes a conflict and does not empty both. Refusal if a row is not ours, is gone, or what is left
    would break a rule.
    """
    others = [key for key in dict.fromkeys(others) if key != keep]
    if not others:
        raise Refusal("nothing_to_merge", "请至少选两条再合并")
    for key in (keep, *others):
        refuse_foreign(session, ledger, key)
    declared = session.schema.ledger(ledger)
    with session.write(f"合并 {len(others) + 1} 条{declared.label}") as transaction:
        _take_over(transaction, declared, keep, others, choices)
        placed = {row["key"] for row in transaction.reader.referring("detail_entry", "standard", keep)}
        for child in session.schema.ledgers:
            for field in child.stored:
                if field.target == ledger and field.kind is Kind.REFERENCE:
                    _repoint(session, transaction, child, field, keep, others)
            if set(_SUBJECT) <= {field.name for field in child.stored}:
                _repoint_subject(session, transaction, child.name, ledger, keep, others)
        if ledger == "standard":
            _drop_second_entries(transaction, keep, placed)
            _drop_second_links(transaction, keep)
        transaction.delete(ledger, others)
        transaction.decide(ledger, keep, "_del", 0)
        _refuse_circle(transaction, declared, keep)
    return transaction.changes


def _take_over(
    transaction: Transaction, ledger: Ledger, keep: str, others: Sequence[str], choices: Mapping[str, Cell]
) -> None:
    rows = [transaction.reader.row(ledger.name, key) for key in (keep, *others)]
    if any(row is None for row in rows):
        raise Refusal("vanished", "其中一条已被删除，请重新查重")
    kept, *rest = [row for row in rows if row is not None]
    filled: dict[str, Cell] = {}
    for field in ledger.stored:
        if kept[field.name] in (None, ""):
            filled[field.name] = next((row[field.name] for row in rest if row[field.name] not in (None, "")), None)
    wanted = {**filled, **choices}
    cells = {name: cell for name, cell in wanted.items() if cell != kept[name] and cell not in (keep, *others)}
    before = {problem.message for problem in ledger.problems(kept)}
    broken = [problem for problem in ledger.problems({**kept, **cells}) if problem.message not in before]
    if broken:
        raise Refusal("rule", f"合并后{broken[0].message}，请换一个值再合并")
    transaction.update(ledger.name, keep, cells)


def _repoint(
    session: Session, transaction: Transaction, child: Ledger, field: Field, keep: str, others: Sequence[str]
) -> None:
    for other in others:
        for row in transaction.reader.referring(child.name, field.name, other):
            key = str(row["key"])
            if key in others:
                continue
            refuse_foreign(session, child.name, key)
            transaction.update(child.name, key, {field.name: None if key == keep else keep})
    if child.name == "standard_link":
        itself = [str(row["key"]) for row in transaction.reader.referring(child.name, "standard", keep)
                  if row["other"] in (keep, *others)]  # fmt: skip
        transaction.delete(child.name, itself)


def _repoint_subject(
    session: Session, transaction: Transaction, child: str, ledger: str, keep: str, others: Sequence[str]
) -> None:
    for other in others:
        for row in transaction.reader.referring(child, "subject_key", other):
            if row["subject_ledger"] == ledger and owner_of(str(row["key"])) in session.owners:
                transaction.update(child, str(row["key"]), {"subject_key": keep})


def _drop_second_entries(transaction: Transaction, keep: str, placed: set[Cell]) -> None:
    """A standard that stood twice at one place of the system stands there once: rather in the line it had before."""
    first: dict[tuple[Cell, ...], str] = {}
    rows = transaction.reader.referring("detail_entry", "standard", keep)
    for row in sorted(rows, key=lambda row: (row["key"] not in placed, str(row["key"]))):
        stays = first.setdefault((row["version"], row["node"], row["code"]), str(row["key"]))
        if stays != row["key"]:
            transaction.delete("detail_entry", [str(row["key"])])
            transaction.decide("detail_entry", stays, "_del", 0)


def _drop_second_links(transaction: Transaction, keep: str) -> None:
    seen: set[tuple[Cell, ...]] = set()
    for field in ("standard", "other"):
        for row in transaction.reader.referring("standard_link", field, keep):
            told = (row["standard"], row["kind"], row["other"] or row["other_number"])
            if told in seen:
                transaction.delete("standard_link", [str(row["key"])])
            seen.add(told)


def _refuse_circle(transaction: Transaction, ledger: Ledger, keep: str) -> None:
    for field in ledger.stored:
        if field.target == ledger.name:
            row = transaction.reader.row(ledger.name, keep) or {}
            above = str(row.get(field.name) or "")
            if above and keep in ancestry(transaction.reader, ledger.name, field.name, above):
                raise Refusal("circle", f"合并后“{field.label}”会绕成圈，请先改好“{field.label}”再合并")
