"""代替关系: which standard replaces, partly replaces or cites which; many to many, also of standards not kept here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.app.editing import refuse_foreign
from desktop.app.session import Session
from desktop.domain import numbers
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.query import Group, Op, Query, Test, owner_of
from desktop.domain.record import Cell
from desktop.store.reading import Reader

KINDS = ("replaces", "replaces_part", "cites")

_OFFERED = 20


@dataclass(frozen=True)
class Link:
    """One relation as seen from a standard: its row, the kind, the other standard (no key: only known by number)."""

    key: str
    kind: str
    other: str
    caption: str


@dataclass(frozen=True)
class Suggestion:
    """A number found in free text: the kind of relation it tells, our standard of that number or ''."""

    kind: str
    number: str
    standard: str


def of_standard(session: Session, standard: str) -> tuple[list[Link], list[Link]]:
    """What a standard replaces or cites, and what replaces or cites it; each in the order they were entered."""
    read = session.read
    out = [
        Link(
            str(row["key"]),
            str(row["kind"]),
            str(row["other"] or ""),
            _caption(read, row["other"], row["other_number"]),
        )
        for row in read.referring("standard_link", "standard", standard)
    ]
    into = [
        Link(str(row["key"]), str(row["kind"]), str(row["standard"] or ""), _caption(read, row["standard"], None))
        for row in read.referring("standard_link", "other", standard)
    ]
    return sorted(out, key=lambda link: link.key), sorted(into, key=lambda link: link.key)


def _caption(read: Reader, key: Cell, number: Cell) -> str:
    return read.caption("standard", str(key)) if key else f"{number or '—'}（不在本库）"


def known(read: Reader, number: str, owner: str) -> str:
    """The key of our standard with this number, however it is spelled; '' if there is none."""
    wanted = numbers.identity(number)
    found = read.cells(Query("standard", Test("@number_key", Op.IN, (wanted,))), ("key",)) if number.strip() else []
    ours = [str(key) for (key,) in found if owner_of(str(key)) == owner]
    return ours[0] if ours else ""


def offered(session: Session, typed: str) -> list[tuple[str, str]]:
    """(number, title) of standards for a typed beginning: our own first, then those of the catalogue."""
    if not typed.strip():
        return []
    query = Query("standard", Group((Test("number", Op.FILLED), Test("", Op.FOUND, (typed,)))))
    found = session.read.cells(query, ("number", "title"), limit=_OFFERED)
    own = [(str(number), str(title)) for number, title in found]
    catalogue = session.workspace.catalogue
    if catalogue.about is not None and len(own) < _OFFERED:
        hits = catalogue.find(typed)
        places = [hits[at] for at in range(min(_OFFERED, len(hits)))]
        have = {numbers.identity(number) for number, _ in own}
        own += [(t.number, t.title) for t in catalogue.page(places) if numbers.identity(t.number) not in have]
    return own[:_OFFERED]


def add(session: Session, standard: str, kind: str, number: str, *, by: bool = False) -> Changes:
    """`standard` replaces or cites the standard of this number; with `by` it is replaced or cited by that one, which
    must then be kept here. Refusal if it is itself, is told already, or would close a circle of replacements."""
    other = known(session.read, number, session.identity.organisation)
    if not number.strip():
        raise Refusal("no_number", "请填另一项标准的标准号")
    if by and not other:
        raise Refusal("unknown_standard", f"本库里没有“{number}”，请先把它加入标准明细，再登记它代替本标准")
    pairs = [(other, kind, standard, "")] if by else [(standard, kind, other, number.strip())]
    return _write(session, pairs, f"登记{_word(session, kind)}关系")


def add_suggested(session: Session, standard: str, suggestions: Sequence[Suggestion]) -> Changes:
    """Make relations of what was found in free text, as one step."""
    pairs = [(standard, one.kind, one.standard, one.number) for one in suggestions]
    return _write(session, pairs, f"登记 {len(pairs)} 项代替关系")


def remove(session: Session, keys: Sequence[str]) -> Changes:
    """Take relations away."""
    for key in keys:
        refuse_foreign(session, "standard_link", key)
    with session.write(f"删除 {len(keys)} 项代替关系") as transaction:
        transaction.delete("standard_link", keys)
    return transaction.changes


def suggest(session: Session, standard: str) -> list[Suggestion]:
    """The numbers in the free text 代替标准 that are no relation yet; 部分代替 before a number makes it partial."""
    text = str((session.read.row("standard", standard) or {}).get("replaces") or "")
    told = {
        numbers.identity(str(row["other_number"] or (session.read.row("standard", str(row["other"])) or {}).get("number") or ""))
        for row in session.read.referring("standard_link", "standard", standard)
    }  # fmt: skip
    found = []
    for piece in _pieces(text):
        kind = "replaces_part" if "部分" in piece else "replaces"
        number = _WORDS.sub("", piece).strip()
        parsed = numbers.parse(number)
        if parsed is not None and numbers.identity(number) not in told:
            told.add(numbers.identity(number))
            found.append(Suggestion(kind, number, known(session.read, number, session.identity.organisation)))
    return found


_WORDS = re.compile(r"\s*(?:部分代替|部分替代|部分|代替|替代|取代|全部|[:：()（）《》])\s*")


def _pieces(text: str) -> list[str]:
    """The text around each number: cut at marks, then where several numbers stand without one."""
    pieces: list[str] = []
    for piece in numbers.marked_off(text):
        bare = _WORDS.sub(" ", piece).strip()
        several = numbers.split_cell(bare)
        partial = "部分" if "部分" in piece else ""
        pieces.extend(f"{partial}{number}" for number in several)
    return pieces


def _write(session: Session, pairs: Sequence[tuple[str, str, str, str]], label: str) -> Changes:
    with session.write(label) as transaction:
        for newer, kind, older, number in pairs:
            refuse_foreign(session, "standard", newer)
            _judge(transaction.reader, newer, kind, older, number)
            older_number = number or (transaction.reader.row("standard", older) or {}).get("number")
            transaction.insert(
                "standard_link",
                {"standard": newer, "kind": kind, "other": older or None, "other_number": older_number},
            )
    return transaction.changes


def _judge(read: Reader, newer: str, kind: str, older: str, number: str) -> None:
    if newer == older:
        raise Refusal("itself", "标准不能代替或引用自己，请换一个标准号")
    for row in read.referring("standard_link", "standard", newer):
        same = (older and row["other"] == older) or (
            not older and numbers.identity(str(row["other_number"] or "")) == numbers.identity(number)
        )
        if same and row["kind"] == kind:
            raise Refusal("told_already", "这一项关系已经登记过")
    if older and kind != "cites" and newer in _replaced_ones(read, older):
        raise Refusal("circle", "对方已经直接或间接代替了本标准，不能再反过来登记，请核对两个标准号")


def _replaced_ones(read: Reader, standard: str) -> set[str]:
    """Everything that a standard replaces, directly or through others."""
    found: set[str] = set()
    waiting = [standard]
    while waiting:
        for row in read.referring("standard_link", "standard", waiting.pop()):
            other = str(row["other"] or "")
            if other and row["kind"] != "cites" and other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _word(session: Session, kind: str) -> str:
    return session.schema.ledger("standard_link").field("kind").show(kind)
