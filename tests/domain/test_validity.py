"""The state of a standard: a table of lives, and what holds for all of them."""

import datetime
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.ledgers.standard import Standard
from desktop.domain.query import seen_on
from desktop.domain.record import Row, Timeline
from desktop.domain.standard_words import Status
from desktop.domain.validity import Replacement, validity, word_to_status

UNPUBLISHED, UNVERIFIED = Status.UNPUBLISHED, Status.UNVERIFIED
UPCOMING, CURRENT = Status.UPCOMING, Status.CURRENT
SUPERSEDED, WITHDRAWN = Status.SUPERSEDED, Status.WITHDRAWN

LATER = Replacement("2026-02-01")
EARLIER = Replacement("2018")
IN_PART = Replacement("2015", partial=True)


class Replacing:
    """The rows by which others replace the standard `older`."""

    def __init__(self, replacements: Sequence[Replacement]) -> None:
        self._replacements = replacements

    def row(self, ledger: str, key: str) -> Row | None:
        assert ledger == "standard"
        return {"key": key, "effective_on": self._replacements[int(key)].effective}

    def referring(self, ledger: str, field: str, key: str) -> Sequence[Row]:
        assert (ledger, field, key) == ("standard_link", "other", "older")
        return [
            {"standard": str(place), "kind": "replaces_part" if item.partial else "replaces", "other": key}
            for place, item in enumerate(self._replacements)
        ]


def state(
    published: str | None,
    effective: str | None,
    withdrawn: str | None,
    replacements: Sequence[Replacement],
    *days: str,
) -> list[Status]:
    """The state a standard is shown with on each of the days."""
    derivation, told = Standard.ledger.derivation, Standard.ledger.field("status").source
    assert derivation is not None and isinstance(told, Timeline)
    row: Row = {"key": "older", "published_on": published, "effective_on": effective, "withdrawn_on": withdrawn}
    kept = derivation.compute(row, Replacing(replacements))
    return [Status(seen_on(told, kept, (day + "-01-01")[:10])) for day in days]


@pytest.mark.parametrize(
    ("published", "effective", "withdrawn", "replacements", "as_of", "status"),
    [
        # GB 17167-2025 beside GB 17167-2006 (handbook 0.6)
        ("2025-01-24", "2026-02-01", None, [], "2025-01-23", UNPUBLISHED),
        ("2025-01-24", "2026-02-01", None, [], "2025-01-24", UPCOMING),
        ("2025-01-24", "2026-02-01", None, [], "2026-01-31", UPCOMING),
        ("2025-01-24", "2026-02-01", None, [], "2026-02-01", CURRENT),
        ("2006-06-02", "2007-01-01", None, [LATER], "2026-01-31", CURRENT),
        ("2006-06-02", "2007-01-01", None, [LATER], "2026-02-01", SUPERSEDED),
        # published and in force on one day
        ("2023-03-17", "2023-03-17", None, [], "2023-03-17", CURRENT),
        # the effective date decides
        (None, "2020-01-01", None, [], "2019-12-31", UNPUBLISHED),
        (None, "2020-01-01", None, [], "2020-01-01", CURRENT),
        ("2030-01-01", "2020-01-01", None, [], "2020-01-01", CURRENT),
        ("2020-01-01", None, None, [], "2025-01-01", UNVERIFIED),
        ("2020-01-01", None, None, [], "2019-12-31", UNPUBLISHED),
        (None, None, None, [], "2025-01-01", UNVERIFIED),
        ("", "", "", [Replacement("")], "2025-01-01", UNVERIFIED),
        # withdrawal, with and without a replacement
        ("2010-01-01", "2010-06-01", "2020-01-01", [], "2019-12-31", CURRENT),
        ("2010-01-01", "2010-06-01", "2020-01-01", [], "2020-01-01", WITHDRAWN),
        ("2010-01-01", "2010-06-01", "2020-01-01", [Replacement("2019-01-01")], "2019-06-01", SUPERSEDED),
        ("2010-01-01", "2010-06-01", "2020-01-01", [Replacement("2019-01-01")], "2020-06-01", WITHDRAWN),
        (None, None, "2020-01-01", [], "2020-01-01", WITHDRAWN),
        # what does not end a standard
        ("2010-01-01", "2010-06-01", None, [IN_PART], "2020-01-01", CURRENT),
        ("2010-01-01", "2010-06-01", None, [Replacement(None)], "2020-01-01", CURRENT),
        # the earliest full replacement counts
        ("2010", "2010", None, [LATER, EARLIER, IN_PART], "2017-12-31", CURRENT),
        ("2010", "2010", None, [LATER, EARLIER, IN_PART], "2018-01-01", SUPERSEDED),
        # coarse dates count as their first day
        ("2022", "2022-11", None, [], "2021-12-31", UNPUBLISHED),
        ("2022", "2022-11", None, [], "2022-01-01", UPCOMING),
        ("2022", "2022-11", None, [], "2022-10-31", UPCOMING),
        ("2022", "2022-11", None, [], "2022-11-01", CURRENT),
        ("2022", "2022-11", "2024", [], "2024", WITHDRAWN),
        ("2022", "2022-11", None, [], "2022-11", CURRENT),
    ],
)  # fmt: skip
def test_the_state_on_a_day(
    published: str | None,
    effective: str | None,
    withdrawn: str | None,
    replacements: list[Replacement],
    as_of: str,
    status: Status,
) -> None:
    assert state(published, effective, withdrawn, replacements, as_of) == [status]


