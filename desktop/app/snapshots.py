"""统计快照: figures frozen with their rows in one immutable file; comparison with now or another; 更正 since then."""

import json
import re
from dataclasses import asdict, dataclass

import desktop
from desktop.app import statistics
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.comparison import FORMAT, ChangedRow, Kept, Side, changed_rows, kept_groups, restored
from desktop.domain.dates import first_day
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.common import Snapshot
from desktop.domain.query import Query, Sort
from desktop.domain.statistics import Placed
from desktop.store import blobs, journal

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest file that is read; 5,000 rows take about 5 million."""

_PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?", re.ASCII)


@dataclass(frozen=True)
class Scope:
    """What is counted: a layout, a day and some organisations (None: all in the library)."""

    layout: str = statistics.DEFAULT_LAYOUT
    as_of: str = ""
    owners: tuple[str, ...] | None = None
    unit: str = ""


@dataclass(frozen=True)
class Correction:
    """A frozen row that reads otherwise today, or a row of the same day that arrived by a bundle after the freeze."""

    snapshot: str
    row: ChangedRow


def freeze(session: Session, name: str, scope: Scope, period: str = "", notes: str = "") -> tuple[Changes, str]:
    """Keep the table of today's ledgers as it is; the key of the snapshot. Refusal for an unusable name or period."""
    name, period = name.strip(), period.strip()
    if not name:
        raise Refusal("no_name", "请给快照起一个名称，如“2026 年第四季度”")
    if any(item.name == name for item in snapshots_of(session)):
        raise Refusal("duplicate_name", f"已经有名为“{name}”的快照，请换一个名称")
    if period and _PERIOD.fullmatch(period) is None:
        raise Refusal("bad_period", "所属期间请写成 2026、2026-Q4 或 2026-11")
    kept = _kept(session, scope)
    content = json.dumps(asdict(kept), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    sha = blobs.put(session.workspace.folder, content)
    with session.write(f"冻结快照 {name}") as transaction:
        key = transaction.insert(
            "snapshot",
            {"name": name, "layout": kept.layout.name, "as_of": kept.as_of, "period": period or None, "sha256": sha,
             "size": len(content), "notes": notes or None},
        )  # fmt: skip
    return transaction.changes, key


def _kept(session: Session, scope: Scope) -> Kept:
    owners = None if scope.owners is None else list(scope.owners)
    day = scope.as_of or session.today()
    versions = statistics.counted_versions(session, scope.owners)
    rows = tuple(statistics.placed(session, day, owners, versions))
    table = statistics.counted(session, statistics.layout(scope.layout), rows, day, versions)
    return Kept(
        FORMAT, desktop.__version__, scope.unit or session.identity.name, day, table.layout, scope.owners, versions, rows,
        kept_groups(table, rows), table.checks,
    )  # fmt: skip


def snapshots_of(session: Session) -> list[Snapshot]:
    """The snapshots in this library, newest day first."""
    return session.read.records(Snapshot, Query("snapshot", sort=(Sort("as_of", True), Sort("name"))))


def open_kept(session: Session, key: str) -> Kept:
    """The file of a snapshot; Refusal if it is missing, damaged or of a newer program."""
    row = session.read.any_row("snapshot", key)
    if row is None:
        raise Refusal("vanished", "这份快照已经不在，请刷新后再选")
    return _read(session, str(row["name"]), str(row["sha256"] or ""))


def _read(session: Session, name: str, sha: str) -> Kept:
    import hashlib

    gone = Refusal("missing_file", f"快照“{name}”的文件不在本机，请从备份恢复，或请报送单位重新发送同步包")
    if re.fullmatch(r"[0-9a-f]{64}", sha) is None:
        raise gone
    place = blobs.place(session.workspace.folder, sha)
    try:
        with place.open("rb") as handle:
            content = handle.read(LARGEST + 1)
    except OSError as error:
        raise gone from error
    if len(content) > LARGEST or hashlib.sha256(content).hexdigest() != sha:
        raise _damaged(name)
    try:
        return decoded(content)
    except ValueError as error:
        raise _damaged(name) from error


def _damaged(name: str) -> Refusal:
    return Refusal("damaged_file", f"快照“{name}”的文件已损坏，无法打开，请从备份恢复")


def decoded(content: bytes) -> Kept:
    """The content of a snapshot's file, checked; ValueError for anything else."""
    import msgspec

    try:
        kept = msgspec.json.decode(content, type=Kept)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("snapshot") from error
    restored(kept)
    return kept


def frozen(session: Session, key: str) -> Side:
    """The table and rows of a snapshot as they were."""
    return restored(open_kept(session, key))


def refuse_other_layout(one: Kept, other: Kept) -> None:
    """Refusal when two snapshots count by different layouts: their lines are not of the same things."""
    if one.layout.id != other.layout.id:
        names = f"“{one.layout.name}”和“{other.layout.name}”"
        raise Refusal("other_layout", f"两份快照的版式不同（{names}），不能逐行比较；请选版式相同的两份")


def live(session: Session, kept: Kept, as_of: str = "") -> Side:
    """What the ledgers say today in the layout and for the organisations of a snapshot."""
    day, versions = as_of or session.today(), statistics.counted_versions(session, kept.owners)
    rows = statistics.placed(session, day, None, versions)
    table = statistics.counted(session, kept.layout, rows, day, versions)
    return Side(table, {row.key: row for row in rows})


def on_day(session: Session, scope: Scope) -> Side:
    """What today's ledgers say as of a day."""
    day, versions = scope.as_of or session.today(), statistics.counted_versions(session, scope.owners)
    rows = statistics.placed(session, day, None, versions)
    table = statistics.counted(session, statistics.layout(scope.layout), rows, day, versions)
    return Side(table, {row.key: row for row in rows})


def corrections(session: Session) -> list[Correction]:
    """更正 of every snapshot that stands for a period; a file that cannot be read has none."""
    found: list[Correction] = []
    for snapshot in snapshots_of(session):
        if snapshot.period:
            try:
                kept = open_kept(session, snapshot.key)
            except Refusal:
                continue
            found.extend(Correction(snapshot.key, row) for row in corrected_rows(session, kept))
    return found


def corrected_rows(session: Session, kept: Kept) -> list[ChangedRow]:
    """Frozen rows that read otherwise as of the same day, and rows of that day that arrived by bundles since."""
    versions = {**statistics.counted_versions(session, kept.owners), **kept.versions}
    frozen_versions = statistics.placed(session, kept.as_of, None, versions)
    changed = changed_rows({row.key: row for row in kept.rows}, {row.key: row for row in frozen_versions})
    return [item for item in changed if item.mark != "新增" or _late(session, item.row, kept.as_of)]


def _late(session: Session, row: Placed, as_of: str) -> bool:
    """Whether a row came by a bundle and already belongs to the day."""
    published = str(row.values.get("published") or "")
    if published and first_day(published) > as_of:
        return False
    lines = journal.history(session.read, "detail_entry", row.key)
    return bool(lines) and lines[-1].origin.startswith("segment:")
