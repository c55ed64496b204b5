"""Finding cells as they are shown, and judging changes before they are made."""

import pytest

from desktop.app import editing, find_replace, system
from desktop.app.editing import Edit
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.errors import Cancelled
from desktop.domain.query import Query, Sort
from desktop.domain.record import Cell, Column


def _columns(office: Session, *paths: str) -> list[Column]:
    return [office.schema.column("detail_entry", path) for path in paths]


def _add(office: Session, **values: str) -> str:
    fixed: dict[str, Cell] = {"version": system.own_version(office)}
    typed = {name.replace("__", "."): value for name, value in values.items()}
    return editing.add_row(office, "detail_entry", typed, fixed=fixed)[1]


def test_cells_are_found_as_they_are_shown_in_the_order_of_the_rows(office: Session) -> None:
    second = _add(office, planned_title="公物仓规程", department="乙")
    first = _add(office, standard__title="公务用车公务管理", department="甲")
    query = Query("detail_entry", sort=(Sort("department"),))
    columns = _columns(office, "standard.title", "department")
    found = find_replace.find(office, query, columns, "公")
    assert [(hit.key, hit.path, hit.text) for hit in found] == [
        (first, "standard.title", "公务用车公务管理"), (second, "standard.title", "公物仓规程"),
    ]  # fmt: skip
    assert [hit.key for hit in find_replace.find(office, query, columns, "公", keys=[second])] == [second]
    assert find_replace.find(office, query, columns, "公", whole=True) == []
    assert [hit.path for hit in find_replace.find(office, query, columns, "甲", whole=True)] == ["department"]


def test_no_more_are_listed_than_a_person_looks_through(office: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for department in ("甲处", "乙处", "丙处"):
        _add(office, standard__title="一", department=department)
    monkeypatch.setattr(find_replace, "MOST_HITS", 2)
    assert len(find_replace.find(office, Query("detail_entry"), _columns(office, "department"), "处")) == 2


def test_a_search_can_be_stopped(office: Session) -> None:
    _add(office, standard__title="一")
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        find_replace.find(office, Query("detail_entry"), _columns(office, "standard.title"), "一", job=job)


def test_a_proposal_tells_what_would_be_refused_and_writes_nothing(office: Session) -> None:
    key = _add(office, standard__title="导则")
    edits = [Edit(key, "standard.published_on", "2024-13-01"), Edit(key, "department", "甲")]
    bad, good = find_replace.propose(office, "detail_entry", edits, ["", ""])
    assert "日期" in bad.reason
    assert (good.reason, good.caption) == ("", office.read.caption("detail_entry", key))
    assert office.read.cells(Query("detail_entry"), ("department",)) == [(None,)]
