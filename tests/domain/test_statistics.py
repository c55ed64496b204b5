"""Counting entries into a layout: what counts, what counts once, what is shown where nothing is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import statistics as statistics_module
from desktop.domain.figures import NOTHING, Count, Ratio, count
from desktop.domain.statistics import (
    BRANCH,
    FURTHER,
    STATED,
    UNFILLED,
    GroupLayout,
    Item,
    Layout,
    Measure,
    Placed,
    StatisticsColumn,
    StatisticsRow,
    StatisticsTable,
    tabulate,
)

LEVELS = (Item("national", "国家标准"), Item("internal", "内部标准"))
LAYOUT = Layout(
    "x", "x", "标准统计表",
    (GroupLayout("按级别", "level", LEVELS, "共计"), GroupLayout("按处室", "department", (), "共计")),
    (StatisticsColumn(Measure.PLANNED, "应有数"), StatisticsColumn(Measure.PRESENT, "现有数"), StatisticsColumn(Measure.RATIO, "%")),
)  # fmt: skip


def _entry(key: str, thing: str = "", status: str = "current", *, planned: bool = False, **values: str) -> Placed:
    return Placed(key, thing or key, planned, status, {"level": "national", "department": "综合处", **values})


def _table(*entries: Placed) -> StatisticsTable:
    return tabulate(LAYOUT, entries, "2026-11-21")


def _shown(table: StatisticsTable, group: int = 0) -> dict[str, tuple[str, str, str]]:
    rows = (*table.groups[group].rows, table.groups[group].total)
    return {
        row.label: (
            row.shown(StatisticsColumn(Measure.PLANNED)),
            row.shown(StatisticsColumn(Measure.PRESENT)),
            row.shown(StatisticsColumn(Measure.RATIO)),
        )
        for row in rows
    }


@pytest.mark.parametrize(
    ("status", "planned", "counted"),
    [
        ("current", False, (1, 1, 0, 0)),
        ("upcoming", False, (1, 1, 0, 0)),
        ("unverified", False, (1, 1, 0, 0)),
        ("superseded", False, (0, 0, 0, 1)),
        ("withdrawn", False, (0, 0, 0, 1)),
        ("unpublished", False, (1, 0, 1, 0)),
        ("", True, (1, 0, 1, 0)),
    ],
)
def test_state_and_plan_decide_the_column(status: str, planned: bool, counted: tuple[int, ...]) -> None:
    total = _table(_entry("a", status=status, planned=planned)).groups[0].total
    found = (total.planned, total.present, total.drafting, total.obsolete)
    assert tuple(figure.value for figure in found) == counted


def test_a_standard_at_several_nodes_counts_once_with_all_its_rows_as_proof() -> None:
    table = _table(_entry("a", "GB 1"), _entry("b", "GB 1", department="资产处"), _entry("c", "GB 2"))
    assert _shown(table)["共计"] == ("2", "2", "100.0")
    assert table.groups[0].total.planned.keys == ("a", "b", "c")
    assert _shown(table, 1) == {
        "综合处": ("2", "2", "100.0"),
        "资产处": ("1", "1", "100.0"),
        "共计": ("2", "2", "100.0"),
    }
    sentences = [check.sentence for check in table.checks]
    assert next(check.keys for check in table.checks if check.sentence == "有 1 项标准同时放在几处，各只计 1 次。") == (
        "a",
        "b",
    )
    assert "两组共计相等；应有数 2 = 明细表 3 行 − 废止和被代替 0 行，再去掉同一标准的重复 1 行。" in sentences
    assert "按处室：有标准分属几行，共计只计 1 次，比各行之和少 1。" in sentences


def test_an_empty_denominator_is_a_dash_never_a_number() -> None:
    assert _shown(_table()) == {
        "国家标准": ("0", "0", NOTHING),
        "内部标准": ("0", "0", NOTHING),
        "共计": ("0", "0", NOTHING),
    }


def test_values_outside_the_form_stand_in_a_row_of_their_own() -> None:
    shown = _shown(_table(_entry("a"), _entry("b", level="martian"), _entry("c", level="")))
    assert shown[FURTHER] == shown[UNFILLED] == ("1", "1", "100.0")
    assert shown["共计"] == ("3", "3", "100.0")
    assert UNFILLED not in _shown(_table(_entry("a")))


def test_rows_that_need_a_look_are_named() -> None:
    table = _table(_entry("a"), _entry("b", status="unverified"), _entry("c", status="withdrawn"),
                   _entry("d", status="unpublished"))  # fmt: skip
    (check,) = [check for check in table.checks if check.keys]
    assert (check.keys, check.sentence) == (("b",), "现有数中有 1 行没有发布、实施日期，状态待核实。")


entries = st.lists(
    st.builds(
        Placed, st.uuids().map(str), st.sampled_from("abcdef"), st.booleans(),
        st.sampled_from(["current", "withdrawn", "superseded", "unverified", "unpublished"]),
        st.fixed_dictionaries({"level": st.sampled_from(["national", "internal", "", "x"]),
                               "department": st.sampled_from(["综合处", "资产处", ""])}),
    ), max_size=15,
)  # fmt: skip


@given(entries)
def test_totals_agree_between_groups_and_no_row_exceeds_them(placed: list[Placed]) -> None:
    table = _table(*placed)
    assert all(check.holds for check in table.checks)
    first, second = (group.total for group in table.groups)
    for column in LAYOUT.columns:
        assert first.shown(column) == second.shown(column)
    for group in table.groups:
        for row in group.rows:
            assert row.planned.value <= first.planned.value and row.present.value <= row.planned.value
            assert set(row.planned.keys) <= set(first.planned.keys)
        assert sum(row.planned.value for row in group.rows) >= first.planned.value


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(0, 0, "—"), (5, 0, "—"), (0, -3, "—"), (2, -3, "—"), (0, 3, "0.0"), (1, 3, "33.3"), (2, 3, "66.7"), (1, 8, "12.5"), (1, 16, "6.3"),
     (1, 2000, "0.1"), (1, 2001, "0.0"), (3, 3, "100.0"), (7, 3, "233.3")],
)  # fmt: skip
def test_a_ratio_has_one_decimal_rounded_half_up(numerator: int, denominator: int, shown: str) -> None:
    assert Ratio(numerator, denominator).shown == shown


def test_a_count_keeps_rows_and_counts_things() -> None:
    assert count([("a", "x"), ("b", "x"), ("c", "y")]) == Count(("a", "b", "c"), frozenset("xy"))
    assert count([]).value == 0


CROSS = Layout(
    "c", "c", "标准统计表", (GroupLayout("按处室", "department", (), "共计"),),
    (StatisticsColumn(Measure.PRESENT, "现有数"), StatisticsColumn(Measure.ACROSS, "国标", "national"),
     StatisticsColumn(Measure.ACROSS, "内部", "internal")), across="level",
)  # fmt: skip


@given(entries)
def test_a_cross_table_counts_each_present_row_in_one_column(placed: list[Placed]) -> None:
    table = tabulate(CROSS, placed, "2026-11-21")
    assert all(check.holds for check in table.checks)
    (group,) = table.groups
    for row in (*group.rows, group.total):
        across = [row.proof(column) for column in table.layout.columns if column.measure is Measure.ACROSS]
        assert {key for figure in across for key in figure.keys} == set(row.present.keys)
        assert sum(len(figure.keys) for figure in across) == len(row.present.keys)
        assert sum(figure.value for figure in across) >= row.present.value
    present = [entry for entry in placed if entry.present]
    heads = [column.label for column in table.layout.columns]
    assert (FURTHER in heads, UNFILLED in heads) == (
        any(entry.values["level"] == "x" for entry in present), any(not entry.values["level"] for entry in present)
    )  # fmt: skip
    assert tabulate(table.layout, placed, "2026-11-21") == table, "a kept layout counts the same again"


BRANCHES = Layout(
    "b", "b", "标准统计表",
    (GroupLayout("按子体系", BRANCH, (), "共计"), GroupLayout("按级别", "level", LEVELS, "共计")), LAYOUT.columns,
)  # fmt: skip


def test_filled_in_wants_stand_at_their_branch_and_keep_both_totals_equal() -> None:
    placed = [_entry("a", branch="JC"), _entry("b", branch="JC"), _entry("c", branch="HQ")]
    table = tabulate(BRANCHES, placed, "2026-11-21", {"JC": 3, "XX": 2})
    assert _shown(table) == {
        "JC": ("5", "2", "40.0"), "HQ": ("1", "1", "100.0"), "XX": ("2", "0", "0.0"), "共计": ("8", "3", "37.5"),
    }  # fmt: skip
    assert _shown(table, 1)[STATED] == ("5", "0", "0.0") and _shown(table, 1)["共计"] == ("8", "3", "37.5")
    assert all(check.holds for check in table.checks)
    assert "两组共计相等；应有数 8 = 明细表 3 行 − 废止和被代替 0 行，加上填写的应有数之差 5。" in [
        check.sentence for check in table.checks
    ]


def test_more_than_should_be_is_said() -> None:
    table = tabulate(BRANCHES, [_entry("a", branch="JC"), _entry("b", branch="JC")], "2026-11-21", {"JC": -1})
    assert _shown(table)["JC"] == ("1", "2", "200.0")
    assert [row.exceeds for group in table.groups for row in group.rows] == [True, False, False, False]
    assert _shown(table, 1)[STATED] == ("-1", "0", NOTHING)
    assert "按子体系：JC的现有数超过应有数，请核对填写的应有数。" in [check.sentence for check in table.checks]


def test_a_total_that_differs_from_the_rows_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = statistics_module._total

    def short(label: str, rows: list[StatisticsRow]) -> StatisticsRow:
        return replace(kept(label, rows), present=Count(("a",), frozenset(["a"])))

    monkeypatch.setattr(statistics_module, "_total", short)
    (check,) = _table(_entry("a"), _entry("b")).checks
    assert (check.holds, check.keys, check.sentence) == (False, ("b",), "共计与明细表不一致，差 1 项，请看列出的行")
