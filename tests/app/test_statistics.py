"""标准统计表 against a count over the exported table, and the city's figures against its offices' rows."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.app import editing, exporting, importing, setup, statistics, syncing, system
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.words import KINDS, LEVELS
from desktop.domain.query import Query
from desktop.domain.statistics import StatisticsTable
from tests.libraries import another_office, pair, version_of

AS_OF = "2026-06-30"
GONE = ("被代替", "废止")
COLUMNS = {"按级别": ("标准级别", LEVELS), "按性质": ("标准类别", KINDS)}
FORM = {item.value: item.label for group in statistics.layout(statistics.DEFAULT_LAYOUT).groups for item in group.items}
"""The form names some levels otherwise than the ledger does."""


@pytest.fixture(scope="module")
def shared(planted_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("statistics") / "office"
    shutil.copytree(planted_folder, folder)
    session = setup.open_library(folder)
    yield session
    session.workspace.close()


level = st.sampled_from(["", "国标", "市地标", "内部标准", "行标"])
kind = st.sampled_from(["", "基础", "安全标准", "其他"])
day = st.sampled_from(["", "2020", "2022-03", "2026-06-30", "2026-07-01", "2027-01-01"])
steps = st.one_of(
    st.tuples(st.just("standard"), level, kind, day, day),
    st.tuples(st.just("planned"), level, st.just(""), st.just(""), st.just("")),
    st.tuples(st.just("again"), level, st.just(""), st.just(""), st.just("")),
    st.tuples(st.just("delete"), level, st.just(""), st.just(""), st.just("")),
    st.tuples(st.just("level"), level, st.just(""), st.just(""), st.just("")),
    st.tuples(st.just("kind"), st.just(""), kind, st.just(""), st.just("")),
    st.tuples(st.just("withdraw"), st.just(""), st.just(""), day, st.just("")),
)


class _Work:
    """Carries out random steps by the use cases a person has."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.version = system.own_version(session)
        self.made = 0
        editing.delete_rows(session, "detail_entry", [str(row["key"]) for row in self.entries()])

    def entries(self) -> list[dict[str, object]]:
        return [dict(row) for row in self.session.read.rows(Query("detail_entry"))]

    def step(self, pick: int, step: tuple[str, str, str, str, str]) -> None:
        what, level, kind, first, second = step
        placed = [row for row in self.entries() if row["standard"]]
        target = placed[pick % len(placed)] if placed else None
        self.made += 1
        if what == "standard":
            effective = second if second >= first else ""
            self._add({"standard.number": f"YLJG/ZC {self.made}-2024" if pick % 3 else "",
                       "standard.title": f"标准 {self.made}", "standard.level": level, "standard.kind": kind,
                       "standard.published_on": first, "standard.effective_on": effective})  # fmt: skip
        elif what == "planned":
            self._add({"planned_title": f"计划 {self.made}", "planned_level": level})
        elif target is not None:
            self._change(what, level, kind, first, target)

    def _add(self, values: dict[str, str], **fixed: str) -> None:
        editing.add_row(self.session, "detail_entry", values, fixed={"version": self.version, **fixed})

    def _change(self, what: str, level: str, kind: str, day: str, target: dict[str, object]) -> None:
        key = str(target["key"])
        match what:
            case "again":
                self._add({"department": "另一处"}, standard=str(target["standard"]))
            case "delete":
                editing.delete_rows(self.session, "detail_entry", [key])
            case "level":
                editing.edit_cells(self.session, "detail_entry", [Edit(key, "standard.level", level)])
            case "kind":
                editing.edit_cells(self.session, "detail_entry", [Edit(key, "standard.kind", kind)])
            case "withdraw":
                editing.edit_cells(self.session, "detail_entry", [Edit(key, "standard.withdrawn_on", day)])


