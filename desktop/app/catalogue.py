"""题录: loading the reference catalogue in a process of its own, and asking it about our standards."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from desktop.app import catalogue_loading
from desktop.app.editing import Edit, edit_cells
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain import numbers
from desktop.domain.catalogue import Title, best_of, spelling, stems
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.record import Cell
from desktop.exchange import worker
from desktop.store.catalogue import About

FILLED = ("title", "published_on", "effective_on", "withdrawn_on", "replaces")
"""What a title fills in where our own row is blank."""


def load(session: Session, path: Path, job: Job | None = None) -> About:
    """Read a file of titles and put it in the place of the old catalogue; whatever goes wrong, the old one stays.

    A window has the work done in the process of its own, so that it neither waits nor grows. Refusal with the
    sentence that the reader gives.
    """
    job = job or Job()
    job.report(f"读取题录 {path.name}")
    folder = session.workspace.folder
    for left in folder.glob(".catalogue-*.part"):
        left.unlink(missing_ok=True)
    built = folder / f".catalogue-{secrets.token_hex(6)}.part"
    try:
        about = worker.run(catalogue_loading.build_from, path, built, session.today(), job=job)
        job.check()
        session.workspace.catalogue.swap(built)
        return about
    finally:
        built.unlink(missing_ok=True)


def titled(session: Session, number: str) -> Title | None:
    """The title of the catalogue with this number; None without a catalogue or a number in it."""
    if not number.strip() or session.workspace.catalogue.about is None:
        return None
    return best_of(number, session.workspace.catalogue.spelled(spelling(number)))


def successors(session: Session, number: str) -> list[Title]:
    """The titles that replace a number, by their own word or as a later edition of it; oldest first."""
    catalogue = session.workspace.catalogue
    if not number.strip() or catalogue.about is None:
        return []
    year = number_year(number)
    later = [title for title in catalogue.editions(stems(number)) if year and number_year(title.number) > year]
    found = {title.number: title for title in (*catalogue.replacing(spelling(number)), *later)}
    return sorted(found.values(), key=lambda title: (number_year(title.number), title.number))


def number_year(number: str) -> str:
    """The four digits of the year that a number ends in; "" without."""
    parsed = numbers.parse(number)
    return parsed.year if parsed is not None else ""


def offers(session: Session, standard: str) -> tuple[Title, dict[str, str]] | None:
    """What the catalogue could fill in for one of our standards: the title and the blank fields with their text."""
    row = session.read.row("standard", standard)
    title = titled(session, str(row["number"] or "")) if row else None
    if row is None or title is None:
        return None
    blank = {name: getattr(title, name) for name in FILLED if _empty(row[name]) and getattr(title, name)}
    return (title, blank) if blank else None


PLACEHOLDER = "（新标准）"
"""The title a new row begins with."""


def _empty(cell: Cell) -> bool:
    return cell in (None, "", PLACEHOLDER)


def fill(session: Session, standards: Sequence[str]) -> Changes:
    """Fill the blank cells of our standards from the catalogue, as one step; nothing that is written is touched."""
    found = {key: offer for key in standards if (offer := offers(session, key)) is not None}
    edits = [Edit(key, name, text) for key, (_, blank) in found.items() for name, text in blank.items()]
    if not edits:
        raise Refusal("nothing_to_fill", "题录里没有可以填入的内容")
    return edit_cells(session, "standard", edits, f"按题录填入 {len(edits)} 格", basis="题录")
