"""Two PCs of an office enter the same standard, neither knowing of the other's: after the exchange it is one finding of
数据体检, which merging settles for everybody."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop.app import attachments, duplicates, editing, health, history, settling, syncing
from desktop.app.attachments import Given
from desktop.app.session import Session
from desktop.domain.duplicates import Likeness
from desktop.domain.query import Query
from tests.libraries import pair, version_of
from tests.sync.mailing import Mail, second_pc

NUMBER = "GB/T 2589-2020"


class Office:
    """A bureau and two PCs of an office that share a system version; each PC entered the same standard."""

    def __init__(self, folder: Path) -> None:
        self.bureau, self.one = pair(folder)
        self.two = second_pc(self.bureau, self.one, folder)
        self.mail = Mail(folder)
        version = version_of(self.one)
        self.exchange()
        self.keys = [self._enter(pc, version, note) for pc, note in ((self.one, "甲"), (self.two, "乙"))]
        self.exchange()

    @property
    def everybody(self) -> tuple[Session, Session, Session]:
        return self.one, self.two, self.bureau

    def _enter(self, session: Session, version: str, word: str) -> str:
        editing.add_row(
            session, "detail_entry",
            {"standard.number": NUMBER, "standard.title": "综合能耗计算通则", "department": f"{word}处"},
            fixed={"version": version},
        )  # fmt: skip
        (key,) = (str(row["key"]) for row in session.read.rows(Query("standard")) if row["number"] == NUMBER)
        attachments.add(session, "standard", key, [Given(f"{word}.pdf", f"%PDF {word}".encode())])
        return key

    def exchange(self) -> None:
        """Every way twice."""
        for _ in range(2):
            for pc in (self.one, self.two):
                self.mail.send(pc, self.bureau)
            path = self.mail.make(self.bureau, self.one.identity.organisation)
            for pc in (self.one, self.two):
                syncing.apply_bundle(pc, path)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    with closing(found.bureau.workspace), closing(found.one.workspace), closing(found.two.workspace):
        yield found


def _findings(session: Session) -> list[tuple[str, str]]:
    return sorted((item.code, item.key) for item in health.check(session) if item.ledger == "standard")


def _live(session: Session) -> list[str]:
    return [str(row["key"]) for row in session.read.rows(Query("standard"))]


def test_the_same_standard_of_two_pcs_is_one_finding_everywhere_and_no_conflict(office: Office) -> None:
    assert len(set(office.keys)) == 2
    for session in office.everybody:
        assert set(_live(session)) == set(office.keys), "an exchange never throws a row away"
        assert settling.conflicts(session) == []
        (group,) = duplicates.find(session, "standard")
        assert set(group.keys) == set(office.keys) and group.likeness is Likeness.NUMBER
        assert {code for code, _ in _findings(session)} >= {"duplicate_number"}


def test_merging_on_one_pc_settles_it_for_everybody(office: Office) -> None:
    keep, other = office.keys
    duplicates.merge(office.two, "standard", keep, [other], {})
    assert "保留" in {line.field_label for line in history.of_record(office.two, "standard", keep)}
    office.exchange()
    for session in office.everybody:
        assert _live(session) == [keep]
        assert duplicates.find(session, "standard") == []
        assert "duplicate_number" not in {code for code, _ in _findings(session)}
        assert settling.conflicts(session) == []
        names = {item.name for item in attachments.of_record(session, "standard", keep)}
        assert names == {"甲.pdf", "乙.pdf"}
        assert {row["standard"] for row in session.read.rows(Query("detail_entry"))} == {keep}


def test_two_opposite_mergers_at_once_are_conflicts_and_one_decision_each_mends_them(office: Office) -> None:
    """Each PC keeps its own row and drops the other's: without asking, both rows would be gone."""
    first, second = office.keys
    duplicates.merge(office.one, "standard", first, [second], {})
    duplicates.merge(office.two, "standard", second, [first], {})
    office.exchange()
    lines = {str(row["key"]) for dropped in (False, True)
             for row in office.one.read.rows(Query("detail_entry", deleted=dropped))}  # fmt: skip
    for session in office.everybody:
        asked = {(item.ledger, item.key, item.name) for item in settling.conflicts(session)}
        assert asked >= {("standard", first, "_del"), ("standard", second, "_del")}
        assert asked >= {("detail_entry", key, "_del") for key in lines}
    for item in settling.conflicts(office.one):
        if item.name == "_del":
            settling.settle(office.one, item, 0)
    office.exchange()
    for session in office.everybody:
        assert set(_live(session)) == {first, second}
        assert "_del" not in {item.name for item in settling.conflicts(session)}
    for item in settling.conflicts(office.one):
        settling.settle(office.one, item, item.options[0].value)
    duplicates.merge(office.one, "standard", first, [second], {})
    office.exchange()
    for session in office.everybody:
        assert _live(session) == [first]
        assert settling.conflicts(session) == []
        assert duplicates.find(session, "standard") == []
        (line,) = session.read.rows(Query("detail_entry"))
        assert line["standard"] == first
