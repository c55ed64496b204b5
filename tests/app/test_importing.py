"""Importing: the messy workbook of the sample, judged row by row, applied as one step."""

from pathlib import Path

import openpyxl
import pytest

from desktop.app import editing, history, importing, labels, statistics, system
from desktop.app.import_plan import CellChange, PlannedRow
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.errors import Cancelled, Refusal
from desktop.domain.query import Query, where
from desktop.domain.record import Cell
from desktop.store import backup, blobs
from tests.app.conftest import MESSY
from tests.libraries import dump

PATHS = ("standard.number", "standard.title", "code", "standard.level", "standard.published_on", "department",
         "standard.spare1", "standard.other_numbers", "planned_title", "node.code")  # fmt: skip


def _entries(session: Session) -> list[dict[str, Cell]]:
    rows = session.read.cells(Query("detail_entry"), PATHS)
    return [dict(zip(PATHS, row, strict=True)) for row in rows]


def _entry(session: Session, number: str) -> dict[str, Cell]:
    (row,) = [row for row in _entries(session) if row["standard.number"] == number]
    return row


def _line(rows: tuple[PlannedRow, ...], line: int) -> PlannedRow:
    return next(row for row in rows if row.line == line)


def _journal(session: Session) -> int:
    return int(session.read.connection.execute("SELECT count(*) FROM journal").fetchone()[0])


def _csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_every_row_of_the_messy_workbook_has_its_outcome(office: Session) -> None:
    plan = importing.plan(office, MESSY)
    assert plan.counts() == {"added": 66, "changed": 0, "equal": 0, "refused": 6}
    assert [(row.line, row.problems) for row in plan.of("refused")] == [
        (82, (("", "与第 9 行是同一条，只取先出现的一行"),)),
        (83, (("", "与第 45 行是同一条，只取先出现的一行"),)),
        (84, (("standard.title", "“标准名称”必填"),)),
        (85, (("standard.effective_on", "实施日期早于发布日期（2024-05-06）"),)),
        (86, (("standard.published_on", "“发布日期”看不懂“2023-02-30”，请写成 2022-11-07、2022-11 或 2022"),)),
        (87, (("standard.level", "“标准级别”没有“部颁”这一项，请选：国家标准、行业标准、省级地方标准、市级地方标准、"
               "县级地方标准、团体标准、内部标准、建设标准、国际标准"),)),
    ]  # fmt: skip


def test_totals_and_the_line_below_the_table_are_passed_over_with_their_text(office: Session) -> None:
    passed = dict(importing.plan(office, MESSY).passed_over)
    assert sorted(passed) == [17, 22, 28, 33, 37, 44, 48, 54, 60, 65, 71, 76, 88, 89]
    assert passed[17] == "合计行：小计 12项"
    assert passed[88] == "合计行：合计 71项"
    assert passed[89].startswith("表下的说明：填表人：孙样例")


def test_a_plan_writes_nothing(office: Session) -> None:
    before, lines = dump(office), _journal(office)
    importing.plan(office, MESSY)
    assert (dump(office), _journal(office)) == (before, lines)


def test_the_code_merged_over_twelve_rows_is_filled_down(office: Session) -> None:
    plan = importing.plan(office, MESSY)
    assert [_line(plan.rows, line).values["code"] for line in range(5, 17)] == ["JC1"] * 12
    assert _line(plan.rows, 19).values["code"] == "JC2"


def test_ditto_marks_take_the_cell_above(imported: Session) -> None:
    assert _entry(imported, "GB／T 1.2-2020")["department"] == "综合科"
    assert _entry(imported, "DB1411／T 62-2023")["department"] == "资产管理科"


def test_what_the_workbook_says_is_read_as_it_is_meant(imported: Session) -> None:
    assert _entry(imported, "GB/T 1.1—2020") == {
        "standard.number": "GB/T 1.1—2020", "standard.title": "标准化工作导则 第1部分：标准化文件的结构和起草规则",
        "code": "JC1", "standard.level": "national", "standard.published_on": "2020-03", "department": "综合科",
        "standard.spare1": "标准化工作导则", "standard.other_numbers": None, "planned_title": None, "node.code": "JC1",
    }  # fmt: skip
    assert _entry(imported, "GB/T 36710—2018")["standard.published_on"] == "2018-09-17"
    assert _entry(imported, "DB14/T 2005-2020")["standard.published_on"] == "2020"


