"""代替关系: many to many, in part, in both directions; the state follows; nothing replaces itself."""

from typing import Any

import pytest

from desktop.app import history, replacements
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Op, Query, Test
from desktop.domain.record import Cell
from desktop.store.reading import Reader


@pytest.fixture
def keys(office: Session) -> dict[str, str]:
    rows: list[dict[str, Cell]] = [
        {"number": "GB/T 1.1-2020", "title": "导则新版", "effective_on": "2020-10-01"},
        {"number": "GB/T 1.1-2009", "title": "导则旧版", "effective_on": "2010-01-01"},
        {"number": "GB/T 20000.1-2002", "title": "指南", "effective_on": "2003-01-01"},
    ]
    with office.write("装入") as transaction:
        return {str(row["number"]): transaction.insert("standard", row) for row in rows}


def _status(session: Session, key: str) -> object:
    query = Query("standard", as_of="2024-01-01")
    ((status,),) = session.read.cells(query.also(Test("key", Op.IN, (key,))), ("status",))
    return status


def test_a_replacement_is_seen_from_both_sides_and_ends_the_old_standard(office: Session, keys: dict[str, str]) -> None:
    new, old, part = keys.values()
    replacements.add(office, new, "replaces", "ＧＢ/Ｔ 1.1—2009")
    replacements.add(office, part, "replaces_part", "GB/T 1.1-2020", by=True)
    out, _ = replacements.of_standard(office, new)
    assert [(link.kind, link.other) for link in out] == [("replaces", old), ("replaces_part", part)]
    _, into = replacements.of_standard(office, old)
    assert [(link.kind, link.caption) for link in into] == [("replaces", "GB/T 1.1-2020 导则新版")]
    assert (_status(office, old), _status(office, part)) == ("superseded", "current")
    replacements.remove(office, [into[0].key])
    assert _status(office, old) == "current"
    history.undo(office)
    assert _status(office, old) == "superseded"


def test_a_standard_not_kept_here_is_known_by_its_number(office: Session, keys: dict[str, str]) -> None:
    new = keys["GB/T 1.1-2020"]
    replacements.add(office, new, "cites", "GB/T 20001.5-2017")
    ((link,), _) = replacements.of_standard(office, new)
    assert (link.other, link.caption) == ("", "GB/T 20001.5-2017（不在本库）")


def test_what_makes_no_sense_is_refused(office: Session, keys: dict[str, str]) -> None:
    new, old, _ = keys.values()
    replacements.add(office, new, "replaces", "GB/T 1.1-2009")
    for sentence, standard, number, by in (
        ("不能代替或引用自己", new, "GB/T 1.1-2020", False),
        ("已经登记过", new, "GB/T 1.1-2009", False),
        ("已经直接或间接代替", old, "GB/T 1.1-2020", False),
        ("请填另一项标准的标准号", new, " ", False),
        ("先把它加入标准明细", new, "GB/T 9-2020", True),
    ):
        with pytest.raises(Refusal, match=sentence):
            replacements.add(office, standard, "replaces", number, by=by)
    replacements.add(office, new, "cites", "GB/T 1.1-2009")
    assert office.read.count(Query("standard_link")) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GB/T 1.1—2009、GB/T 20000.1-2002", [("replaces", "GB/T 1.1—2009", True), ("replaces", "GB/T 20000.1-2002", True)]),
        ("代替：GB/T 1.1-2009；部分代替 GB/T 1.2-2002", [("replaces", "GB/T 1.1-2009", True), ("replaces_part", "GB/T 1.2-2002", False)]),
        ("GB/T 1.1-2009 GB/T 1.1—2009", [("replaces", "GB/T 1.1-2009", True)]),
        ("见公告", []),
        ("", []),
    ],
)  # fmt: skip
def test_free_text_suggests_relations_not_yet_told(
    office: Session, keys: dict[str, str], text: str, expected: list[tuple[str, str, bool]]
) -> None:
    new = keys["GB/T 1.1-2020"]
    with office.write("改") as transaction:
        transaction.update("standard", new, {"replaces": text})
    found = replacements.suggest(office, new)
    assert [(one.kind, one.number, bool(one.standard)) for one in found] == expected
    if found:
        replacements.add_suggested(office, new, found)
        assert replacements.suggest(office, new) == []
        assert len(replacements.of_standard(office, new)[0]) == len(found)
        history.undo(office)
        assert replacements.of_standard(office, new) == ([], [])


def test_our_own_standards_are_offered_first(office: Session, keys: dict[str, str]) -> None:
    assert replacements.offered(office, "dz")[0][1].startswith("导则")
    assert replacements.offered(office, "20000") == [("GB/T 20000.1-2002", "指南")]
    assert replacements.offered(office, " ") == []


def test_no_more_rows_are_looked_at_than_are_offered(
    office: Session, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.write("多") as transaction:
        transaction.insert_many("standard", ("number", "title"), [(f"Q/DZ {n}", "导则") for n in range(50)])
        transaction.insert_many("standard", ("title",), [("导则",)] * 50)
    read, found = Reader.cells, list[int]()

    def cells(reader: Reader, *asked: Any, **more: Any) -> Any:
        rows = read(reader, *asked, **more)
        found.append(len(rows))
        return rows

    monkeypatch.setattr(Reader, "cells", cells)
    assert len(replacements.offered(office, "导则")) == 20 == max(found)