def _counted(path: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """Group → item → (应有数, 现有数), from the columns of the exported file alone."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for group, (column, choices) in COLUMNS.items():
        named = {choice.label: FORM.get(choice.value, "未填写") for choice in choices}
        wanted: dict[str, set[str]] = {}
        have: dict[str, set[str]] = {}
        for row in rows:
            if row["状态"] in GONE and row["标准名称"]:
                continue
            planned = not row["标准名称"]
            item = named.get(row["宜定级别"] if planned and column == "标准级别" else row[column], "未填写")
            thing = f"计划 {row['待制定标准名称']}" if planned else row["标准号"] or row["标准名称"]
            for place in (item, "共计"):
                wanted.setdefault(place, set()).add(thing)
                if not planned and row["状态"] != "未发布":
                    have.setdefault(place, set()).add(thing)
        found[group] = {item: (len(wanted[item]), len(have.get(item, ()))) for item in wanted}
    return found


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 50), steps), max_size=14))
def test_the_figures_are_those_of_a_count_over_the_exported_table(
    shared: Session, tmp_path_factory: pytest.TempPathFactory, work: list[tuple[int, tuple[str, str, str, str, str]]]
) -> None:
    hand = _Work(shared)
    for pick, step in work:
        hand.step(pick, step)
    path = tmp_path_factory.mktemp("count") / "x.csv"
    exporting.export(shared, "detail_entry", path, AS_OF)
    expected = _counted(path)
    table = statistics.table(shared, as_of=AS_OF)
    for group in table.groups:
        for row in (*group.rows, group.total):
            shown = (row.planned.value, row.present.value)
            assert shown == expected[group.label].get(row.label, (0, 0)), (group.label, row.label)
            assert row.ratio.shown == _percent(*shown)
        assert expected[group.label].keys() <= {row.label for row in (*group.rows, group.total)} | {"共计"}
    _totals_agree(table)
    _figures_are_proved(shared, table)


def _percent(planned: int, present: int) -> str:
    if planned == 0:
        return "—"
    tenths, rest = divmod(present * 1000, planned)
    tenths += 2 * rest >= planned
    return f"{tenths // 10}.{tenths % 10}"


def _totals_agree(table: StatisticsTable) -> None:
    totals = {(group.total.planned.value, group.total.present.value) for group in table.groups}
    assert len(totals) == 1
    assert all(check.holds for check in table.checks)


def _figures_are_proved(session: Session, table: StatisticsTable) -> None:
    """The keys behind a figure are live rows, none twice, and as many different standards as the figure says."""
    entries = {str(row["key"]): row for row in session.read.rows(Query("detail_entry"))}
    for group in table.groups:
        for row in (*group.rows, group.total):
            for figure in (row.planned, row.present, row.drafting, row.obsolete):
                keys = figure.keys
                assert len(set(keys)) == len(keys)
                things = {entries[key]["standard"] or key for key in keys}
                assert figure.value == len(things)


def test_the_messy_workbook_is_counted_as_its_rows_say(imported: Session, tmp_path: Path) -> None:
    exporting.export(imported, "detail_entry", tmp_path / "x.csv", "2026-11-21")
    expected = _counted(tmp_path / "x.csv")
    table = statistics.table(imported, as_of="2026-11-21")
    for group in table.groups:
        for row in (*group.rows, group.total):
            assert (row.planned.value, row.present.value) == expected[group.label].get(row.label, (0, 0)), row.label


def test_an_own_standard_without_a_number_counts_once_too(office: Session) -> None:
    version = system.own_version(office)
    _, first = editing.add_row(office, "detail_entry", {"standard.title": "甲"}, fixed={"version": version})
    standard = (office.read.row("detail_entry", first) or {})["standard"]
    editing.add_row(office, "detail_entry", {"department": "乙"}, fixed={"version": version, "standard": standard})
    total = statistics.table(office).groups[0].total
    assert (total.planned.value, total.present.value, len(total.present.keys)) == (1, 1, 2)


def test_the_cut_off_date_decides_what_is_present(imported: Session) -> None:
    (entry,) = [row for row in imported.read.rows(Query("detail_entry"))
                if imported.read.caption("detail_entry", str(row["key"])).startswith("GB/T 39910")]  # fmt: skip
    edit = Edit(str(entry["key"]), "standard.withdrawn_on", "2026-07-01")
    editing.edit_cells(imported, "detail_entry", [edit])
    before, after = (statistics.table(imported, as_of=day).groups[0].total for day in ("2026-06-30", "2026-07-01"))
    assert (before.present.value - after.present.value, after.obsolete.value - before.obsolete.value) == (1, 1)


def test_a_standard_is_still_wanted_and_not_present_before_it_is_published(office: Session) -> None:
    version = system.own_version(office)
    for title, published, effective in (("甲", "2024-05-01", "2024-08-01"), ("乙", "", "2024-08-01"), ("丙", "", "")):
        values = {"standard.title": title, "standard.published_on": published, "standard.effective_on": effective}
        editing.add_row(office, "detail_entry", values, fixed={"version": version})
    found = {}
    for day in ("2024-04-30", "2024-05-01", "2024-08-01"):
        table = statistics.table(office, "by_status", day)
        total = table.groups[0].total
        shown = {row.label: row.wanted for row in table.groups[0].rows if row.wanted}
        found[day] = (total.wanted, total.present.value, total.drafting.value, shown)
    assert found == {
        "2024-04-30": (3, 1, 2, {"待核实": 1, "待制定": 2}),
        "2024-05-01": (3, 2, 1, {"待核实": 1, "待制定": 1, "即将实施": 1}),
        "2024-08-01": (3, 3, 0, {"待核实": 1, "现行": 2}),
    }


def test_figures_as_plain_data_have_every_row_and_the_total(imported: Session) -> None:
    figures = statistics.figures(statistics.table(imported, as_of="2026-11-21"))
    rows = figures["rows"]
    assert isinstance(rows, list) and list(figures) == ["as_of", "rows", "total"]
    assert [row["item"] for row in rows if row["group"] == "按级别"][:2] == ["国家标准", "行业标准"]
    assert figures["total"] == {"planned": 65, "present": 64, "ratio": "98.5"}
    assert {row["ratio"] for row in rows if row["planned"] == 0} == {"—"}


@pytest.mark.parametrize("layout", [item.id for item in statistics.layouts()])
def test_every_layout_has_the_same_total(imported: Session, layout: str) -> None:
    total = statistics.table(imported, layout, "2026-11-21").groups[0].total
    assert (total.planned.value, total.present.value) == (65, 64)


def test_an_unknown_layout_is_refused(office: Session) -> None:
    with pytest.raises(Refusal, match="没有名为“x”的统计表版式，可用 gbt13016"):
        statistics.table(office, "x")


def test_an_earlier_version_of_the_system_is_not_counted(imported: Session, tmp_path: Path) -> None:
    (old,) = imported.read.rows(Query("system_version"))
    with imported.write("旧版") as transaction:
        transaction.update("system_version", str(old["key"]), {"state": "history"})
    system.plant(imported, "empty", "2027 版")
    assert statistics.table(imported).groups[0].total.planned.value == 0


@pytest.fixture
def city(tmp_path: Path) -> Iterator[tuple[Session, Session, Session]]:
    bureau, one = pair(tmp_path)
    other = another_office(bureau, tmp_path)
    yield bureau, one, other
    for session in (bureau, one, other):
        session.workspace.close()


def _import(session: Session, folder: Path, rows: list[str]) -> None:
    path = folder / f"{session.identity.area_code}.csv"
    path.write_text("\n".join(["体系编号,标准号,标准名称,级别,状态", *rows]), encoding="utf-8")
    if not system.active_versions(session.read).get(session.identity.organisation):
        version_of(session)
    importing.apply(session, importing.plan(session, path))


def test_a_city_counts_each_public_standard_once_and_every_own_one(
    city: tuple[Session, Session, Session], tmp_path: Path
) -> None:
    bureau, one, other = city
    _import(one, tmp_path, ["JC1,GB/T 1.1-2020,导则,国标,", "JC1,JC 101,内部甲,内部标准,", "JC1,,待定,市地标,待制定"])
    _import(
        other, tmp_path, ["JC1,GB/T 1.1—2020,导则,国标,", "JC1,JC 101,内部乙,内部标准,", "ZC5,GB/T 2-2016,乙,国标,"]
    )
    _import(bureau, tmp_path, ["JC1,ＧＢ／Ｔ １.１-２０２０,导则,国标,", "ZC5,DB3301/T 0418-2023,公物仓,市地标,"])
    for office in (one, other):
        syncing.make_bundle(office, tmp_path / f"{office.identity.area_code}.bzb")
        syncing.apply_bundle(bureau, tmp_path / f"{office.identity.area_code}.bzb")
    whole = statistics.table(bureau).groups[0]
    rows = {row.label: (row.planned.value, row.present.value) for row in (*whole.rows, whole.total)}
    assert rows["国家标准"] == (2, 2), "three units hold GB/T 1.1-2020, it is one standard"
    assert rows["内部标准"] == (2, 2), "JC 101 of one unit is not JC 101 of another"
    assert rows["地方标准（市级）"] == (2, 1)
    assert rows["共计"] == (6, 5)
    assert whole.total.ratio.shown == "83.3", "neither the mean of the units' ratios nor the ratio of their sums"
    alone = [
        statistics.table(bureau, owners=[session.identity.organisation]).groups[0].total.planned.value
        for session in city
    ]
    assert alone == [2, 3, 3]
    theirs = statistics.figures(statistics.table(bureau, owners=[one.identity.organisation]))
    assert theirs["rows"] == statistics.figures(statistics.table(one))["rows"]
