"""同步: make, look into and apply bundles; what the bureau sends down."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.app import inspection
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.query import Op as Comparison
from desktop.domain.query import Query, Test, owner_of

if TYPE_CHECKING:
    from desktop.sync.container import Manifest
    from desktop.sync.intake import Outcome


def recipients(session: Session) -> list[Organisation]:
    """Whom a bundle can be made for: the bureau's units; for an office there is only its bureau."""
    known = session.read.records(Organisation, Test("identity", Comparison.FILLED))
    ours = session.identity.organisation
    offices = [unit for unit in known if unit.role == "office" and unit.identity != ours]
    offices.sort(key=lambda unit: owner_of(unit.key) != ours)
    return list({unit.identity: unit for unit in reversed(offices)}.values())[::-1]


def file_name(session: Session, recipient_name: str, number: int) -> str:
    """A readable name; it is for people and never parsed."""
    word = "下发" if session.identity.is_bureau else "上报"
    unit = recipient_name if session.identity.is_bureau else session.identity.name
    mark = "演练_" if session.sample else ""
    return f"{mark}{word}_{unit}_{session.today().replace('-', '')}_{number:03d}.bzb"


def make_bundle(session: Session, path: Path, recipient: str = "") -> "Manifest":
    """Seal what is open and write a bundle: an office's goes to its bureau, a bureau's to the unit `recipient`."""
    recipient = recipient or session.identity.superior
    if not recipient:
        word = "请选择发给哪个单位" if session.identity.is_bureau else "本单位还没有打开市局的授权文件，请先打开它"
        raise Refusal("no_recipient", word)
    from desktop.sync import bundles

    return bundles.make(session.workspace, session.person, path, recipient)


def make_named(session: Session, to: Path, recipient: str = "") -> "tuple[Path, Manifest]":
    """A bundle for a unit given by name or identity; a folder gets a readable file name."""
    chosen = [unit for unit in recipients(session) if recipient in (unit.name, unit.identity)]
    if recipient and not chosen and session.identity.is_bureau:
        raise Refusal("unknown_unit", f"没有名为“{recipient}”的单位，请核对单位名称")
    identity = str(chosen[0].identity) if chosen else ""
    if to.is_dir():
        name = str(chosen[0].name) if chosen else ""
        made = session.read.connection.execute("SELECT count(*) FROM sync_log WHERE kind = 'made'").fetchone()[0]
        to = next(
            path for number in itertools.count(made + 1) if not (path := to / file_name(session, name, number)).exists()
        )
    return to, make_bundle(session, to, identity)


def inspect_bundle(session: Session, path: Path) -> "Outcome":
    """What a bundle would bring; nothing changes."""
    from desktop.sync import bundles

    return bundles.inspect(session.workspace, session.person, path)


def apply_bundle(session: Session, path: Path, job: Job | None = None) -> "Outcome":
    """Take a bundle in, after a backup, as one transaction."""
    job = job or Job()
    from desktop.sync import bundles

    return bundles.apply(session.workspace, session.person, path, job.report)


def issue_checklist(session: Session, checklist: str) -> Changes:
    """下发: a copy of a checklist and its items for all units below."""
    row = session.read.row("checklist", checklist)
    if row is None:
        raise Refusal("no_checklist", "找不到这张检查表模板，请重新选择")
    names = [field.name for field in session.schema.ledger("checklist").stored]
    items = inspection.items_of(session, checklist)
    with session.write(f"下发检查表 {row['title']}") as transaction:
        copy = transaction.insert("checklist", {name: row[name] for name in names}, stream="all")
        fields = ("checklist", "position", *inspection.COPIED)
        rows = [(copy, item.position, *(getattr(item, name) for name in inspection.COPIED)) for item in items]
        transaction.insert_many("checklist_item", fields, rows, stream="all")
    return transaction.changes


def review(session: Session, ledger: str, key: str, kind: str, body: str) -> Changes:
    """批注、接收或退回 one row of a unit: the bureau's own row for that unit alone."""
    owner = owner_of(key)
    if not session.identity.is_bureau or owner == session.identity.organisation:
        raise Refusal("not_bureau", "批注和退回由市局对下属单位的记录填写")
    about = f"{session.schema.ledger(ledger).label} {session.read.caption(ledger, key)}"
    with session.write(f"批注 {about}") as transaction:
        transaction.insert(
            "review_note",
            {"kind": kind, "subject_ledger": ledger, "subject_key": key, "about": about, "body": body},
            stream=f"to.{owner}",
        )
    return transaction.changes


@dataclass(frozen=True)
class UnitState:
    """One unit as the bureau sees it."""

    organisation: str
    name: str
    entries: int
    last_number: int
    last_at: int


def overview(session: Session) -> list[UnitState]:
    """The bureau's units with what they last sent."""
    last = {
        organisation: (number, at)
        for organisation, number, at in session.read.connection.execute(
            "SELECT organisation, max(bundle_no), max(at) FROM sync_peer GROUP BY organisation"
        )
    }
    rows = dict(session.read.values(Query("detail_entry"), "owner"))
    return [
        UnitState(str(unit.identity), str(unit.name), rows.get(unit.identity, 0), *last.get(unit.identity, (0, 0)))
        for unit in recipients(session)
    ]


def figures(outcome: "Outcome") -> dict[str, object]:
    """The outcome as plain data."""
    return {
        "from": outcome.sender_name, "added": outcome.added, "changed": outcome.changed, "equal": outcome.equal,
        "conflicts": outcome.conflicts, "refused": outcome.refused,
    }  # fmt: skip


def in_words(outcome: "Outcome", *, rehearsal: bool) -> str:
    """The outcome in one line."""
    lead = "查看完毕，尚未写入" if rehearsal else "应用完毕"
    if not outcome.new_segments and not outcome.refused:
        return f"{outcome.sender_name} 第 {outcome.number} 号同步包：无新内容"
    return (
        f"{lead}：{outcome.sender_name} 第 {outcome.number} 号，新增 {outcome.added} 条，更新 {outcome.changed} 条，"
        f"相同 {outcome.equal} 条，冲突 {outcome.conflicts} 处，拒收 {outcome.refused} 条"
    )
