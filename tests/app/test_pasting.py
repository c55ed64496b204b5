"""A pasted block: cells and new rows in one step, nothing good held back by what is refused."""

from desktop.app import editing, history, system
from desktop.app.editing import Edit
from desktop.app.pasting import NewRows, paste
from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.domain.record import Cell
from tests.libraries import dump

BEGIN = {"standard.title": "（新标准）"}


def _fixed(session: Session) -> dict[str, Cell]:
    return {"version": system.own_version(session)}


def test_cells_and_new_rows_are_one_step(office: Session) -> None:
    key = editing.add_row(office, "detail_entry", {"standard.title": "导则"}, fixed=_fixed(office))[1]
    before = dump(office)
    rows = [{"department": "甲处"}, {"standard.title": "第二项", "standard.number": "Q/XH 2-2026"}]
    pasted = paste(
        office, "detail_entry", [Edit(key, "department", "乙处")], NewRows(rows, BEGIN, _fixed(office)), "粘贴"
    )
    assert (len(pasted.keys), pasted.refused, pasted.unmade) == (2, (), ())
    titles = {title for (title,) in office.read.cells(Query("detail_entry"), ("standard.title",))}
    assert titles == {"导则", "（新标准）", "第二项"}
    history.undo(office)
    assert dump(office) == before
    history.redo(office)
    assert office.read.count(Query("detail_entry")) == 3


def test_pasted_codes_place_their_rows_at_the_nearest_node(office: Session) -> None:
    rows = [{"standard.title": "一", "code": "JC1-50"}, {"standard.title": "二", "code": "QQ1"}]
    paste(office, "detail_entry", [], NewRows(rows, {}, _fixed(office)), "粘贴")
    assert sorted(office.read.cells(Query("detail_entry"), ("code", "node.code"))) == [("JC1-50", "JC1"), ("QQ1", None)]


def test_a_new_row_is_made_without_its_refused_cells_which_are_told_with_its_key(office: Session) -> None:
    rows = [{"standard.published_on": "2024-13-01", "department": "甲处"}]
    pasted = paste(office, "detail_entry", [], NewRows(rows, BEGIN, _fixed(office)), "粘贴")
    (item,) = pasted.refused
    assert (item.edit.key, item.edit.path, item.edit.typed) == (
        pasted.keys[0], "standard.published_on", "2024-13-01"
    )  # fmt: skip
    assert "日期" in item.reason
    assert office.read.cells(Query("detail_entry"), ("department",)) == [("甲处",)]


def test_a_row_that_cannot_be_made_is_told_and_the_others_are_made(office: Session) -> None:
    rows = [{"department": "甲处"}, {"standard.title": "有名称"}]
    pasted = paste(office, "detail_entry", [], NewRows(rows, {}, _fixed(office)), "粘贴")
    assert len(pasted.keys) == 1
    assert len(pasted.unmade) == 1


def test_a_running_code_counts_up(office: Session) -> None:
    begin = {"code": "ZG2026-009", "problem": "（新问题）"}
    rows = [{"problem": "一"}, {"problem": "二"}, {"code": "ZG-自定", "problem": "三"}]
    paste(office, "finding", [], NewRows(rows, begin, {"found_on": "2026-01-05"}), "粘贴")
    found = office.read.cells(Query("finding"), ("code", "problem"))
    assert sorted(found) == [("ZG-自定", "三"), ("ZG2026-009", "一"), ("ZG2026-010", "二")]


def test_a_cell_is_written_only_while_it_holds_what_was_seen_in_it(office: Session) -> None:
    keys = [
        editing.add_row(office, "detail_entry", {"standard.title": title, "department": "甲处"}, fixed=_fixed(office))[
            1
        ]
        for title in ("一", "二", "三")
    ]
    editing.edit_cells(office, "detail_entry", [Edit(keys[1], "department", "甲处（改）")])
    editing.delete_rows(office, "detail_entry", [keys[2]])
    edits = [Edit(key, "department", "乙处") for key in keys]
    held = {(key, "department"): "甲处" for key in keys}
    pasted = paste(office, "detail_entry", edits, NewRows(()), "替换", held=held)
    assert (pasted.kept, pasted.refused) == (2, ())
    found = office.read.cells(Query("detail_entry"), ("standard.title", "department"))
    assert sorted(found) == [("一", "乙处"), ("二", "甲处（改）")]
