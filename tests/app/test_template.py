"""The template of a ledger: filled in, it comes back without a question; its sample row never does."""

from pathlib import Path

import openpyxl
import pytest

from desktop.app import importing
from desktop.app.session import Session
from desktop.app.template import template


@pytest.mark.parametrize("ledger", ["detail_entry", "organisation", "person"])
def test_the_sample_row_alone_brings_nothing(office: Session, tmp_path: Path, ledger: str) -> None:
    template(office, ledger, tmp_path / "模板.xlsx")
    plan = importing.plan(office, tmp_path / "模板.xlsx", ledger)
    assert plan.rows == ()
    assert [words.partition("：")[0] for _, words in plan.passed_over] == ["模板里的示例行"]


def test_a_filled_template_maps_every_column(imported: Session, tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    template(imported, "detail_entry", path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:2] == ["说明", "标准明细"]
    page = book.worksheets[1]
    assert page.freeze_panes == "A2"
    headings = {str(cell.value): place for place, cell in enumerate(page[1], 1)}
    assert "文件存放位置" in headings, "a spare column with a label"
    assert any("标准级别" in str(rule.error) for rule in page.data_validations.dataValidation)
    for heading, text in (("标准号", "Q/YL 9-2026"), ("标准名称", "填入的标准"), ("文件存放位置", "三号柜")):
        page.cell(3, headings[heading]).value = text
    book.save(path)
    plan = importing.plan(imported, path)
    (row,) = plan.of("added")
    assert row.values["standard.number"] == "Q/YL 9-2026"
    assert not plan.found.unmapped and not plan.labels and plan.missing == () and plan.notes == ()
    assert "三号柜" in row.values.values()
