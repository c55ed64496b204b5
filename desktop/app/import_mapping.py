"""Which column of a file is which of ours: as found, as a person decided, as remembered for files of the same layout."""

import json
from collections.abc import Collection

from desktop.app.session import Session
from desktop.app.unit_settings import put, unit_settings
from desktop.domain.errors import Refusal
from desktop.exchange.headings import FoundTable
from desktop.store.journal import Transaction

PREFIX = "mapping:"

LEFT_OUT = ""
"""Decision on a column: it is not imported."""

SPARE = "*"
"""Decision on a column: it is kept in a spare field that gets its heading."""

Decisions = dict[int, str]
"""Index of a column of the file → path of ours, `LEFT_OUT` or `SPARE`."""


def decisions_of(found: FoundTable, shown_only: Collection[str] = ()) -> Decisions:
    """What a found table decides by itself; headings that our own lists only show are not taken in."""
    unknown = {at: LEFT_OUT if heading in shown_only else SPARE for at, heading in found.unmapped.items()}
    return {**unknown, **found.mapping}


def decide(found: FoundTable, decisions: Decisions) -> FoundTable:
    """The table read as decided; Refusal if two columns are to go into one field."""
    mapping: dict[int, str] = {}
    for at, path in sorted(decisions.items()):
        if path in (LEFT_OUT, SPARE):
            continue
        if path in mapping.values():
            first = next(known for known, other in mapping.items() if other == path)
            sentence = (
                f"“{found.headings[first]}”和“{found.headings[at]}”对应了同一列，请把其中一列改为别的列或“不导入”"
            )
            raise Refusal("mapped_twice", sentence)
        mapping[at] = path
    return found.with_mapping(mapping, {at for at, path in decisions.items() if path == LEFT_OUT})


def remembered(session: Session, found: FoundTable) -> Decisions | None:
    """What was decided the last time for a file with the same headings; None if nothing that still fits."""
    name = f"{PREFIX}{found.layout_key}"
    try:
        kept = json.loads(unit_settings(session, name).get("", ""))
        decisions = {int(at): str(path) for at, path in kept.items()}
    except (ValueError, AttributeError):
        return None
    return decisions if all(0 <= at < len(found.headings) for at in decisions) else None


def in_text(decisions: Decisions) -> str:
    """Decisions as they are kept."""
    return json.dumps({str(at): path for at, path in sorted(decisions.items())}, ensure_ascii=False)


def keep_mapping(session: Session, transaction: Transaction, layout: str, kept: str) -> None:
    """Remember decisions for a layout, within the step of the import they were made for."""
    put(session, transaction, f"{PREFIX}{layout}", kept)