def test_two_numbers_beside_two_titles_are_two_standards(imported: Session) -> None:
    assert _entry(imported, "GB/T 42966-2023")["standard.title"] == "餐饮业反食品浪费管理通则"
    assert _entry(imported, "GB/T 42967-2023")["standard.title"] == "机关食堂反食品浪费工作指南"


def test_two_numbers_of_one_document_are_one_standard(imported: Session) -> None:
    row = _entry(imported, "LS/T 1301—2022")
    assert row["standard.other_numbers"] == "GC/T 1801—2022"


def test_unknown_columns_are_kept_in_labelled_spare_fields(imported: Session) -> None:
    assert labels.spare_labels(imported) == {
        "standard.spare1": "子体系名称", "standard.spare2": "核对人", "standard.spare3": "文件存放位置",
    }  # fmt: skip
    shown = {column.path for column in labels.columns_in_use(imported, "detail_entry")}
    assert "standard.spare3" in shown and "standard.spare4" not in shown


def test_the_next_file_with_the_same_unknown_column_uses_the_same_field(imported: Session, tmp_path: Path) -> None:
    path = _csv(tmp_path / "b.csv", "标准号,标准名称,文件存放位置,新列\nGB/T 19000-2016,质量管理,三号柜,甲\n")
    plan = importing.plan(imported, path)
    assert plan.labels == {"standard.spare4": "新列"}
    importing.apply(imported, plan)
    (row,) = [row for row in imported.read.rows(Query("standard")) if row["title"] == "质量管理"]
    assert (row["spare3"], row["spare4"]) == ("三号柜", "甲")


def test_a_planned_entry_has_no_standard_and_keeps_what_else_was_said(imported: Session) -> None:
    (row,) = imported.read.rows(Query("detail_entry", where(planned_title="机关物业服务质量评价规范")))
    assert (row["standard"], row["planned_level"], row["code"]) == (None, "municipal", "HQ7")
    assert row["notes"] == "子体系名称：服务评价"


def test_a_standard_at_a_second_node_is_one_standard_and_counts_once(imported: Session) -> None:
    rows = [row for row in _entries(imported) if str(row["standard.number"]) == "GB/T 13016－2018"]
    assert {row["code"] for row in rows} == {"JC1", "JC3"}
    assert (imported.read.count(Query("detail_entry")), imported.read.count(Query("standard"))) == (66, 64)
    total = statistics.table(imported, as_of="2026-11-21").groups[0].total
    assert (total.planned.value, len(total.planned.keys)) == (65, 66)
    assert (total.present.value, total.drafting.value) == (64, 1)


def test_a_placement_is_taken_once_however_many_places_the_standard_has(office: Session, tmp_path: Path) -> None:
    lines = ["体系编号,标准号,标准名称,备注", *(f"{code},GB/T 55555-2020,双位,{note}" for code, note in (
        ("JC1-90", "甲"), ("ZC1-90", "乙"), ("ZC1-90", "丙"), ("JC1-90", "丁"), ("HQ1-90", "戊")))]  # fmt: skip
    path = _csv(tmp_path / "a.csv", "\n".join(lines) + "\n")
    for counts in (("added", 3), ("equal", 3)):
        plan = importing.plan(office, path)
        assert [row.problems[0][1] for row in plan.of("refused")] == [
            "与第 3 行是同一条，只取先出现的一行", "与第 2 行是同一条，只取先出现的一行"
        ]  # fmt: skip
        assert plan.counts() == {"added": 0, "changed": 0, "equal": 0, "refused": 2, **dict([counts])}
        importing.apply(office, plan, path)
    notes = office.read.cells(Query("detail_entry"), ("code", "notes"))
    assert sorted(notes) == [("HQ1-90", "戊"), ("JC1-90", "甲"), ("ZC1-90", "乙")]


