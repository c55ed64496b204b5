"""查新: our standards against the reference catalogue."""

from collections.abc import Iterator

from desktop.app import catalogue
from desktop.app.checks.looking import Check, Found, Library, Row, Severity
from desktop.domain import numbers
from desktop.domain.catalogue import Title
from desktop.domain.duplicates import plain_title
from desktop.domain.errors import EnvironmentFault
from desktop.domain.standard_words import Status
from desktop.domain.statistics import OBSOLETE
from desktop.domain.validity import word_to_status

_DATES = {"published_on": "发布日期", "effective_on": "实施日期"}


def _loaded(library: Library) -> bool:
    """Whether there is a catalogue that can be read; a damaged one is a finding of its own."""
    try:
        return library.session.workspace.catalogue.about is not None
    except EnvironmentFault:
        return False


def _damaged(library: Library) -> Iterator[Found]:
    try:
        _ = library.session.workspace.catalogue.about
    except EnvironmentFault as fault:
        yield Found("", "", fault.message)


def _known(library: Library) -> Iterator[tuple[str, Row, Title]]:
    """Our standards that the catalogue knows."""
    if not _loaded(library):
        return
    for place, (key, row) in enumerate(library.standards.items()):
        if place % 200 == 0:
            library.job.report("对照题录", place, len(library.standards))
        if row["number"] and (title := catalogue.titled(library.session, str(row["number"]))) is not None:
            yield key, row, title


def _titles(library: Library) -> Iterator[Found]:
    for key, row, title in _known(library):
        if row["title"] and plain_title(str(row["title"])) != plain_title(title.title):
            yield Found("standard", key, f"{row['number']}：名称是“{row['title']}”，题录里是“{title.title}”", "title")


def _dates(library: Library) -> Iterator[Found]:
    for key, row, title in _known(library):
        for name, label in _DATES.items():
            ours, theirs = str(row[name] or ""), str(getattr(title, name))
            shared = min(len(ours), len(theirs))
            if shared and ours[:shared] != theirs[:shared]:
                yield Found("standard", key, f"{row['number']}：{label}是 {ours}，题录里是 {theirs}", name)


def _states(library: Library) -> Iterator[Found]:
    for key, row, title in _known(library):
        told = word_to_status(title.state)
        gone = told in OBSOLETE or bool(title.withdrawn_on and title.withdrawn_on <= library.today)
        if gone and row["status"] not in OBSOLETE:
            newer = catalogue.successors(library.session, str(row["number"]))
            by = f"，由 {newer[-1].number} 代替" if newer else ""
            sentence = f"{row['number']} {row['title']}：题录里已{(told or Status.WITHDRAWN).label}{by}"
            yield Found("standard", key, sentence, "status")


def _newer(library: Library) -> Iterator[Found]:
    if not _loaded(library):
        return
    ours = {row["@number_key"] for row in library.standards.values()}
    for key in library.listed:
        row = library.standards[key]
        newer = catalogue.successors(library.session, str(row["number"] or ""))
        if newer and row["status"] not in OBSOLETE and not any(numbers.identity(t.number) in ours for t in newer):
            last = newer[-1]
            effective = f"，{last.effective_on} 实施" if last.effective_on else ""
            sentence = f"{row['number']}：题录里有新版 {last.number}《{last.title}》{effective}"
            yield Found("standard", key, sentence, "number")


CHECKS = (
    Check("catalogue_damaged", "题录库损坏", Severity.WARN, "重新载入题录文件", _damaged),
    Check("catalogue_status", "题录里已失效", Severity.WARN, "填废止日期，或登记代替关系", _states),
    Check("catalogue_newer", "题录里有新版", Severity.WARN, "把新版列入明细并登记代替关系", _newer),
    Check("catalogue_title", "名称与题录不同", Severity.WARN, "对照原文改名称或标准号", _titles),
    Check("catalogue_date", "日期与题录不同", Severity.NOTE, "对照原文改日期", _dates),
)
"""Checks against the catalogue; nothing is found while none is loaded."""
