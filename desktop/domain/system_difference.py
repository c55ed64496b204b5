"""What differs between two versions of a system: nodes and detail rows that are new, gone, changed or moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.domain.document import Align, Document, HeadField, Table, TableColumn, TableRow

KINDS = ("增", "删", "改", "移")


@dataclass(frozen=True)
class Compared:
    """A node or detail row as far as a comparison needs it.

    `origin` is the key it was copied from; `identities` are further ways to know it again, best first; `place` says
    in words where it stands and `place_identity` what that place is known by; `values` are label → text.
    """

    key: str
    name: str
    origin: str = ""
    identities: tuple[str, ...] = ()
    place: str = ""
    place_identity: str = ""
    values: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Difference:
    """One line of a comparison: 增, 删, 改 or 移, whose, and what was and is."""

    kind: str
    subject: str
    name: str
    old: str = ""
    new: str = ""


def pairs(before: Sequence[Compared], after: Sequence[Compared]) -> list[tuple[Compared | None, Compared | None]]:
    """Who is who: by origin, then by each further identity in turn; each is paired at most once."""
    rest = {item.key: item for item in before}
    partner: dict[str, Compared] = {}
    for item in after:
        if item.origin in rest:
            partner[item.key] = rest.pop(item.origin)
    for rank in range(max((len(item.identities) for item in (*before, *after)), default=0)):
        known: dict[str, Compared] = {}
        for item in rest.values():
            if rank < len(item.identities) and item.identities[rank]:
                known.setdefault(item.identities[rank], item)
        for item in after:
            if item.key in partner or rank >= len(item.identities):
                continue
            found = known.get(item.identities[rank])
            if found is not None and found.key in rest:
                partner[item.key] = rest.pop(found.key)
    return [*((partner.get(item.key), item) for item in after), *((item, None) for item in rest.values())]


def differences(subject: str, before: Sequence[Compared], after: Sequence[Compared]) -> list[Difference]:
    """The lines of a comparison, in the order of the later version; what is gone comes last.

    A row stands elsewhere when its places are not each other's partner; `place_identity` of a node's parent is the
    parent's key.
    """
    found: list[Difference] = []
    for old, new in pairs(before, after):
        if old is None and new is not None:
            found.append(Difference("增", subject, new.name, "", new.place))
        elif new is None and old is not None:
            found.append(Difference("删", subject, old.name, old.place, ""))
        elif old is not None and new is not None:
            found.extend(_changed(subject, old, new))
            if old.place_identity != new.place_identity:
                found.append(Difference("移", subject, new.name, old.place or "顶层", new.place or "顶层"))
    return found


def _changed(subject: str, old: Compared, new: Compared) -> list[Difference]:
    before, after = old.values or {}, new.values or {}
    labels = [label for label in dict.fromkeys((*before, *after)) if before.get(label, "") != after.get(label, "")]
    return [
        Difference(
            "改", subject, new.name, f"{label}：{before.get(label) or '空'}", f"{label}：{after.get(label) or '空'}"
        )
        for label in labels
    ]


def difference_document(found: Sequence[Difference], old: str, new: str, unit: str, watermark: str = "") -> Document:
    """A comparison as a table to print or to keep."""
    rows = tuple(
        TableRow((str(number), item.kind, item.subject, item.name, item.old, item.new))
        for number, item in enumerate(found, 1)
    )
    columns = (
        TableColumn("序号", 10, Align.CENTRE), TableColumn("类别", 12, Align.CENTRE), TableColumn("对象", 18),
        TableColumn("编号和名称", 74), TableColumn(f"原：{old}", 70), TableColumn(f"现：{new}", 70),
    )  # fmt: skip
    counts = "，".join(f"{kind} {sum(item.kind == kind for item in found)}" for kind in KINDS)
    return Document(
        title="标准体系版本比较", table=Table(columns, rows),
        head=((HeadField("单位", unit, width=2), HeadField("合计", counts, width=2)),),
        footer_left=unit, watermark=watermark,
    )  # fmt: skip