def test_entries_stand_in_the_order_of_the_file_at_the_nearest_node(imported: Session) -> None:
    rows = imported.read.cells(Query("detail_entry"), ("position", "code", "node.code"))
    codes = [str(code) for _, code, _ in sorted(rows, key=lambda row: str(row[0]))]
    assert codes[:13] == ["JC1"] * 12 + ["JC2"] and codes[-1] == "HQ7"
    assert all(str(code).startswith(str(node)) for _, code, node in rows)


def test_the_number_tells_level_and_nature_whatever_the_file_says(office: Session, tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv", "标准号,标准名称,级别\nGB 55037-2022,甲,\nGB/T 1.1-2020,乙,行标\n办事指南1,丙,\n")
    importing.apply(office, importing.plan(office, path))
    rows = {row["title"]: (row["level"], row["nature"]) for row in office.read.rows(Query("standard"))}
    assert rows == {"甲": ("national", "mandatory"), "乙": ("national", "recommended"), "丙": ("internal", None)}


def test_a_second_time_changes_nothing(imported: Session) -> None:
    before, lines = dump(imported), _journal(imported)
    plan = importing.plan(imported, MESSY)
    assert plan.counts() == {"added": 0, "changed": 0, "equal": 66, "refused": 6}
    assert not importing.apply(imported, plan, MESSY)
    assert (dump(imported), _journal(imported)) == (before, lines)


def test_an_edited_file_changes_the_edited_cells_alone(imported: Session, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(MESSY)
    page = book.worksheets[0]
    page["E5"] = "标准化工作导则 第1部分：结构和起草规则"
    page["K46"] = "办公室"
    page["N46"] = None
    book.save(tmp_path / "edited.xlsx")
    lines = _journal(imported)
    plan = importing.plan(imported, tmp_path / "edited.xlsx")
    assert [(row.line, [change.path for change in row.changes]) for row in plan.of("changed")] == [
        (5, ["standard.title"]), (46, ["department"]),
    ]  # fmt: skip
    assert _line(plan.rows, 46).changes == (CellChange("department", "资产管理科", "办公室"),)
    changes = importing.apply(imported, plan)
    assert _journal(imported) == lines + 2
    assert {ledger: len(keys) for ledger, keys in changes.keys.items()} == {"standard": 1, "detail_entry": 1}


def test_a_changed_code_moves_the_entry_to_its_node(imported: Session, tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv", "体系编号,标准号,标准名称\nZC3.1,YLJG/ZC 501-2024,公物仓入仓验收规程\n")
    importing.apply(imported, importing.plan(imported, path))
    row = _entry(imported, "YLJG/ZC 501-2024")
    assert (row["code"], row["node.code"]) == ("ZC3.1", "ZC3.1")


def test_a_deleted_entry_comes_back_to_the_standard_it_had(imported: Session) -> None:
    (key,) = [row["key"] for row in imported.read.rows(Query("detail_entry"))
              if imported.read.caption("detail_entry", str(row["key"])).startswith("GB/T 39910")]  # fmt: skip
    editing.delete_rows(imported, "detail_entry", [str(key)])
    standards = imported.read.count(Query("standard"))
    plan = importing.plan(imported, MESSY)
    assert plan.counts() == {"added": 1, "changed": 0, "equal": 65, "refused": 6}
    changes = importing.apply(imported, plan)
    assert imported.read.count(Query("standard")) == standards
    assert not changes.of("standard")


def test_an_import_is_one_step_named_after_the_file_preceded_by_a_backup(office: Session) -> None:
    changes = importing.apply(office, importing.plan(office, MESSY), MESSY)
    assert changes.label == history.undo_label(office) == "导入 messy.xlsx（新增 66，更新 0）"
    assert [item.reason for item in backup.backups(office.workspace.folder)] == ["导入前"]
    assert importing.undoable_batches(office) == [(changes.tx, changes.label)]


def test_the_source_file_is_kept_as_it_was(imported: Session) -> None:
    (row,) = imported.read.rows(Query("attachment"))
    kept = blobs.place(imported.workspace.folder, str(row["sha256"])).read_bytes()
    assert kept == MESSY.read_bytes() and row["size"] == len(kept)


def test_undo_leaves_live_rows_as_before_and_redo_brings_all_back(office: Session) -> None:
    before = dump(office)
    changes = importing.apply(office, importing.plan(office, MESSY), MESSY)
    after = dump(office)
    assert history.undo_step(office, changes.tx).skipped == ()
    assert dump(office) == before
    history.redo(office)
    assert dump(office) == after


def test_undo_keeps_a_row_edited_since_with_its_standard_and_lists_it(imported: Session) -> None:
    ((batch, _),) = importing.undoable_batches(imported)
    (row,) = [row for row in imported.read.rows(Query("detail_entry")) if row["code"] == "JC5"
              and imported.read.caption("detail_entry", str(row["key"])).startswith("GB/T 9704")]  # fmt: skip
    key = str(row["key"])
    editing.edit_cells(imported, "detail_entry", [editing.Edit(key, "department", "办公室")])
    assert history.later_edits(imported, batch) == ["GB/T 9704—2012 党政机关公文格式：责任处室"]
    changes = history.undo_step(imported, batch)
    assert set(changes.skipped) == {("detail_entry", key, ""), ("standard", row["standard"], "")}
    assert [found["key"] for found in imported.read.rows(Query("detail_entry"))] == [key]
    assert imported.read.caption("detail_entry", key) == "GB/T 9704—2012 党政机关公文格式"
    assert imported.read.count(Query("system_node")) > 30, "what stood before the import stays"


def test_undo_of_an_update_restores_the_old_cells(imported: Session, tmp_path: Path) -> None:
    before = dump(imported)
    path = _csv(tmp_path / "a.csv", "标准号,标准名称,责任部门\nGB/T 39910-2021,新名称,甲处\nGB/T 1-2000,新标准,乙处\n")
    plan = importing.plan(imported, path)
    assert plan.counts() == {"added": 1, "changed": 1, "equal": 0, "refused": 0}
    history.undo_step(imported, importing.apply(imported, plan).tx)
    assert dump(imported) == before


@pytest.mark.parametrize("stop_at", ["读取文件", "逐行检查"])
def test_a_cancelled_plan_ends_at_once(office: Session, stop_at: str) -> None:
    job = Job(lambda text, _done, _total: job.cancel() if text == stop_at else None)
    with pytest.raises(Cancelled):
        importing.plan(office, _long_file(office.workspace.folder.parent), job=job)


@pytest.mark.parametrize("done", [0, 200, 400])
def test_a_cancelled_import_leaves_everything_as_before(office: Session, done: int) -> None:
    plan = importing.plan(office, _long_file(office.workspace.folder.parent))
    before, lines = dump(office), _journal(office)
    job = Job(lambda text, at, _total: job.cancel() if (text, at) == ("写入", done) else None)
    with pytest.raises(Cancelled):
        importing.apply(office, plan, job=job)
    assert (dump(office), _journal(office)) == (before, lines)
    assert importing.apply(office, plan).of("detail_entry"), "the library still takes writes"


def _long_file(folder: Path) -> Path:
    rows = "\n".join(f"GB/T {number}-2020,标准 {number}" for number in range(1, 700))
    return _csv(folder / "long.csv", f"标准号,标准名称\n{rows}\n")


def test_progress_is_told_in_words_and_parts(office: Session) -> None:
    told: list[tuple[str, int, int]] = []
    job = Job(lambda *step: told.append(step))
    importing.apply(office, importing.plan(office, _long_file(office.workspace.folder.parent), job=job), job=job)
    assert told == [("读取文件", 0, 0), *(("逐行检查", at, 699) for at in (0, 200, 400, 600)), ("备份", 0, 0),
                    *(("写入", at, 699) for at in (0, 200, 400, 600))]  # fmt: skip


def test_a_row_deleted_after_the_preview_is_refused_and_nothing_is_written(imported: Session, tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv", "标准号,标准名称\nGB/T 1-2000,新标准\nGB/T 39910-2021,新名称\n")
    plan = importing.plan(imported, path)
    editing.delete_rows(imported, "detail_entry", [plan.of("changed")[0].key])
    before = dump(imported)
    with pytest.raises(Refusal, match="预览之后台账又有改动"):
        importing.apply(imported, plan)
    assert dump(imported) == before


def test_a_csv_of_an_older_office_program_is_read(office: Session, tmp_path: Path) -> None:
    path = _csv(tmp_path / "旧.csv", "标准号,标准名称,责任部门\nGB/T 9704—2012,党政机关公文格式,综合科\n", "gb18030")
    plan = importing.plan(office, path)
    assert plan.counts()["added"] == 1
    importing.apply(office, plan)
    assert _entry(office, "GB/T 9704—2012")["standard.title"] == "党政机关公文格式"


def test_organisations_and_persons_are_imported_by_the_same_way(office: Session, tmp_path: Path) -> None:
    units = _csv(tmp_path / "u.csv", "单位名称,类别,联系电话\n行政服务中心,处室或受检单位,0571-1\n图书馆,怪类别,\n")
    plan = importing.plan(office, units, "organisation")
    assert plan.counts() == {"added": 1, "changed": 0, "equal": 0, "refused": 1}
    importing.apply(office, plan)
    people = _csv(tmp_path / "p.csv", "姓名,单位,职务,专兼职,应训\n张三,行政服务中心,科员,专职,是\n张三,,主任,兼,否\n"
                                      "李四,没有的单位,,,\n,行政服务中心,科员,,\n")  # fmt: skip
    plan = importing.plan(office, people, "person")
    assert [(row.line, row.problems[0][1]) for row in plan.of("refused")] == [
        (4, "“单位”里没有“没有的单位”，请先在“单位”中建立，或改用已有的"),
        (5, "这一行没有填姓名和单位或姓名，认不出是哪一条"),
    ]
    importing.apply(office, plan)
    names = ("name", "unit.name", "post", "duty", "must_train")
    assert set(office.read.cells(Query("person", where(name="张三")), names)) == {
        ("张三", "行政服务中心", "科员", "full", 1), ("张三", None, "主任", "part", 0),
    }  # fmt: skip
    assert importing.plan(office, people, "person").counts()["equal"] == 2


def test_a_title_that_two_standards_bear_names_neither(office: Session, tmp_path: Path) -> None:
    rows = "DB11/T 1-2020,公务用车管理规范,甲处\nDB12/T 2-2021,公务用车管理规范,甲处\n,会议服务规范,甲处\n"
    importing.apply(office, importing.plan(office, _csv(tmp_path / "a.csv", f"标准号,标准名称,责任部门\n{rows}")))
    path = _csv(tmp_path / "b.csv", "标准号,标准名称,责任部门\n,公务用车管理规范,乙处\n,会议服务规范,乙处\n")
    plan = importing.plan(office, path)
    assert [row.outcome for row in plan.rows] == ["refused", "changed"]
    assert plan.rows[0].problems == (("", "已有 2 条与这一行同名，请写全标准号或标准名称或待制定标准名称再导入"),)


def test_without_a_system_the_import_begins_one(tmp_path: Path) -> None:
    from tests.libraries import lone_office

    office = lone_office(tmp_path)
    try:
        importing.apply(office, importing.plan(office, MESSY))
        assert office.read.count(Query("detail_entry", where(version=system.own_version(office)))) == 66
        assert importing.plan(office, MESSY).counts()["equal"] == 66
    finally:
        office.workspace.close()


def test_a_person_may_map_the_columns_otherwise(office: Session, tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv", "标准号,标准名称,责任部门\nGB/T 1-2000,甲,综合科\n")
    plan = importing.plan(office, path, mapping={0: "standard.number", 1: "standard.title", 2: "notes"})
    assert plan.rows[0].values["notes"] == "综合科" and "department" not in plan.rows[0].values


def test_a_name_of_no_ledger_is_refused(office: Session) -> None:
    with pytest.raises(Refusal, match="没有名为“x”的台账，可用 standards、organisations、persons"):
        importing.ledger_named(office, "x")
    assert importing.ledger_named(office, "standards") == "detail_entry"
