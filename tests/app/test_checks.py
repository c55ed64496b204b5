"""Every check of 数据体检: what it is to find is found at its cell, and what is in order is left alone."""

import csv
from pathlib import Path

import pytest

from desktop.app import duplicates, editing, health, system
from desktop.app.checks import CHECKS
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.errors import Cancelled
from desktop.domain.query import Query, where
from desktop.domain.record import Cell
from desktop.store import blobs
from tests.libraries import node_of


def _insert(session: Session, ledger: str, **cells: Cell) -> str:
    with session.write("装入") as transaction:
        return transaction.insert(ledger, cells)


def _entry(session: Session, **cells: Cell) -> str:
    place = {"version": system.own_version(session), "code": "ZC5.1", "node": node_of(session, "ZC5.1")}
    return _insert(session, "detail_entry", **{**place, **cells})


def _told(session: Session) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.key, finding.path) for finding in health.check(session)]


def test_checks_are_declared_once_and_say_what_to_do() -> None:
    codes = [check.code for check in CHECKS]
    assert len(codes) == len(set(codes))
    assert all(check.title and check.advice for check in CHECKS)


def test_entries_without_a_node_and_codes_beside_their_node(office: Session) -> None:
    nodes = {row["code"]: row["key"] for row in office.read.rows(Query("system_node"))}
    unplaced = _entry(office, planned_title="有编号", node=None)
    lost = _entry(office, planned_title="甲", code="XX1", node=None)
    blank = _entry(office, planned_title="乙", code=None, node=None)
    beside = _entry(office, planned_title="丙", code="JC1.1", node=nodes["ZC5"])
    _entry(office, planned_title="丁", code=" zc5.3", node=nodes["ZC5"])
    assert sorted(_told(office)) == sorted(
        [("no_node", key, "node.code") for key in (unplaced, lost, blank)] + [("code_elsewhere", beside, "code")]
    )


def test_one_code_in_two_spellings_is_one_code_twice(office: Session) -> None:
    row = next(row for row in office.read.rows(Query("system_node")) if row["code"] == "ZC5")
    again = _insert(office, "system_node", version=row["version"], code="zc 5", name="又一个")
    told = [finding for finding in health.check(office) if finding.code == "duplicate_code"]
    assert [(finding.key in (row["key"], again), finding.path) for finding in told] == [(True, "code")]


@pytest.mark.parametrize(("due", "late"), [("2020", True), ("2026-01", True), ("2026-11-20", True),
                                          ("2026-11-21", False), ("2026-11", False), ("2026", False), ("2027", False)])  # fmt: skip
def test_plans_are_overdue_once_their_whole_period_is_over(
    office: Session, monkeypatch: pytest.MonkeyPatch, due: str, *, late: bool
) -> None:
    monkeypatch.setattr(office, "today", lambda: "2026-11-21")
    key = _entry(office, planned_title="甲", planned_on=due)
    assert _told(office) == ([("plan_overdue", key, "planned_on")] if late else [])


def test_obsolete_standards_in_the_table_and_successors_outside_it(office: Session) -> None:
    old = _insert(office, "standard", number="GB/T 1.1-2009", title="旧", effective_on="2010-01-01")
    new = _insert(office, "standard", number="GB/T 1.1-2020", title="新", effective_on="2020-10-01")
    entry = _entry(office, standard=old)
    assert _told(office) == []
    duplicates.set_editions(office, new, [old])
    assert sorted(_told(office)) == sorted(
        [("obsolete_listed", entry, "standard.status"), ("successor_unlisted", entry, "standard.number")]
    )
    _entry(office, standard=new)
    assert _told(office) == [("obsolete_listed", entry, "standard.status")]
    editing.delete_rows(office, "detail_entry", [entry])
    assert _told(office) == []


