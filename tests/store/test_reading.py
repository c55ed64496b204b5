"""`Query` compiled to SQL says what the same query says when evaluated over rows."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop import resources
from desktop.app.session import Session
from desktop.domain.pinyin import fold
from desktop.domain.query import Condition, Group, Op, Query, Rows, Sort, Test
from desktop.domain.record import Cell, Row
from desktop.store import derived
from tests.libraries import lone_office

NUMBERS = [
    "GB/T 1.1-2020",
    "GB/T 1.2—2020",
    "GB 17167-2006",
    "GB/T 1.10-2009",
    "DB3301/T 0418-2023",
    "Q/XX 001-2022",
    "JC 101",
    None,
]
TITLES = ["公务用车管理规范", "公物仓建设指南", "会议服务规范", "机关食堂 反食品浪费", "A 类标准", None]
DATES = ["2019", "2022-11", "2022-11-07", "2026-12-31", None]
PATHS = ["standard.number", "standard.title", "standard.status", "standard.effective_on", "standard.level", "node.code",
         "department", "position", "standard.is_key", "owner", "key"]  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    session = lone_office(tmp_path_factory.mktemp("reading"))
    yield session
    session.workspace.close()


standards = st.fixed_dictionaries(
    {
        "number": st.sampled_from(NUMBERS), "title": st.sampled_from(TITLES), "published_on": st.sampled_from(DATES),
        "effective_on": st.sampled_from(DATES), "withdrawn_on": st.sampled_from(DATES), "is_key": st.sampled_from([0, 1, None]),
        "level": st.sampled_from(["national", "municipal", "internal", None]),
    }
)  # fmt: skip
tests = st.one_of(
    st.builds(Test, st.sampled_from(PATHS), st.sampled_from([Op.BLANK, Op.FILLED])),
    st.builds(Test, st.sampled_from(PATHS), st.sampled_from([Op.IN, Op.NOT_IN]),
              st.lists(st.sampled_from(["current", "national", "综合处", "JC1", 1, None]), max_size=3).map(tuple)),
    st.builds(Test, st.sampled_from(["standard.title", "department", "standard.number"]), st.just(Op.CONTAINS),
              st.sampled_from(["公", "gb", "—2020", "综"]).map(lambda word: (word,))),
    st.builds(Test, st.just("standard.effective_on"), st.sampled_from([Op.FROM, Op.UNTIL]),
              st.sampled_from(["2020", "2022-11-01"]).map(lambda word: (word,))),
)  # fmt: skip
conditions: st.SearchStrategy[Condition] = st.recursive(
    tests,
    lambda inner: st.builds(Group, st.lists(inner, max_size=3).map(tuple), st.booleans(), st.booleans()),
    max_leaves=5,
)
sorts = st.lists(st.builds(Sort, st.sampled_from(PATHS), st.booleans()), max_size=3).map(tuple)


def _oracle(office: Session) -> Rows:
    ledgers: dict[str, dict[str, Row]] = {}
    for ledger in office.schema.ledgers:
        rows: dict[str, Row] = {}
        for key in [str(row["key"]) for row in office.read.rows(Query(ledger.name))]:
            row: dict[str, Cell] = dict(office.read.any_row(ledger.name, key) or {})
            if ledger.derivation:
                columns = ledger.derivation.columns
                row.update(zip(columns, office.read.page(ledger.name, [office.read.rid_of(ledger.name, key) or 0],
                                                         [f"@{name}" for name in columns])[0], strict=True))  # fmt: skip
            rows[key] = row
        ledgers[ledger.name] = rows
    return Rows(office.schema, ledgers, resources.pinyin(), lambda ledger, row: _body(office, ledger, row))


def _body(office: Session, ledger: str, row: Row) -> str:
    found = office.read.connection.execute(
        "SELECT body FROM search_row WHERE key = ? AND ledger = ?", (row["key"], ledger)
    )
    return str(found.fetchone()[0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(standards, min_size=1, max_size=8),
    where=conditions,
    order=sorts,
    as_of=st.sampled_from(["2021-01-01", "2026-12-31"]),
)
def test_sql_equals_the_oracle(
    office: Session, rows: list[dict[str, Cell]], where: Condition, order: tuple[Sort, ...], as_of: str
) -> None:
    with office.write("重来") as transaction:
        for ledger in ("detail_entry", "standard", "system_node"):
            transaction.delete(ledger, [str(row["key"]) for row in office.read.rows(Query(ledger))])
        node = transaction.insert("system_node", {"code": "JC1", "name": "导则"})
        for number, row in enumerate(rows):
            key = transaction.insert("standard", row)
            values: dict[str, Cell] = {"standard": key if number % 4 else None, "node": node if number % 2 else None,
                                       "department": [None, "综合处", "资产处"][number % 3], "position": str(number)}  # fmt: skip
            transaction.insert("detail_entry", values)
    query = Query("detail_entry", where, order, as_of)
    expected = [row["key"] for row in _oracle(office).run(query)]
    assert [key for (key,) in office.read.cells(query, ["key"])] == expected
    assert office.read.count(query) == len(expected)
    rids = office.read.rids(query)
    assert [key for (key,) in office.read.page("detail_entry", rids, ["key"], as_of)] == expected


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(st.text("公务用车重庆会议长度行业标准准则gbwyc1/-. （）", min_size=1, max_size=12), min_size=1, max_size=6),
       word=st.text("公务用车重庆会议长度行业标gbwycxhz1/-", min_size=1, max_size=5))  # fmt: skip
def test_search_finds_what_a_scan_finds(office: Session, titles: list[str], word: str) -> None:
    with office.write("重来") as transaction:
        transaction.delete("standard", [str(row["key"]) for row in office.read.rows(Query("standard"))])
        transaction.insert_many("standard", ("title",), [(title,) for title in titles])
    query = Query("standard", Test("", Op.FOUND, (word,)))
    expected = {row["key"] for row in _oracle(office).run(query)}
    assert {key for (key,) in office.read.cells(query, ["key"])} == expected
    plain = {row["key"] for row in office.read.rows(Query("standard")) if fold(word) in fold(str(row["title"]))}
    assert plain <= expected


def test_initials_and_mixed_input_find_the_title(office: Session) -> None:
    with office.write("一条") as transaction:
        key = transaction.insert("standard", {"title": "党政机关公务用车管理规范", "number": "DB5328/T 31-2024"})
    for words in ("gwyc", "公wyc", "公务用车", "ＤＢ５３２８", "db5328/t 31", "用车 gl"):
        assert ("standard", key) in office.read.search(words, ["standard"]), words
    assert ("standard", key) not in office.read.search("gwyx", ["standard"])


def test_a_planned_state_follows_the_day(office: Session) -> None:
    with office.write("一条") as transaction:
        key = transaction.insert("standard", {"title": "x", "published_on": "2025-01-24", "effective_on": "2026-02-01"})
    states = [
        office.read.page("standard", [office.read.rid_of("standard", key) or 0], ["status"], day)[0][0]
        for day in ("2025-06-01", "2026-01-31", "2026-02-01")
    ]
    assert states == ["upcoming", "upcoming", "current"]


def test_a_replacement_ends_the_old_standard_and_its_undoing_revives_it(office: Session) -> None:
    with office.write("两条") as transaction:
        old = transaction.insert("standard", {"title": "旧", "number": "GB 17167-2006", "effective_on": "2007-01-01"})
        new = transaction.insert("standard", {"title": "新", "number": "GB 17167-2025", "effective_on": "2026-02-01"})
        link = transaction.insert("standard_link", {"standard": new, "kind": "replaces", "other": old})

    def state(day: str) -> Cell:
        return office.read.page("standard", [office.read.rid_of("standard", old) or 0], ["status"], day)[0][0]

    assert (state("2026-01-31"), state("2026-02-01")) == ("current", "superseded")
    with office.write("推迟") as transaction:
        transaction.update("standard", new, {"effective_on": "2027-01-01"})
    assert state("2026-06-01") == "current"
    with office.write("改为部分代替") as transaction:
        transaction.update("standard", new, {"effective_on": "2026-02-01"})
        transaction.update("standard_link", link, {"kind": "replaces_part"})
    assert state("2026-06-01") == "current"
    assert derived.mismatches(office.read) == []


def test_values_count_what_a_filter_offers(office: Session) -> None:
    with office.write("重来") as transaction:
        transaction.delete("standard", [str(row["key"]) for row in office.read.rows(Query("standard"))])
        transaction.insert_many("standard", ("title", "level"), [("a", "national"), ("b", "national"), ("c", None)])
    assert office.read.values(Query("standard"), "level") == [("national", 2), (None, 1)]
