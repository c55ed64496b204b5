"""Saved views: exact round trip, hostile text, rows that undo and travel."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.app import history, syncing, views
from desktop.app.session import Session
from desktop.app.views import View, ViewColumn
from desktop.domain.errors import Refusal
from desktop.domain.query import OWNER, Condition, Group, Op, Sort, Test
from tests.libraries import pair

LEDGER = "detail_entry"
PATHS = ("key", OWNER, "version", "code", "standard.title", "standard.status", "department", "primary")
cells = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text(st.characters(codec="utf-8"), max_size=5))
single = st.sampled_from((Op.FROM, Op.UNTIL, Op.CONTAINS, Op.FOUND))
tests = st.one_of(
    st.builds(Test, st.sampled_from(PATHS), st.sampled_from((Op.IN, Op.NOT_IN, Op.BLANK, Op.FILLED)),
              st.lists(cells, max_size=4).map(tuple)),
    st.builds(Test, st.sampled_from(PATHS), single, cells.filter(lambda cell: cell is not None).map(lambda cell: (cell,))),
)  # fmt: skip
conditions: st.SearchStrategy[Condition] = st.recursive(
    tests,
    lambda inner: st.builds(Group, st.lists(inner, max_size=3).map(tuple), st.booleans(), st.booleans()),
    max_leaves=8,
)
every_view = st.builds(
    View,
    st.lists(conditions, max_size=3).map(tuple),
    st.lists(st.builds(Sort, st.sampled_from(PATHS), st.booleans()), max_size=3).map(tuple),
    st.lists(st.sampled_from(("code", "standard.title", "department", "notes")), unique=True).flatmap(
        lambda paths: st.tuples(*(st.builds(ViewColumn, st.just(path), st.integers(20, 2000)) for path in paths))
    ),
    st.integers(0, views.MOST_FROZEN),
)
VIEW = View((Test("department", Op.IN, ("甲处",)),), (Sort("code", True),), (ViewColumn("code", 90),), 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(every_view)
def test_a_view_comes_back_as_it_was(office: Session, view: View) -> None:
    assert views.from_json(office, LEDGER, views.to_json(view)) == (view, "")


def test_what_this_version_does_not_know_is_left_out_and_said(office: Session) -> None:
    newer = View(
        (Test("colour", Op.IN, ("red",)), Group((Test("a.b", Op.BLANK),)), Group((Test("colour", Op.BLANK), VIEW.conditions[0]))),
        (Sort("colour"), Sort("code")), (ViewColumn("colour", 90), ViewColumn("code", 90)), 1,
    )  # fmt: skip
    view, sentence = views.from_json(office, LEDGER, views.to_json(newer))
    assert view == View((Group((VIEW.conditions[0],)),), (Sort("code"),), (ViewColumn("code", 90),), 1)
    assert sentence == "视图中有 5 处用到这里没有的列，已略去"


_GOOD = json.loads(views.to_json(VIEW))
_TEST = {"path": "code", "op": "in", "values": []}


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "null", "{", "9" * 5000, "[" * 100_000, " " * (views.LONGEST + 1) + "{}",
        json.dumps({**_GOOD, "frozen": True}), json.dumps({**_GOOD, "frozen": 99}),
        json.dumps({**_GOOD, "columns": [["code", 10**9]]}), json.dumps({**_GOOD, "columns": [["code"]]}),
        json.dumps({**_GOOD, "sort": [["code", 1]]}), json.dumps({**_GOOD, "conditions": {}}),
        json.dumps({**_GOOD, "conditions": [{**_TEST, "op": "drop"}]}),
        json.dumps({**_GOOD, "conditions": [{**_TEST, "values": [1.5]}]}),
        json.dumps({**_GOOD, "conditions": [{**_TEST, "values": [2**63]}]}),
        json.dumps({**_GOOD, "conditions": [{**_TEST, "values": ["\ud800"]}]}),
        json.dumps({**_GOOD, "conditions": [{**_TEST, "op": "from"}]}),
        json.dumps({**_GOOD, "conditions": [{"path": "standard.published_on", "op": "until", "values": ["x"]}]}),
        json.dumps({**_GOOD, "conditions": [{**_TEST, "values": [1] * (views.MOST + 1)}]}),
    ],
)  # fmt: skip
def test_a_hostile_text_is_refused_with_one_sentence(office: Session, body: str) -> None:
    with pytest.raises(Refusal) as caught:
        views.from_json(office, LEDGER, body)
    assert caught.value.code == "bad_view"


def _names(session: Session) -> list[tuple[str, bool, bool]]:
    return [(view.name, view.own, view.shared) for view in views.views_of(session, LEDGER)]


def test_saving_renaming_deleting_and_undoing(office: Session) -> None:
    _, key = views.save(office, LEDGER, " 甲处的 ", VIEW)
    (found,) = views.views_of(office, LEDGER)
    assert (found.name, found.view, found.key, found.dropped) == ("甲处的", VIEW, key, "")
    assert views.views_of(office, "finding") == []
    assert views.save(office, LEDGER, "甲处的", View())[1] == key
    assert views.views_of(office, LEDGER)[0].view == View()
    views.save(office, LEDGER, "另一个", VIEW)
    with pytest.raises(Refusal) as taken:
        views.rename(office, key, "另一个")
    assert taken.value.code == "taken_name"
    views.rename(office, key, "乙")
    views.delete(office, key)
    assert _names(office) == [("另一个", True, False)]
    history.undo(office)
    assert _names(office) == [("另一个", True, False), ("乙", True, False)]


@pytest.mark.parametrize("name", ["", "  ", "长" * 41])
def test_a_view_needs_a_name(office: Session, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        views.save(office, LEDGER, name, VIEW)
    assert caught.value.code == "view_name"


def test_a_view_too_large_to_be_read_back_is_not_saved(office: Session) -> None:
    with pytest.raises(Refusal) as caught:
        views.save(office, LEDGER, "大", View((Test("code", Op.IN, ("长" * views.LONGEST,)),)))
    assert caught.value.code == "view_size"


def test_sharing_moves_a_view_into_the_stream_for_all(office: Session) -> None:
    views.save(office, LEDGER, "甲", VIEW)
    views.save(office, LEDGER, "甲", VIEW, shared=True)
    assert _names(office) == [("甲", True, True)]
    key = views.views_of(office, LEDGER)[0].key
    assert (office.read.any_row("saved_view", key) or {})["_stream"] == "all"
    views.save(office, LEDGER, "甲", VIEW)
    assert _names(office) == [("甲", True, False)]


def test_a_damaged_row_shows_everything_and_says_so(office: Session) -> None:
    with office.write("坏视图") as transaction:
        transaction.insert("saved_view", {"name": "坏", "subject_ledger": LEDGER, "body": "{"})
    (found,) = views.views_of(office, LEDGER)
    assert found.view == View() and "已损坏" in found.dropped


def test_the_bureaus_shared_view_arrives_read_only(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    views.save(bureau, LEDGER, "市局口径", VIEW, shared=True)
    views.save(bureau, LEDGER, "市局自用", VIEW)
    path, _ = syncing.make_named(bureau, tmp_path, office.identity.organisation)
    syncing.apply_bundle(office, path)
    (found,) = views.views_of(office, LEDGER)
    assert (found.name, found.view, found.own, found.shared) == ("市局口径", VIEW, False, True)
    assert found.owner == "杭州市机关事务管理局"
    with pytest.raises(Refusal):
        views.delete(office, found.key)
    with pytest.raises(Refusal):
        views.rename(office, found.key, "我的")
    bureau.workspace.close()
    office.workspace.close()


def test_built_in_views_know_the_day() -> None:
    (every, due) = views.built_in("inspection", "2026-05-01", (Sort("code"),))
    assert every.view == View(sort=(Sort("code"),))
    assert due.name == "本季未检" and due.view.conditions[0] == Test("quarter", Op.IN, ("2026Q2",))
    assert [view.name for view in views.built_in("finding", "2026-05-01", ())] == ["全部", "我的待办", "已逾期"]
    assert [view.name for view in views.built_in(LEDGER, "2026-05-01", ())] == ["全部", "待核实", "已废止或被代替"]


def test_conditions_go_to_their_columns() -> None:
    one, two, both = Test("a", Op.BLANK), Test("b", Op.BLANK), Group((Test("a", Op.BLANK), Test("b", Op.BLANK)))
    assert views.by_column((one, two, both)) == {"a": one, "b": two, "": both}
    assert views.by_column((one, Test("a", Op.FILLED))) == {"a": Group((one, Test("a", Op.FILLED)))}