def test_levels_dates_and_words_that_do_not_fit(office: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "today", lambda: "2026-11-21")
    level = _insert(office, "standard", number="DB33/T 2-2019", title="甲", level="national")
    word = _insert(office, "standard", title="乙", level="trade")
    day = _insert(office, "standard", title="丙", effective_on="2026-11", published_on="2025")
    due = _insert(office, "finding", code="ZG-1", problem="x", due_on="2026")
    bare = _insert(office, "standard", number="GB/T 9-2020")
    assert sorted(_told(office)) == sorted(
        [
            ("level_differs", level, "level"),
            ("unknown_word", word, "level"),
            ("day_needed", day, "effective_on"),
            ("day_needed", due, "due_on"),
            ("missing_required", bare, "title"),
        ]
    )


def test_misread_numbers_and_titles_without_number_are_alike(office: Session) -> None:
    _insert(office, "standard", number="GB/T 20001.1-2001", title="甲")
    _insert(office, "standard", number="GB/T 2OOO1.1-2001", title="乙")
    _insert(office, "standard", title="机关事务标准化工作指南")
    _insert(office, "standard", title="机关事务 标准化工作指南", number="DB43/T 2358-2022")
    _insert(office, "standard", title="公务用车使用管理规范", number="DB33/T 1-2020")
    _insert(office, "standard", title="公务用车使用管理规范", number="DB43/T 1-2020")
    alike = [finding for finding in health.check(office) if finding.code == "alike"]
    assert len(alike) == 2, "one title under two numbers is two standards"
    assert {finding.path for finding in alike} == {"number", "title"}


def test_attachments_whose_record_or_file_is_gone(office: Session) -> None:
    standard = _insert(office, "standard", title="甲")
    subject: dict[str, Cell] = {"subject_ledger": "standard", "subject_key": standard, "file_name": "a.pdf"}
    sha = blobs.put(office.workspace.folder, b"content")
    kept = _insert(office, "attachment", **subject, sha256=sha)
    _insert(office, "attachment", file_name="来源.xlsx", sha256=sha)
    assert health.check(office) == []
    _insert(office, "attachment", **subject, sha256="0" * 64)
    assert _told(office) == [("attachment_missing", standard, "")]
    editing.delete_rows(office, "standard", [standard])
    assert ("attachment_missing", kept, "") in _told(office)


def test_parts_of_bundles_set_aside_are_told(office: Session) -> None:
    office.workspace.connection.execute(
        "INSERT INTO sync_seg VALUES (1, 'h', 's', 1, 'd', 1, x'', x'', x'', 'held', 'refused', NULL)"
    )
    assert [finding.code for finding in health.check(office)] == ["sync_aside"]


def test_a_standard_is_mended_in_its_line_of_the_table(office: Session) -> None:
    standard = _insert(office, "standard", number="GB/T 1.1-2020", title="甲", level="group")
    (finding,) = health.check(office)
    assert health.target(office, finding) == ("standard", standard, "level")
    entry = _entry(office, standard=standard)
    assert health.target(office, finding) == ("detail_entry", entry, "standard.level")


def test_findings_are_exported_with_what_to_do(office: Session, tmp_path: Path) -> None:
    _insert(office, "standard", number="GB/T 1.1-2020", title="甲", level="group")
    findings = health.check(office)
    assert health.export(office, findings, tmp_path / "a.csv") == 1
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        head, row = csv.reader(file)
    assert head == ["序号", "程度", "检查项", "发现", "怎么办"]
    assert row[:3] == ["1", "要核对", "级别与标准号不符"]
    health.export(office, findings, tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").stat().st_size > 1000


def test_progress_is_told_and_a_stopped_run_ends(office: Session) -> None:
    steps: list[str] = []
    health.check(office, Job(lambda words, _done, _total: steps.append(words)))
    assert steps[0] == "核对数据文件"
    assert [step for step in steps if step.startswith("体检：")] == [f"体检：{check.title}" for check in CHECKS]
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        health.check(office, job)


def test_only_lines_of_versions_in_use_count(office: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    old = _insert(office, "system_version", name="旧版", state="history")
    _insert(office, "detail_entry", version=old, planned_title="甲", planned_on="2020")
    _insert(office, "system_node", version=old, code="A", name="甲")
    _insert(office, "system_node", version=old, code="A", name="乙")
    assert health.check(office) == []
    assert office.read.count(Query("system_node", where(version=old))) == 2
