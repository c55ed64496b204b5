"""同步: make, look into, apply and take back bundles."""

import itertools
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.errors import Cancelled, EnvironmentFault, Refusal
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.query import Op as Comparison
from desktop.domain.query import Test, owner_of
from desktop.store.identity import writes_for
from desktop.sync import log

if TYPE_CHECKING:
    from desktop.sync.container import Announcement, Manifest
    from desktop.sync.intake import Outcome
    from desktop.sync.undoing import Applied as Taken

MAIL_SIZE = 8 * 1024**2
"""Bytes of one file that usual mail systems carry."""

BUNDLE_ENDINGS = (".bzb", ".zip", ".txt", ".dat")
"""Endings under which mail systems let a bundle through."""


def recipients(session: Session) -> list[Organisation]:
    """Whom a bundle can be made for: the bureau's units; for an office there is only its bureau. A unit whose row was
    lost with an older backup is known by its certificate."""
    from desktop.sync import certificates

    known = session.read.records(Organisation, Test("identity", Comparison.FILLED))
    ours = session.identity.organisation
    known.sort(key=lambda unit: owner_of(unit.key) != ours)
    by_identity = {unit.identity: unit for unit in reversed(known)}
    for organisation, name in certificates.certified(session.read.connection).items():
        row = {"name": name, "identity": organisation, "area_code": organisation[:6], "role": "office"}
        by_identity.setdefault(organisation, Organisation(key="", **row))
    return [unit for unit in reversed(by_identity.values()) if unit.role == "office" and unit.identity != ours]


def reachable(session: Session) -> list[Organisation]:
    """The units that have the program; the bureau enters the rows of the others itself."""
    entered = writes_for(session.read.connection)
    return [unit for unit in recipients(session) if unit.identity not in entered]


def file_name(session: Session, recipient_name: str, number: int) -> str:
    """A readable name; it is for people and never parsed."""
    word = "下发" if session.identity.is_bureau else "上报"
    unit = recipient_name if session.identity.is_bureau else session.identity.name
    mark = "演练_" if session.sample else ""
    return f"{mark}{word}_{unit}_{session.today().replace('-', '')}_{number:03d}.bzb"


def make_bundle(session: Session, path: Path, recipient: str = "", *, for_mail: bool = False) -> "Manifest":
    """Seal what is open and write a bundle: an office's goes to its bureau, a bureau's to the unit `recipient`. For
    mail, attachments beyond the usual size wait for the USB stick."""
    from desktop.sync import attached, making

    budget = attached.BUDGET if for_mail else attached.STICK
    return making.make(session.workspace, session.person, path, _recipient(session, recipient), blob_budget=budget)


def _recipient(session: Session, recipient: str) -> str:
    recipient = recipient or session.identity.superior
    if not recipient:
        word = "请选择发给哪个单位" if session.identity.is_bureau else "本单位还没有打开市局的授权文件，请先打开它"
        raise Refusal("no_recipient", word)
    return recipient


def make_named(session: Session, to: Path, recipient: str = "", *, for_mail: bool = False) -> "tuple[Path, Manifest]":
    """A bundle for a unit given by name or identity (our own: for our other PCs); a folder gets a readable file
    name."""
    identity, name = _named(session, recipient)
    if to.is_dir():
        to = _free_name(session, to, name)
    elif to.exists():
        raise Refusal("file_exists", f"“{to.name}”已经存在，请换一个文件名，以免覆盖")
    return to, make_bundle(session, to, identity, for_mail=for_mail)


def _named(session: Session, recipient: str) -> tuple[str, str]:
    ours = session.identity
    if recipient in (ours.organisation, ours.name) and recipient:
        return ours.organisation, f"{ours.name}其他电脑"
    chosen = [unit for unit in recipients(session) if recipient in (unit.name, unit.identity)]
    if recipient and not chosen and ours.is_bureau:
        raise Refusal("unknown_unit", f"没有名为“{recipient}”的单位，请核对单位名称")
    return (str(chosen[0].identity), str(chosen[0].name)) if chosen else ("", "")


def _free_name(session: Session, folder: Path, name: str) -> Path:
    made = log.made_so_far(session.read.connection)
    names = (folder / file_name(session, name, number) for number in itertools.count(made + 1))
    return next(path for path in names if not path.exists())


def make_for_mail(session: Session, folder: Path, recipient: str = "") -> "list[tuple[Path, Manifest]]":
    """The content for a recipient in as many files as mail needs; each can be opened by itself, in any order."""
    from desktop.sync import attached, making

    identity, name = _named(session, recipient)
    to = _recipient(session, identity)
    parts = making.parts_needed(session.workspace, session.person, to, MAIL_SIZE)
    first = _free_name(session, folder, name)
    paths = [first] if parts == 1 else [
        first.with_name(f"{first.stem}_{place}之{parts}{first.suffix}") for place in range(1, parts + 1)
    ]  # fmt: skip
    made = making.make_split(session.workspace, session.person, paths, to, blob_budget=attached.BUDGET)
    return list(zip(paths, made, strict=True))


@dataclass(frozen=True)
class Made:
    """What became of the bundle for one of many units: its file, or why there is none."""

    unit: str
    path: Path | None
    why_not: str = ""


