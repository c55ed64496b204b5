"""Inspecting and applying bundles."""

import itertools
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from desktop.domain.errors import Cancelled, Refusal
from desktop.store import blobs
from desktop.store.backup import make_backup
from desktop.store.journal import Transaction
from desktop.store.workspace import Workspace
from desktop.sync import (
    certificates,
    container,
    digests,
    disputes,
    graph,
    intake,
    log,
    peers,
    segments,
)
from desktop.sync.container import Bundle, Manifest
from desktop.sync.intake import Intake, Outcome, RowChange, Step

NAMED = 5_000
"""Rows named in an outcome at most."""

_UNEXPECTED = "“{}”读入时出错，没有写入，请在“设置”里导出诊断信息并联系维护人员"

_log = logging.getLogger(__name__)


class _Rehearsed(Exception):
    """Ends a rehearsal so that its transaction is rolled back."""


def inspect(workspace: Workspace, person: str, path: Path) -> Outcome:
    """What applying a bundle would do; nothing is written (the open edits are not even sealed)."""
    bundle = container.read(path, workspace.folder)
    outcome = Outcome()
    with suppress(_Rehearsed), _applying(workspace, person, path) as transaction:
        lacking = len(_lacking(workspace, bundle))
        outcome = _take_in(workspace, transaction, bundle, person, path, lambda *_: None, lacking)
        raise _Rehearsed
    return outcome


def apply(workspace: Workspace, person: str, path: Path, step: Step = lambda *_: None) -> Outcome:
    """Verify everything, back up, then take a bundle in as one transaction; a second time changes nothing."""
    return _apply(workspace, person, path, step, backed_up=False)


def apply_all(workspace: Workspace, person: str, paths: Sequence[Path],
              step: Step = lambda *_: None) -> list[tuple[Path, Outcome | Refusal]]:  # fmt: skip
    """Take in many bundles after one backup; a bad one does not stop the rest. Cancelled between two of them, those
    before stay taken in."""
    step("备份", 0, len(paths))
    make_backup(workspace, "同步前")
    results: list[tuple[Path, Outcome | Refusal]] = []
    for done, path in enumerate(paths):
        try:
            step(f"应用 {path.name}", done, len(paths))
        except Cancelled:
            break
        try:
            results.append((path, _apply(workspace, person, path, lambda *_: None, backed_up=True)))
        except Refusal as refusal:
            results.append((path, refusal))
        except Exception:  # noqa: BLE001 - whatever is wrong with one file must not keep the others out
            _log.exception("读入同步包时出错")
            results.append((path, Refusal("unexpected", _UNEXPECTED.format(path.name))))
    return results


def _apply(workspace: Workspace, person: str, path: Path, step: Step, *, backed_up: bool) -> Outcome:
    step("核对同步包", 0, 0)
    bundle = container.read(path, workspace.folder)
    with suppress(_Rehearsed), workspace.exclusive() as connection:
        intake.judge_signer(workspace, connection, bundle)
        names = bundle.segment_names()
        new = len(graph.applied(connection, names)) < len(names)
        raise _Rehearsed
    lacking = _lacking(workspace, bundle)
    if (new or lacking) and not backed_up:
        step("备份", 0, 0)
        make_backup(workspace, "同步前")
    step("保存附件", 0, len(bundle.blob_names))
    if lacking:
        container.each_blob(
            path, workspace.folder, lacking, lambda content: blobs.put_stream(workspace.folder, content)
        )
    with _applying(workspace, person, path) as transaction:
        outcome = _take_in(workspace, transaction, bundle, person, path, step, len(lacking))
    outcome.changes = transaction.changes
    return outcome


def _lacking(workspace: Workspace, bundle: Bundle) -> set[str]:
    """The attachments of a bundle that are not here, or not whole."""
    return {sha for sha in bundle.blob_names if not blobs.is_whole(workspace.folder, sha)}


def _applying(workspace: Workspace, person: str, path: Path) -> AbstractContextManager[Transaction]:
    return workspace.transaction(person, f"应用同步包 {path.name}", origin="segment:", applying=True)


