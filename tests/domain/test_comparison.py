"""Kept tables come back as they were, and a comparison accounts for every row that moved."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.comparison import FORMAT, Kept, Side, compared, kept_groups, restored
from desktop.domain.figures import NOTHING
from desktop.domain.statistics import GroupLayout, Item, Layout, Measure, Placed, StatisticsColumn, tabulate

LAYOUT = Layout(
    "x", "x", "标准统计表",
    (GroupLayout("按级别", "standard.level", (Item("national", "国家标准"),), "共计"),
     GroupLayout("按处室", "department", (), "共计")),
    (StatisticsColumn(Measure.PLANNED, "应有数"), StatisticsColumn(Measure.PRESENT, "现有数"), StatisticsColumn(Measure.RATIO, "%")),
)  # fmt: skip

rows = st.lists(
    st.builds(
        Placed, st.sampled_from("123456789"), st.sampled_from("abcdef"), st.booleans(),
        st.sampled_from(["current", "withdrawn", "unverified"]),
        st.fixed_dictionaries({"standard.level": st.sampled_from(["national", "x", ""]),
                               "department": st.sampled_from(["综合处", "资产处", ""])}),
    ), max_size=9, unique_by=lambda row: row.key,
)  # fmt: skip


def _side(placed: list[Placed]) -> Side:
    return Side(tabulate(LAYOUT, placed, "2026-11-21"), {row.key: row for row in placed})


@given(rows)
def test_a_kept_table_comes_back_as_it_was(placed: list[Placed]) -> None:
    side = _side(placed)
    groups = kept_groups(side.table, tuple(placed))
    kept = Kept(FORMAT, "1", "甲", "2026-11-21", LAYOUT, None, {}, tuple(placed), groups, side.table.checks)
    assert restored(kept) == side


@given(rows, rows)
def test_each_change_of_a_figure_is_accounted_for_by_its_rows(before: list[Placed], after: list[Placed]) -> None:
    old, new = _side(before), _side(after)
    for line in compared(old, new):
        for cell in line.cells[:2]:
            moved = {mark: [item.row for item in cell.rows if item.mark == mark] for mark in ("新增", "移出", "变化")}
            assert int(cell.new) - int(cell.old) == int(cell.change.replace("−", "-"))
            if not cell.rows:
                assert cell.new == cell.old
            assert all(row.key in new.rows for row in moved["新增"]) and all(
                row.key in old.rows for row in moved["移出"]
            )
    whole = [line.cells[0] for line in compared(old, new) if line.total]
    gone = {row.key for row in before if not row.obsolete} - {row.key for row in after if not row.obsolete}
    assert all({item.key for item in cell.rows if item.mark == "移出"} == gone for cell in whole)


def test_percentages_differ_by_what_is_shown_and_a_dash_stays_a_dash() -> None:
    one = Placed("1", "a", False, "current", {"standard.level": "national", "department": "综合处"})
    plans = [Placed(str(at), f"p{at}", True, "", dict(one.values)) for at in (2, 3)]
    cells = {line.label: line.cells[2] for line in compared(_side([one]), _side([one, *plans]))}
    assert (cells["国家标准"].old, cells["国家标准"].new, cells["国家标准"].change) == ("100.0", "33.3", "−66.7")
    assert compared(_side([]), _side([one]))[0].cells[2].change == NOTHING
