"""查重 and 合并: nothing that referred to a merged row is lost, one undo brings all of it back."""

import pytest

from desktop.app import duplicates, editing, history, system
from desktop.app.session import Session
from desktop.domain.duplicates import Likeness
from desktop.domain.errors import Refusal
from desktop.domain.query import Query, where
from desktop.domain.record import Cell
from tests.libraries import dump


def _insert(session: Session, ledger: str, *rows: dict[str, Cell]) -> list[str]:
    with session.write("装入") as transaction:
        return [transaction.insert(ledger, row) for row in rows]


def _standards(session: Session, *rows: dict[str, Cell]) -> list[str]:
    return _insert(session, "standard", *rows)


def test_merged_standards_keep_every_reference_and_come_back_with_one_undo(office: Session) -> None:
    version = system.own_version(office)
    keep, other, third = _standards(
        office, {"title": "甲", "number": "GB/T 1.1-2020"}, {"title": "乙", "number": "GB/T1.1—2020", "issuer": "国标委"},
        {"title": "丙", "number": "GB/T 1.1-2009"},
    )  # fmt: skip
    place: dict[str, Cell] = {"version": version, "code": "ZC5.1"}
    entries = _insert(office, "detail_entry", {**place, "standard": keep}, {**place, "standard": other},
                      {**place, "standard": other, "code": "ZC5.2"})  # fmt: skip
    links = _insert(office, "standard_link", {"standard": other, "kind": "replaces", "other": third},
                    {"standard": keep, "kind": "cites", "other": other})  # fmt: skip
    (attached,) = _insert(office, "attachment", {"subject_ledger": "standard", "subject_key": other, "file_name": "a"})
    before = dump(office)
    changes = duplicates.merge(office, "standard", keep, [other], {"title": "乙"})
    assert changes.label == "合并 2 条标准"
    row = office.read.row("standard", keep)
    assert row is not None and (row["title"], row["issuer"], row["number"]) == ("乙", "国标委", "GB/T 1.1-2020")
    assert office.read.row("standard", other) is None
    left = office.read.rows(Query("detail_entry", where(standard=keep)))
    assert {row["key"] for row in left} == {entries[0], entries[2]}, "one line for each place"
    link = office.read.row("standard_link", links[0])
    assert link is not None and link["standard"] == keep
    assert office.read.row("standard_link", links[1]) is None, "no standard cites itself"
    attachment = office.read.row("attachment", attached)
    assert attachment is not None and attachment["subject_key"] == keep
    history.undo(office)
    assert dump(office) == before


def test_three_become_one_and_the_same_relation_stays_once(office: Session) -> None:
    keep, one, two, old = _standards(
        office, {"title": "甲", "number": "GB 1-2020"}, {"title": "甲", "number": "GB 1—2020"},
        {"title": "甲", "number": "GB1-2020"}, {"title": "旧", "number": "GB 1-2009"},
    )  # fmt: skip
    _insert(office, "standard_link", {"standard": one, "kind": "replaces", "other": old},
            {"standard": two, "kind": "replaces", "other": old})  # fmt: skip
    duplicates.merge(office, "standard", keep, [one, two], {})
    (link,) = office.read.rows(Query("standard_link"))
    assert (link["standard"], link["other"]) == (keep, old)
    assert duplicates.find(office, "standard") == [], "both editions are linked now"