def _take_in(workspace: Workspace, transaction: Transaction, bundle: Bundle, person: str, path: Path,
             step: Step, new_blobs: int) -> Outcome:  # fmt: skip
    connection, manifest = transaction.connection, bundle.manifest
    intake.judge_signer(workspace, connection, bundle)
    segments.seal_open(workspace, connection, workspace.identity, person)
    said = manifest.announcement
    outcome = Outcome(said.organisation, said.organisation_name, said.number, said.at,
                      left_out=manifest.left_out.files, new_blobs=new_blobs)  # fmt: skip
    outcome.batch = log.note(connection, log.APPLIED, manifest.sender, path.name, {})
    taking = Intake(workspace, transaction, bundle, outcome, step)
    taking.run()
    _count(transaction, taking, outcome)
    _compare(workspace, connection, manifest, outcome)
    if certificates.revoked_heads(connection, manifest.sender) is None:
        peers.remember(connection, manifest)
    detail = {"from": outcome.sender_name, "organisation": outcome.sender, "number": outcome.number,
              "added": outcome.added, "changed": outcome.changed, "equal": outcome.equal,
              "conflicts": outcome.conflicts, "refused": outcome.refused, "notes": sorted(set(outcome.notes)),
              "segments": outcome.new_segments, "left_out": outcome.left_out,
              "blobs": outcome.new_blobs}  # fmt: skip
    log.complete(connection, outcome.batch, detail)
    return outcome


def _compare(workspace: Workspace, connection: sqlite3.Connection, manifest: Manifest, outcome: Outcome) -> None:
    """Where both hold the same segments, both must hold the same rows."""
    if manifest.schema != workspace.schema.version or not outcome.new_segments:
        return
    told = {name: state for name, state in manifest.streams.items() if state.digest}
    same = {name for name, state in told.items() if graph.load(connection, name).head_hashes() == state.heads}
    if not same:
        return
    totals = digests.of_streams(workspace.schema, connection)
    wrong = sorted(name for name in same if totals.get(name, "") != told[name].digest)
    if wrong:
        _log.error("同步核对不一致：%s", "、".join(wrong))
        outcome.notes.append("两边核对的结果不一致，数据没有丢失，请在“设置”里导出诊断信息并联系维护人员")


def _count(transaction: Transaction, taking: Intake, outcome: Outcome) -> None:
    connection, touched = transaction.connection, taking.touched
    lines = connection.execute(
        "SELECT ledger, key, field, old, new FROM journal INDEXED BY journal_tx WHERE tx >= ? ORDER BY id",
        (transaction.number,),
    )
    before: dict[tuple[str, str], dict[str, object]] = {}
    for ledger, key, name, old, _new in lines:
        cells = before.setdefault((ledger, key), {})
        if name:
            cells.setdefault(name, old)
    changed = before.keys() - touched.born
    open_cells: dict[tuple[str, str], set[str]] = {}
    for ledger, key, name in disputes.disputed(connection) if touched.contested else ():
        if (ledger, key) in touched.contested:
            open_cells.setdefault((ledger, key), set()).add(name)
    gone = {place for place in changed if _deleted(connection, place) and before[place].get("_del") == 0}
    outcome.added, outcome.changed = len(touched.born), len(changed)
    outcome.equal += len(touched.named - before.keys() - touched.born)
    outcome.deleted = len(gone)
    outcome.conflicts = sum(len(names) for names in open_cells.values())
    words = itertools.chain(
        (("冲突", place) for place in sorted(open_cells)),
        (("删除", place) for place in sorted(gone - open_cells.keys())),
        (("更新", place) for place in sorted(changed - gone - open_cells.keys())),
        (("新增", place) for place in sorted(touched.born - open_cells.keys())),
    )
    outcome.rows = [
        _row_change(transaction, word, place, before.get(place, {}), open_cells.get(place, set()))
        for word, place in itertools.islice(words, NAMED)
    ]


def _deleted(connection: sqlite3.Connection, place: tuple[str, str]) -> bool:
    row = connection.execute(f'SELECT _del FROM "{place[0]}" WHERE key = ?', (place[1],)).fetchone()
    return row is not None and bool(row[0])


def _row_change(transaction: Transaction, word: str, place: tuple[str, str], before: dict[str, object],
                open_cells: set[str]) -> RowChange:  # fmt: skip
    ledger, key = place
    caption = transaction.reader.caption(ledger, key)
    if word == "新增":
        return RowChange(word, ledger, key, caption)
    now_there = transaction.reader.any_row(ledger, key) or {}
    fields = []
    for name in dict.fromkeys((*before, *sorted(open_cells))):
        shown = now_there.get(name)
        ours = before.get(name, shown)
        theirs = shown
        if name in open_cells:
            values = disputes.values(transaction.connection, ledger, key, name)
            theirs = next((value for value in values if value != ours), shown)
        if ours != theirs:
            fields.append((name, ours, theirs, shown))
    return RowChange(word, ledger, key, caption, tuple(fields))  # type: ignore[arg-type]
