"""Which changes ask for the rows of a query anew: never one too few."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.app import editing, history, replacements
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.query import Group, Op, Query, Sort, Test
from desktop.domain.resting import touches
from desktop.store import rebuilding
from tests.libraries import lone_office, version_of

ENTRY = "detail_entry"
QUERIES = {
    "all": Query(ENTRY),
    "code": Query(ENTRY, sort=(Sort("code"),)),
    "number": Query(ENTRY, sort=(Sort("standard.number"),)),
    "node": Query(ENTRY, sort=(Sort("node"), Sort("standard.title"))),
    "filed": Query(ENTRY, Test("node.code", Op.CONTAINS, ("ZC",))),
    "status": Query(ENTRY, Test("standard.status", Op.IN, ("current",)), as_of="2026-06-01"),
    "department": Query(ENTRY, Group((Test("department", Op.CONTAINS, ("综合",)),), negated=True)),
    "words": Query(ENTRY, Test("", Op.FOUND, ("xx",))),
    "title": Query(ENTRY, Test("standard.title", Op.CONTAINS, ("信息",))),
    "bin": Query(ENTRY, deleted=True),
    "owner": Query(ENTRY, Test("owner", Op.IN, ("330106.k3f9",)), (Sort("key"),)),
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    session = lone_office(tmp_path)
    version = version_of(session)
    for number, title, code in (("GB/T 1.1-2020", "标准化工作导则", "A2"), ("Q/AB 2-2021", "公物仓管理规范", "A1")):
        values = {"standard.number": number, "standard.title": title, "department": "综合处", "code": code,
                  "standard.published_on": "2020-01-01", "standard.effective_on": "2020-02-01"}  # fmt: skip
        editing.add_row(session, ENTRY, values, fixed={"version": version})
    yield session
    session.workspace.close()


def _cell(path: str, text: str) -> Callable[[Session], Changes]:
    def act(office: Session) -> Changes:
        keys = office.read.cells(Query(ENTRY, sort=(Sort("key"),)), ("key",))
        return editing.edit_cells(office, ENTRY, [Edit(str(keys[-1][0]), path, text)])

    return act


def _node(office: Session) -> Changes:
    (key,) = (row["key"] for row in office.read.rows(Query("system_node")) if row["code"] == "ZC5")
    with office.write("改编号") as transaction:
        transaction.update("system_node", str(key), {"code": "AA1"})
    return transaction.changes


def _link(office: Session) -> Changes:
    newer, older = (str(row["key"]) for row in office.read.rows(Query("standard", sort=(Sort("number"),))))
    return replacements.add(office, newer, "replaces", str(office.read.row("standard", older)["number"]))  # type: ignore[index]


def _delete(office: Session) -> Changes:
    return editing.delete_rows(office, ENTRY, [str(office.read.rows(Query(ENTRY))[0]["key"])])


def _undone(office: Session) -> Changes:
    _delete(office)
    return history.undo(office)


def _again(office: Session) -> Changes:
    """A row made anew without its history, as after bundles in another order."""
    row = office.read.rows(Query(ENTRY, sort=(Sort("code"),)))[0]
    with office.write("重来") as transaction:
        rebuilding.drop(transaction, [(ENTRY, str(row["key"]))])
    return transaction.changes


ACTS: dict[str, Callable[[Session], Changes]] = {
    "code": _cell("code", "A3"), "number": _cell("standard.number", "GB/T 0.1-2001"),
    "title": _cell("standard.title", "信息"),
    "department": _cell("department", "业务处"), "node": _cell("node.code", "JC1"), "notes": _cell("notes", "信息"),
    "withdrawn": _cell("standard.withdrawn_on", "2021-01-01"), "other node": _node, "link": _link, "delete": _delete,
    "undo": _undone, "again": _again,
    "new": lambda office: editing.add_row(
        office, ENTRY, {"standard.title": "中"}, fixed={"version": office.read.rows(Query("system_version"))[0]["key"]}
    )[0],
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_rows_that_became_others_are_always_asked_for_anew(office: Session, act: str) -> None:
    _cell("node.code", "ZC5")(office)
    before = {name: office.read.rids(query) for name, query in QUERIES.items()}
    changes = ACTS[act](office)
    others = {name for name, query in QUERIES.items() if office.read.rids(query) != before[name]}
    asked = {name for name, query in QUERIES.items() if touches(office.schema, query, changes)}
    assert others <= asked
    assert bool(others) == (act != "undo"), "the act shows in some query"


@pytest.mark.parametrize(
    ("act", "asked"),
    [
        ("notes", {"words"}),
        ("department", {"department", "words"}),
        ("code", {"code", "words"}),
        ("title", {"node", "number", "status", "title", "words"}),
        ("node", {"filed", "node", "words"}),
        ("other node", {"filed", "node", "words"}),
        ("link", {"number", "status"}),
        ("delete", set(QUERIES)),
        ("again", set(QUERIES)),
    ],
)
def test_a_change_asks_only_what_rests_on_it(office: Session, act: str, asked: set[str]) -> None:
    _cell("node.code", "ZC5")(office)
    changes = ACTS[act](office)
    assert {name for name, query in QUERIES.items() if touches(office.schema, query, changes)} == asked


def test_steps_told_together_name_the_fields_of_both(office: Session) -> None:
    code, notes = _cell("code", "A0")(office), _cell("notes", "中")(office)
    both = notes.joined(code)
    assert both.written(ENTRY) == frozenset({"code", "notes"}) and both.written("standard") == frozenset()
    again = Changes().joined(notes).joined(_again(office)).joined(_cell("notes", "再改")(office))
    assert again.written(ENTRY) is None
    assert touches(office.schema, QUERIES["code"], again) and not touches(office.schema, QUERIES["code"], notes)
    assert not touches(office.schema, QUERIES["words"], Changes(skipped=((ENTRY, "k", "code"),)))