def test_units_persons_and_detail_entries_merge_too(office: Session) -> None:
    unit, same, below = _insert(
        office, "organisation", {"name": "一所"}, {"name": "一 所", "phone": "1"}, {"name": "二所"}
    )
    with office.write("改") as transaction:
        transaction.update("organisation", below, {"superior": same})
        transaction.update("organisation", unit, {"superior": same})
    people = _insert(office, "person", {"name": "李明", "unit": same}, {"name": "李明", "unit": unit})
    duplicates.merge(office, "organisation", unit, [same], {})
    kept, lower = office.read.row("organisation", unit), office.read.row("organisation", below)
    assert kept is not None and kept["superior"] is None and kept["phone"] == "1"
    assert lower is not None and lower["superior"] == unit
    (group,) = duplicates.find(office, "person")
    assert group.likeness is Likeness.TITLE and set(group.keys) == set(people)
    duplicates.merge(office, "person", people[0], [people[1]], {})
    assert duplicates.find(office, "person") == []
    version = system.own_version(office)
    entries = _insert(office, "detail_entry", {"version": version, "planned_title": "甲"},
                      {"version": version, "planned_title": "甲", "department": "一处"})  # fmt: skip
    duplicates.merge(office, "detail_entry", entries[0], [entries[1]], {})
    entry = office.read.row("detail_entry", entries[0])
    assert entry is not None and entry["department"] == "一处"


def test_what_cannot_be_merged_is_refused_and_nothing_changes(office: Session) -> None:
    early, late = _standards(
        office, {"title": "甲", "published_on": "2020-01-01", "effective_on": "2020-02-01"},
        {"title": "甲", "published_on": "2021-01-01", "effective_on": "2021-02-01"},
    )  # fmt: skip
    before = dump(office)
    with pytest.raises(Refusal, match="实施日期早于发布日期"):
        duplicates.merge(office, "standard", late, [early], {"effective_on": "2020-02-01"})
    with pytest.raises(Refusal, match="至少选两条"):
        duplicates.merge(office, "standard", late, [late], {})
    with pytest.raises(Refusal, match=r"本单位只能|由该单位修改"):
        duplicates.merge(office, "standard", late, ["330102.aaaa-00000000000000000000000000"], {})
    assert dump(office) == before
    editing.delete_rows(office, "standard", [early])
    with pytest.raises(Refusal, match="已被删除"):
        duplicates.merge(office, "standard", late, [early], {})


def test_units_whose_merging_would_close_a_circle_are_refused(office: Session) -> None:
    top, middle, bottom = _insert(office, "organisation", {"name": "上"}, {"name": "中"}, {"name": "下"})
    with office.write("改") as transaction:
        transaction.update("organisation", middle, {"superior": top})
        transaction.update("organisation", bottom, {"superior": middle})
    with pytest.raises(Refusal, match="绕成圈"):
        duplicates.merge(office, "organisation", bottom, [top], {})


def test_what_is_kept_apart_is_not_shown_again_until_another_comes(office: Session) -> None:
    keys = _standards(office, {"title": "机关事务标准化工作指南"}, {"title": "机关事务标准化工作指南"})
    (group,) = duplicates.find(office, "standard")
    duplicates.keep_apart(office, "standard", group.keys)
    assert duplicates.find(office, "standard") == []
    history.undo(office)
    assert duplicates.find(office, "standard") == [group]
    history.redo(office)
    keys += _standards(office, {"title": "机关事务标准化工作指南"})
    (wider,) = duplicates.find(office, "standard")
    assert set(wider.keys) == set(keys)


def test_editions_become_a_replacement(office: Session) -> None:
    old, new = _standards(office, {"title": "甲", "number": "GB/T 1.1-2009", "effective_on": "2010-01-01"},
                          {"title": "乙", "number": "GB/T 1.1-2020", "effective_on": "2020-10-01"})  # fmt: skip
    assert duplicates.find(office, "standard")[0].likeness is Likeness.EDITION
    duplicates.set_editions(office, new, [old])
    assert duplicates.find(office, "standard") == []
    states = set(office.read.cells(Query("standard", as_of="2024-01-01"), ("key", "status")))
    assert states == {(old, "superseded"), (new, "current")}


def test_only_differing_fields_are_shown(office: Session) -> None:
    one, two = _standards(office, {"title": "甲", "issuer": "国标委"}, {"title": "乙", "issuer": "国标委"})
    assert [(field.name, cells) for field, cells in duplicates.differing(office, "standard", [one, two])] == [
        ("title", ("甲", "乙"))
    ]