def make_for_all(session: Session, folder: Path, job: Job | None = None) -> list[Made]:
    """The bureau's bundles for every unit, which carry the receipts as well. One that cannot be made does not stop the
    rest, unless the disk is to blame; cancelled, those made before stay."""
    job = job or Job()
    units = reachable(session)
    made: list[Made] = []
    for done, unit in enumerate(units):
        try:
            job.report(f"生成 {unit.name}", done, len(units))
            path, _ = make_named(session, folder, str(unit.identity))
        except Cancelled:
            break
        except Refusal as refusal:
            made.append(Made(str(unit.name), None, refusal.message))
            if isinstance(refusal, EnvironmentFault):
                break
        else:
            made.append(Made(str(unit.name), path))
    return made


def announced(path: Path) -> "Announcement":
    """What a bundle says of itself to everybody: from whom, to whom, when, how many rows."""
    from desktop.sync import container

    return container.announced(path)


def inspect_bundle(session: Session, path: Path) -> "Outcome":
    """What a bundle would bring; nothing changes."""
    from desktop.sync import receiving

    return receiving.inspect(session.workspace, session.person, path)


def apply_bundle(session: Session, path: Path, job: Job | None = None) -> "Outcome":
    """Take a bundle in, after a backup, as one transaction."""
    job = job or Job()
    from desktop.sync import receiving

    outcome = receiving.apply(session.workspace, session.person, path, job.report)
    _finish_search(session, job)
    return outcome


def _finish_search(session: Session, job: Job) -> None:
    """What was taken in stays, although somebody cancels now; the rest of the search is made ready at the next start."""
    with suppress(Cancelled):
        session.workspace.finish_search(job.report)


def bundles_in(folder: Path) -> list[Path]:
    """The files of a folder or USB stick that may be bundles, by name."""
    try:
        return sorted(path for path in folder.iterdir() if is_bundle(path))
    except OSError:
        raise EnvironmentFault("no_folder", f"打不开“{folder}”，U 盘可能已经拔出，请插好后再试") from None


def is_bundle(path: Path) -> bool:
    """Whether a file may be a bundle: by its own ending even if it is damaged, by those of mail systems only with its
    first bytes."""
    if path.suffix.lower() not in BUNDLE_ENDINGS or not path.is_file():
        return False
    if path.suffix.lower() == BUNDLE_ENDINGS[0]:
        return True
    try:
        with path.open("rb") as handle:
            return handle.read(4) in (b"BZB1", b"PK\x03\x04")
    except OSError:
        return False


@dataclass(frozen=True)
class Applied:
    """What became of one file of a folder, in one sentence."""

    path: Path
    sentence: str
    ok: bool
    changes: Changes


def apply_folder(session: Session, paths: Iterable[Path], job: Job | None = None) -> list[Applied]:
    """Take in many bundles after one backup; a bad one does not stop the rest."""
    job = job or Job()
    from desktop.sync import receiving

    results = []
    for path, outcome in receiving.apply_all(session.workspace, session.person, list(paths), job.report):
        if isinstance(outcome, Refusal):
            results.append(Applied(path, outcome.message, False, Changes()))
        else:
            results.append(Applied(path, in_words(outcome, rehearsal=False), not outcome.refused, outcome.changes))
    _finish_search(session, job)
    return results


def undoable(session: Session) -> "list[Taken]":
    """The applied bundles, newest first, with why one cannot be taken back."""
    from desktop.sync import undoing

    return undoing.applied(session.read.connection)


def undo_bundle(session: Session, batch: int) -> Changes:
    """Take an applied bundle back, after a backup."""
    from desktop.sync import undoing

    changes = undoing.undo(session.workspace, session.person, batch)
    session.workspace.finish_search()
    return changes


def take_receipt(session: Session, typed: str) -> int:
    """回执 told by telephone; the number of the bundle it acknowledges."""
    from desktop.sync import receipts

    with session.workspace.exclusive() as connection:
        return receipts.take(connection, typed, session.identity.organisation, session.identity.superior)


def receipt_for(session: Session, organisation: str) -> str:
    """The ten characters that tell a unit what we hold of its rows; where its PCs sent different parts, those of each,
    by its short mark."""
    from desktop.sync import receipts

    found = receipts.codes_for(session.read.connection, organisation)
    if len({code for _, code in found}) == 1:
        return found[0][1]
    return " / ".join(f"{device[:4].upper()}：{code}" for device, code in sorted(found))


def figures(outcome: "Outcome") -> dict[str, object]:
    """The outcome as plain data."""
    return {
        "from": outcome.sender_name, "added": outcome.added, "changed": outcome.changed, "equal": outcome.equal,
        "conflicts": outcome.conflicts, "refused": outcome.refused,
    }  # fmt: skip


def in_words(outcome: "Outcome", *, rehearsal: bool) -> str:
    """The outcome in one line."""
    lead = "查看完毕，尚未写入" if rehearsal else "应用完毕"
    if not outcome.new_segments and not outcome.new_blobs and not outcome.refused:
        word = "要等前面的同步包，先放在一边" if outcome.notes else "无新内容"
        return f"{outcome.sender_name} 第 {outcome.number} 号同步包：{word}"
    files = f"，附件 {outcome.new_blobs} 个" if outcome.new_blobs else ""
    return (
        f"{lead}：{outcome.sender_name} 第 {outcome.number} 号，新增 {outcome.added} 条，更新 {outcome.changed} 条，"
        f"相同 {outcome.equal} 条，冲突 {outcome.conflicts} 处，拒收 {outcome.refused} 条{files}"
    )
