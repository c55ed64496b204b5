"""An exported table that comes back: edited cells alone are changed, rows taken out are deleted only when asked."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from desktop.app import editing, exporting, history, importing
from desktop.app.editing import Edit
from desktop.app.import_mapping import LEFT_OUT, decide, decisions_of
from desktop.app.import_plan import FileCell
from desktop.app.import_source import open_source
from desktop.app.practice import practice_library
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query
from desktop.exchange.own_workbook import KEY_HEADING, STAMP_SHEET
from tests.libraries import dump


def _cells(page: Worksheet) -> tuple[int, dict[str, int]]:
    """The line of the headings, and heading → column, both from 1."""
    for line in range(1, 10):
        found = {str(cell.value): cell.column for cell in page[line] if cell.value}
        if KEY_HEADING in found:
            return line, found
    raise AssertionError("no headings")


def _edited(path: Path, edit: Callable[[Worksheet, int, dict[str, int]], object]) -> Path:
    book = openpyxl.load_workbook(path)
    edit(book.worksheets[0], *_cells(book.worksheets[0]))
    book.save(path)
    return path


@pytest.fixture
def exported(imported: Session, tmp_path: Path) -> Path:
    exporting.export(imported, "detail_entry", tmp_path / "导出.xlsx")
    return tmp_path / "导出.xlsx"


def test_an_untouched_export_says_nothing_new(imported: Session, exported: Path) -> None:
    before = dump(imported)
    plan = importing.plan(imported, exported)
    assert plan.counts() == {"added": 0, "changed": 0, "equal": 66, "refused": 0}
    assert plan.missing == () and plan.notes == () and not plan.labels
    assert not importing.apply(imported, plan, exported)
    assert dump(imported) == before


def test_an_untouched_export_of_any_ledger_says_nothing_new(tmp_path: Path) -> None:
    session = practice_library(tmp_path / "practice")
    before, tried = dump(session), set()
    for ledger in session.schema.ledgers:
        if ledger.importable and (rows := session.read.count(Query(ledger.name))):
            path = tmp_path / f"{ledger.name}.xlsx"
            exporting.export(session, ledger.name, path)
            plan = importing.plan(session, path, ledger.name)
            assert plan.counts() == {"added": 0, "changed": 0, "equal": rows, "refused": 0}, ledger.label
            assert plan.missing == () and not importing.apply(session, plan, path)
            tried.add(ledger.name)
    assert {"organisation", "person", "system_node", "inspection", "finding"} <= tried
    assert dump(session) == before
    session.workspace.close()


def test_keys_and_stamp_are_hidden(exported: Path) -> None:
    book = openpyxl.load_workbook(exported)
    page = book.worksheets[0]
    letter = get_column_letter(_cells(page)[1][KEY_HEADING])
    assert page.column_dimensions[letter].hidden
    assert book[STAMP_SHEET].sheet_state == "hidden"


def test_an_edited_and_an_emptied_cell_change_and_later_work_in_the_library_stays(
    imported: Session, exported: Path
) -> None:
    def edit(page: Worksheet, head: int, at: dict[str, int]) -> None:
        page.cell(head + 3, at["责任处室"]).value = "文件改处"
        page.cell(head + 4, at["责任处室"]).value = None

    rows = {
        str(key): None
        for (key,) in imported.read.cells(exporting.listed(imported, "detail_entry", "2026-01-01"), ("key",))
    }
    first, second, third, fourth = list(rows)[:4]
    editing.edit_cells(imported, "detail_entry", [Edit(fourth, "department", "先有处")])
    exporting.export(imported, "detail_entry", exported)
    editing.edit_cells(imported, "detail_entry", [Edit(first, "standard.title", "库里后来改的名称")])
    plan = importing.plan(imported, _edited(exported, edit))
    assert {row.key: [(item.path, item.new) for item in row.changes] for row in plan.of("changed")} == {
        third: [("department", "文件改处")], fourth: [("department", None)],
    }  # fmt: skip
    importing.apply(imported, plan)
    titles = {cells[0]: cells[1] for cells in imported.read.cells(Query("detail_entry"), ("key", "standard.title"))}
    assert titles[first] == "库里后来改的名称"
    assert second not in {row.key for row in plan.of("changed")}


def test_a_cell_edited_on_both_sides_takes_the_file_and_says_so(imported: Session, exported: Path) -> None:
    (key,) = imported.read.cells(exporting.listed(imported, "detail_entry", "2026-01-01"), ("key",))[0]
    editing.edit_cells(imported, "detail_entry", [Edit(str(key), "department", "库里的处")])
    _edited(exported, lambda page, head, at: setattr(page.cell(head + 1, at["责任处室"]), "value", "文件的处"))
    (row,) = importing.plan(imported, exported).of("changed")
    assert [(item.old, item.new) for item in row.changes] == [("库里的处", "文件的处")]
    assert "责任处室导出以后在台账里也改过" in row.remark


def test_rows_taken_out_are_listed_and_deleted_only_when_asked(imported: Session, exported: Path) -> None:
    _edited(exported, lambda page, head, _at: page.delete_rows(head + 1, 5))
    plan = importing.plan(imported, exported)
    assert len(plan.missing) == 5
    assert not importing.apply(imported, plan), "nothing is deleted by itself"
    chosen = replace(plan, to_delete=tuple(key for key, _ in plan.missing[:2]))
    changes = importing.apply(imported, chosen)
    assert imported.read.count(Query("detail_entry")) == 64
    history.undo_step(imported, changes.tx)
    assert imported.read.count(Query("detail_entry")) == 66


def test_a_copied_row_is_judged_as_new_with_a_remark(imported: Session, exported: Path) -> None:
    def copy(page: Worksheet, head: int, at: dict[str, int]) -> None:
        last = page.max_row + 1
        for column in at.values():
            page.cell(last, column).value = page.cell(head + 1, column).value
        page.cell(last, at["标准号"]).value = "Q/YL 999-2026"
        page.cell(last, at["标准名称"]).value = "复制后改名的标准"

    plan = importing.plan(imported, _edited(exported, copy))
    (added,) = plan.of("added")
    assert "的复制，按新的一行检查" in added.remark
    assert plan.counts()["equal"] == 66


def test_a_file_from_another_copy_says_that_edits_cannot_be_told(imported: Session, exported: Path) -> None:
    book = openpyxl.load_workbook(exported)
    book[STAMP_SHEET]["B3"] = "anderswo"
    book.save(exported)
    plan = importing.plan(imported, exported)
    assert plan.notes == (importing.FROM_ELSEWHERE,)
    assert plan.counts()["equal"] == 66


def test_an_export_of_one_ledger_is_not_taken_for_another(imported: Session, exported: Path) -> None:
    with pytest.raises(Refusal, match="请到“标准明细”里导入"):
        importing.plan(imported, exported, "organisation")


def test_a_file_saved_again_by_libreoffice_keeps_its_keys(imported: Session, exported: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    again = tmp_path / "again"
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir", str(again),
         str(exported)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    plan = importing.plan(imported, again / exported.name)
    assert plan.counts() == {"added": 0, "changed": 0, "equal": 66, "refused": 0}
    assert plan.missing == () and plan.notes == ()


def test_two_columns_into_one_field_are_refused_and_decisions_are_remembered(office: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("标准号,标准名称,甲列,乙列\nGB/T 1-2020,名称,甲,乙\n", "utf-8")
    offer = open_source(office, path, "detail_entry").offers[0]
    with pytest.raises(Refusal, match="对应了同一列"):
        decide(offer.found, {**decisions_of(offer.found), 2: "notes", 3: "notes"})
    chosen = {**offer.decisions, 2: "notes", 3: LEFT_OUT}
    plan = importing.judge(office, open_source(office, path, "detail_entry"), replace(offer, decisions=chosen))
    assert plan.rows[0].values["notes"] == "甲" and not plan.labels
    importing.apply(office, plan)
    again = open_source(office, path, "detail_entry").offers[0]
    assert again.from_memory and again.decisions == chosen


def test_a_cell_mended_in_the_preview_is_judged_again(office: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("标准号,标准名称,发布日期\nGB/T 1-2020,名称,2023-02-30\n", "utf-8")
    source = open_source(office, path, "detail_entry")
    assert importing.judge(office, source, source.offers[0]).counts()["refused"] == 1
    mended = importing.judge(office, source, source.offers[0], {FileCell(2, 0, 2): "2023-02-28"})
    assert mended.counts() == {"added": 1, "changed": 0, "equal": 0, "refused": 0}


def test_a_mended_cell_stays_mended_however_the_columns_are_read(office: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('标准号,标准名称,甲列\n"GB/T 1-2020\nGB/T 2-2020","一\n二",丙\nGB/T 3-2020,三,丁\n', "utf-8")
    source = open_source(office, path, "detail_entry")
    offer = source.offers[0]
    mended = {FileCell(2, 1, 2): "改", FileCell(2, 1, 1): "二改", FileCell(9, 0, 2): "不在", FileCell(3, 0, 2): "丁改"}
    for reads, kept in (("notes", ["丙", "改", "丁改"]), ("department", ["丙", "改", "丁改"]), (LEFT_OUT, [None] * 3)):
        plan = importing.judge(office, source, replace(offer, decisions={**offer.decisions, 2: reads}), mended)
        assert [row.values.get(reads) for row in plan.rows] == kept
        assert [row.values["standard.title"] for row in plan.rows] == ["一", "二改", "三"]


@pytest.mark.parametrize("ledger", ["detail_entry", "finding"])
def test_a_plain_table_of_our_own_comes_back_without_changing_anything(tmp_path: Path, ledger: str) -> None:
    """Without the stamp: columns that an export only shows are known again and not taken for columns of the unit."""
    session = practice_library(tmp_path / "library")
    for turn in range(2):
        path = tmp_path / f"{turn}.csv"
        exporting.export(session, ledger, path)
        planned = importing.plan(session, path, ledger)
        assert (planned.counts()["changed"], planned.counts()["refused"], planned.labels) == (0, 0, {}), planned.remarks
        importing.apply(session, planned, path)
    session.workspace.close()


def test_a_number_that_was_already_wrong_in_the_file_is_named(office: Session, tmp_path: Path) -> None:
    """Excel keeps fifteen digits: what stands in the cell is not what was typed."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["标准号", "标准名称", "备注"])
    for number in range(8):
        sheet.append([f"GB/T {number + 1}-2020", "甲", 12345678901234567890])
    path = tmp_path / "长数字.xlsx"
    book.save(path)
    remarks = importing.plan(office, path).remarks
    assert sum("单元格的数字太长" in remark for remark in remarks) == 5
    assert any(remark.startswith("C2 ") for remark in remarks)
    assert "这样的数字还有 3 处，请逐个核对" in remarks


def test_columns_without_a_place_and_rows_that_are_no_data_are_named(office: Session, tmp_path: Path) -> None:
    path = tmp_path / "宽.csv"
    heads = ["标准号", "标准名称", *(f"列{number}" for number in range(30))]
    path.write_text(
        "\n".join(map(",".join, (heads, ["GB/T 1-2020", "甲", *["值"] * 30], ["合计", *[""] * 31]))), "utf-8"
    )
    remarks = importing.plan(office, path).remarks
    assert any("备用列已经用完" in remark and "没有导入：列" in remark for remark in remarks)
    assert any(remark.startswith("1 行没有当作数据：第 3 行（合计行") for remark in remarks)