def test_the_days_of_change_are_full_dates() -> None:
    life = validity("2022", "2022-11", None, [LATER, Replacement("2025-03")])
    assert (life.published, life.effective, life.superseded, life.withdrawn) == (
        "2022-01-01", "2022-11-01", "2025-03-01", None
    )  # fmt: skip


ISO = st.builds(
    lambda day, length: day.isoformat()[:length],
    st.dates(datetime.date(1990, 1, 1), datetime.date(2030, 12, 31)),
    st.sampled_from([4, 7, 10]),
)
RANK = [UNPUBLISHED, UNVERIFIED, UPCOMING, CURRENT, SUPERSEDED, WITHDRAWN]


@given(
    st.none() | ISO,
    st.none() | ISO,
    st.none() | ISO,
    st.lists(st.builds(Replacement, st.none() | ISO, st.booleans()), max_size=3),
    st.lists(ISO, min_size=2, max_size=8),
)
def test_time_moves_a_standard_only_forward(
    published: str | None,
    effective: str | None,
    withdrawn: str | None,
    replacements: list[Replacement],
    days: list[str],
) -> None:
    days = sorted(days, key=lambda day: (day + "-01-01")[:10])
    ranks = [RANK.index(status) for status in state(published, effective, withdrawn, replacements, *days)]
    assert ranks == sorted(ranks)
    if effective is None:
        assert CURRENT not in {RANK[rank] for rank in ranks}
    partial = [Replacement(item.effective, partial=True) for item in replacements]
    assert validity(published, effective, withdrawn, partial) == validity(published, effective, withdrawn, [])


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("现行", CURRENT), ("有效", CURRENT), ("Active", CURRENT), ("VALID", CURRENT),
        (" 现行 有效 ", None), ("部分有效", CURRENT), ("作废", WITHDRAWN), ("废止", WITHDRAWN),
        ("Abolished", WITHDRAWN), ("Ｏｂｓｏｌｅｔｅ", WITHDRAWN), ("已被代替", SUPERSEDED),
        ("即将实施", UPCOMING), (" 即将实施\n", UPCOMING), ("待核实", UNVERIFIED), ("尚未发布", UNPUBLISHED), ("制定中", None),
        ("", None),
    ],
)  # fmt: skip
def test_imported_words(word: str, status: Status | None) -> None:
    assert word_to_status(word) is status


def test_every_word_declared_for_a_state_means_it_in_a_file() -> None:
    for choice in Standard.ledger.field("status").choices:
        for word in (choice.value, choice.label, *choice.synonyms):
            assert word_to_status(word) == choice.value
