"""Checks of the standards themselves: numbers, dates, states, duplicates."""

from collections.abc import Iterable, Iterator

from desktop.app import duplicates
from desktop.app.checks.looking import Check, Found, Library, Severity
from desktop.domain import numbers
from desktop.domain.dates import is_full
from desktop.domain.duplicates import Likeness
from desktop.domain.standard_words import Status
from desktop.domain.statistics import OBSOLETE
from desktop.domain.validity import word_to_status

_DATES = ("published_on", "effective_on", "withdrawn_on")


def _suspicious(library: Library) -> Iterator[Found]:
    for key, row in library.standards.items():
        if row["number"] and (reason := numbers.suspicion(str(row["number"]))):
            yield Found("standard", key, f"{row['number']}：{reason}", "number")


def _twice(library: Library) -> Iterator[Found]:
    for rows in library.same_unit(list(library.standards.values())).values():
        by_number: dict[object, list[str]] = {}
        for row in rows:
            if row["@number_key"] is not None:
                by_number.setdefault(row["@number_key"], []).append(str(row["key"]))
        for keys in by_number.values():
            for key in keys if len(keys) > 1 else ():
                name = library.read.caption("standard", key)
                yield Found("standard", key, f"标准 {name}：同一标准号有 {len(keys)} 条，请核对后合并", "number")


def _alike(library: Library) -> Iterator[Found]:
    """A title alone makes nothing the same: several provinces published standards of one title (handbook 9.6)."""
    for group in duplicates.find(library.session, "standard", library.job):
        titled = group.likeness in (Likeness.TITLE, Likeness.NEAR)
        if group.likeness in (Likeness.NUMBER, Likeness.EDITION) or (titled and _all_numbered(library, group.keys)):
            continue
        names = [library.read.caption("standard", key) for key in group.keys]
        sentence = f"{names[0]}：与 {'、'.join(names[1:4])} {group.likeness.label}"
        path = "number" if group.likeness is Likeness.MISREAD else "title"
        yield Found("standard", group.keys[0], sentence, path)


def _all_numbered(library: Library, keys: Iterable[str]) -> bool:
    return all(library.standards[key]["number"] for key in keys)


def _level(library: Library) -> Iterator[Found]:
    labels = {choice.value: choice.label for choice in library.schema.ledger("standard").field("level").choices}
    for key, row in library.standards.items():
        parsed = numbers.parse(str(row["number"] or "")) if row["level"] else None
        if parsed is not None and row["level"] in labels and parsed.level.value != row["level"]:
            told = f"标准级别填的是{labels[str(row['level'])]}，从标准号看是{parsed.level.label}"
            yield Found("standard", key, f"{row['number']}：{told}", "level")


def _days(library: Library) -> Iterator[Found]:
    """A date without its day matters in the very year or month that is now: the state rests on the day."""
    for key, row in library.standards.items():
        for name in _DATES:
            date = str(row[name] or "")
            if date and not is_full(date) and library.today.startswith(date):
                label = library.schema.ledger("standard").field(name).label
                caption = library.read.caption("standard", key)
                yield Found("standard", key, f"{caption}：{label}“{date}”要写到日，否则判不了今天的状态", name)
    for row in library.rows("finding"):
        due = str(row["due_on"] or "")
        if due and not is_full(due) and not row["closed_on"]:
            sentence = f"{library.caption('finding', row)}：整改时限“{due}”要写到日，否则判不了是否逾期"
            yield Found("finding", str(row["key"]), sentence, "due_on")


def _states(library: Library) -> Iterator[Found]:
    """The state an imported file told against the one that follows from dates; a missing date is no contradiction,
    unless the file calls the standard out of force while it counts as present."""
    for key, row in library.standards.items():
        meant = word_to_status(str(row["source_status"] or ""))
        state = row["status"]
        undated = state == Status.UNPUBLISHED and meant == Status.UPCOMING and not row["published_on"]
        unknown = undated or (state == Status.UNVERIFIED and meant not in OBSOLETE)
        if meant is None or state is None or meant == state or unknown:
            continue
        told = f"原载状态“{row['source_status']}”，按日期推得“{Status(str(state)).label}”"
        sentence = f"{library.read.caption('standard', key)}：{told}，请核对日期或代替关系"
        yield Found("standard", key, sentence, "source_status")


CHECKS = (
    Check("suspicious_number", "标准号读不准", Severity.WARN, "对照原文改标准号", _suspicious),
    Check("duplicate_number", "标准号重复", Severity.BAD, "到“查重”里核对后合并", _twice),
    Check("alike", "疑似同一标准", Severity.NOTE, "到“查重”里合并，或标为保留两条", _alike),
    Check("level_differs", "级别与标准号不符", Severity.WARN, "改标准级别或标准号", _level),
    Check("day_needed", "日期要写到日", Severity.WARN, "补全月日", _days),
    Check("status_differs", "原载状态与日期不符", Severity.WARN, "核对日期或代替关系", _states),
)
"""Checks of standards."""
