"""The history of cells and rows in words: embedded rows, rows below, origins, periods."""

import datetime
from pathlib import Path

import pytest

from desktop.app import editing, history, importing, syncing
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query
from desktop.store import workspace
from tests.app.conftest import MESSY
from tests.libraries import pair


def _add(session: Session, **cells: str) -> str:
    return editing.add_row(session, "detail_entry", {path.replace("__", "."): text for path, text in cells.items()})[1]


def _change(session: Session, key: str, path: str, text: str, basis: str = "") -> None:
    editing.edit_cells(session, "detail_entry", [Edit(key, path, text)], basis=basis)


def test_a_cell_tells_its_own_story_from_the_value_it_began_with(office: Session) -> None:
    key = _add(office, standard__title="甲", standard__number="GB/T 1", department="一处")
    _change(office, key, "standard.number", "GB/T 2", "市局〔2026〕1号")
    _change(office, key, "department", "二处")
    number = history.of_cell(office, "detail_entry", key, "standard.number")
    assert [(line.old, line.new, line.basis, line.origin) for line in number if line.field_label == "标准号"] == [
        ("GB/T 1", "GB/T 2", "市局〔2026〕1号", "手工填写"),
        ("", "GB/T 1", "", "手工填写"),
    ]
    assert [line.new for line in history.of_cell(office, "detail_entry", key, "department")] == ["二处", "一处"]
    assert all(line.person == "陈立" and line.record == "GB/T 2 甲" for line in number)


def test_a_cell_that_stood_for_another_and_a_reference_are_told_in_words(office: Session) -> None:
    nodes = office.read.rows(Query("system_node"))[:2]
    first, second = (str(row["code"]) for row in nodes)
    typed = {"planned_title": "待定甲", "node.code": first}
    _, key = editing.add_row(office, "detail_entry", typed, fixed={"version": nodes[0]["version"]})
    _change(office, key, "standard.title", "待定乙")
    _change(office, key, "node.code", second)
    titles = history.of_cell(office, "detail_entry", key, "standard.title")
    assert [(line.old, line.new) for line in titles] == [("待定甲", "待定乙"), ("", "待定甲")]
    (moved, born) = history.of_cell(office, "detail_entry", key, "node.code")
    assert (moved.old, moved.new) == (born.new, office.read.caption("system_node", str(
        (office.read.row("detail_entry", key) or {})["node"])))  # fmt: skip
    assert moved.path == "node.code"


def test_a_record_is_told_with_its_embedded_rows_and_the_rows_below(office: Session) -> None:
    with office.write("建立检查表") as transaction:
        top = transaction.insert("checklist", {"code": "表一", "title": "食堂检查表"})
        item = transaction.insert("checklist_item", {"checklist": top, "content": "台账齐全", "position": "a"})
    with office.write("修改检查内容") as transaction:
        transaction.update("checklist_item", item, {"content": "台账完整"})
    first, *_ = history.of_record(office, "checklist", top)
    assert (first.old, first.new, first.path) == ("台账齐全", "台账完整", "")
    assert first.subject.startswith("检查项")
    assert first.record == "表一 食堂检查表"
    assert len([line for line in history.of_record(office, "checklist", top) if line.field_label == "新建"]) == 2


def test_the_origin_names_the_import_the_undo_and_the_bundle(office: Session, tmp_path: Path) -> None:
    importing.apply(office, importing.plan(office, MESSY), MESSY)
    key = str(office.read.rows(Query("detail_entry"))[0]["key"])
    _change(office, key, "department", "手改处")
    history.undo(office)
    told = [line.origin for line in history.of_cell(office, "detail_entry", key, "department")]
    assert told[:2] == ["撤销 修改责任处室", "手工填写"]
    assert history.of_record(office, "detail_entry", key)[-1].origin == "导入"


def test_a_change_that_came_by_bundle_names_the_file_and_the_sender(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    try:
        key = _add(office, planned_title="甲")
        path, _ = syncing.make_named(office, tmp_path)
        syncing.apply_bundle(bureau, path)
        (born,) = history.of_record(bureau, "detail_entry", key)
        assert born.origin == f"同步包 {path.name}（西湖区机关事务服务中心）"
        assert born.person == "陈立"
    finally:
        bureau.workspace.close()
        office.workspace.close()


def test_a_period_holds_both_its_days_and_nothing_else(office: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    key = _add(office, standard__title="甲", standard__number="GB/T 1")
    start = datetime.date.today() + datetime.timedelta(days=10)
    for days in range(4):
        at = datetime.datetime.combine(start + datetime.timedelta(days=days), datetime.time(23, 59))
        monkeypatch.setattr(workspace, "now", lambda at=at: int(at.timestamp() * 1000))
        _change(office, key, "standard.title", f"第{days}天")
    editing.delete_rows(office, "detail_entry", [key])
    first, last = (str(start + datetime.timedelta(days=days)) for days in (1, 2))
    assert [line.new for line in history.of_period(office, "detail_entry", first, last)] == ["第2天", "第1天"]
    whole = history.of_period(office, "detail_entry", str(datetime.date.today()), str(start + datetime.timedelta(9)))
    assert whole[0].field_label == "删除"
    assert len(whole) == 7


def test_too_long_a_period_is_refused_with_what_to_do(imported: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LONGEST", 10)
    with pytest.raises(Refusal, match="请缩短起止日期"):
        history.of_period(imported, "detail_entry", "2020-01-01", "2099-01-01")


def test_the_sheet_holds_every_change_in_order(office: Session) -> None:
    key = _add(office, planned_title="甲", department="一处")
    _change(office, key, "department", "二处", "局务会〔2026〕3号")
    lines = history.of_record(office, "detail_entry", key)
    document = history.sheet(office, lines, "本行：甲")
    assert document.title == "变更记录"
    assert [column.label for column in document.table.columns] == [
        "时间", "谁", "记录", "字段", "原值", "新值", "依据", "来源"]  # fmt: skip
    assert document.table.rows[0].cells[2:] == ("甲", "责任处室", "一处", "二处", "局务会〔2026〕3号", "手工填写")
    assert [field.value for field in document.head[0]] == ["西湖区机关事务服务中心", "本行：甲", "2"]


def test_a_month_later_the_bin_lists_the_last_deleted_first_and_gives_rows_back_with_what_went_with_them(
    office: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.write("建立检查表") as transaction:
        tops = [transaction.insert("checklist", {"code": code, "title": code}) for code in ("表一", "表二", "表三")]
        items = [transaction.insert("checklist_item", {"checklist": tops[0], "content": text}) for text in ("甲", "乙")]
    editing.delete_rows(office, "checklist_item", [items[1]])
    for top in (tops[1], tops[0]):
        editing.delete_rows(office, "checklist", [top])
    told = history.deletion(office, "checklist", tops[0])
    assert told is not None
    assert (told.person, told.label) == ("陈立", "删除 1 条检查表模板")
    month_later = workspace.now() + 31 * 24 * 3600 * 1000
    monkeypatch.setattr(workspace, "now", lambda: month_later)
    listed = Query("checklist", deleted=True)
    assert [str(row["key"]) for row in office.read.rows(listed)] == [tops[0], tops[1]]
    editing.restore_rows(office, "checklist", [tops[0], tops[1]])
    assert office.read.count(listed) == 0
    assert [row["key"] for row in office.read.rows(Query("checklist_item"))] == [items[0]]
    assert history.deletion(office, "checklist", tops[0]) is None
    back = history.of_record(office, "checklist", tops[0])[0]
    assert back.field_label == "恢复"
    assert back.at[:10] == str(datetime.date.today() + datetime.timedelta(days=31))
