"""Making, inspecting, applying and taking back bundles."""

import itertools
import json
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop.domain.errors import Refusal
from desktop.store import blobs
from desktop.store.backup import make_backup
from desktop.store.journal import Transaction
from desktop.store.tables import ORGANISATION_LENGTH
from desktop.store.workspace import Workspace, now
from desktop.sync import (
    attached,
    certificates,
    container,
    digests,
    disputes,
    encryption,
    enrolment,
    graph,
    intake,
    segments,
    signing,
)
from desktop.sync.canon import canonical
from desktop.sync.container import Announcement, Bundle, LeftOut, Manifest, StreamState
from desktop.sync.intake import Intake, Outcome, RowChange, Step
from desktop.sync.streams import may_read, parse_stream

NAMED = 5_000
"""Rows named in an outcome at most."""

ENTRIES = 15_000
"""Entries of one bundle at most, well below what a reader accepts."""

SILENT = 60 * 24 * 3600 * 1000
"""Milliseconds after which a copy that another copy of the same library outlived counts no more."""

_log = logging.getLogger(__name__)


class _Rehearsed(Exception):
    """Ends a rehearsal so that its transaction is rolled back."""


# making


@dataclass(frozen=True)
class _Content:
    """What a recipient lacks."""

    states: dict[str, StreamState]
    numbers: list[int]
    certificates: dict[str, bytes]
    asked_blobs: set[str]
    boxes: dict[str, str]


def make(workspace: Workspace, person: str, path: Path, recipient: str, *, encrypted: bool = True,
         blob_budget: int | None = None) -> Manifest:  # fmt: skip
    """Seal the open edits and write a bundle for an organisation (our own: for its other PCs); what it is known to
    have is left out."""
    (manifest,) = make_split(workspace, person, [path], recipient, encrypted=encrypted, blob_budget=blob_budget)
    return manifest


def make_split(workspace: Workspace, person: str, paths: Sequence[Path], recipient: str, *, encrypted: bool = True,
               blob_budget: int | None = None) -> list[Manifest]:  # fmt: skip
    """The same in as many files as there are `paths`, which may arrive in any order; attachments go into the last.
    What is sealed is committed before anything is written: a file must never say more than the library knows."""
    introduction = enrolment.introduction(workspace)
    with workspace.exclusive() as connection:
        segments.seal_open(workspace, connection, workspace.identity, person)
        content = _content(workspace, connection, recipient)
        shares = _shares(connection, content.numbers, len(paths))
        wanted = attached.lacked(workspace.schema, connection, content.states, content.numbers, content.asked_blobs)
        chosen, left_out = attached.within(workspace.folder, wanted, blob_budget)
        drafts = [
            _draft(workspace, connection, recipient, content, share, place, introduction,
                   (chosen, left_out) if place == len(paths) - 1 else ({}, LeftOut()))
            for place, share in enumerate(shares)
        ]  # fmt: skip
    for path, draft in zip(paths, drafts, strict=True):
        signature = signing.sign(workspace.folder, signing.DEVICE, canonical(msgspec.to_builtins(draft.manifest)))
        boxes = content.boxes if encrypted else {}
        container.write(path, draft.manifest, signature, draft.files, draft.blobs, boxes, workspace.folder)
        with workspace.exclusive() as connection:
            _note_made(workspace, connection, path, recipient, content, draft)
    return [draft.manifest for draft in drafts]


@dataclass(frozen=True)
class _Draft:
    """One file as it is to be written."""

    manifest: Manifest
    files: dict[str, bytes]
    blobs: dict[str, Path]


def _draft(workspace: Workspace, connection: sqlite3.Connection, recipient: str, content: _Content, share: list[int],
           place: int, introduction: enrolment.Introduction | None,
           attachments: tuple[dict[str, Path], LeftOut]) -> _Draft:  # fmt: skip
    identity, (chosen, left_out) = workspace.identity, attachments
    files = {**content.certificates, **_segment_files(connection, share)}
    counts: Counter[str] = Counter()
    for name, body in files.items():
        if name.endswith(".hdr"):
            counts.update(segments.read_header(body).rows)
    announcement = Announcement(
        identity.device, identity.organisation, identity.name, _next_number(connection) + place, now(), [recipient],
        dict(counts),
    )  # fmt: skip
    listed = container.listing(files) | {f"blob/{sha}": (kept.stat().st_size, sha) for sha, kept in chosen.items()}
    missing = {sha for sha, _, _ in attached.missing(workspace.schema, connection, workspace.folder)}
    manifest = Manifest(
        container.VERSION, announcement, identity.instance, workspace.schema.version, content.states,
        _wanted(connection), sorted(missing), left_out, listed, introduction, identity.former.split(),
    )  # fmt: skip
    return _Draft(manifest, files, chosen)


def _note_made(workspace: Workspace, connection: sqlite3.Connection, path: Path, recipient: str, content: _Content,
               draft: _Draft) -> None:  # fmt: skip
    detail = {
        "to": recipient, "number": draft.manifest.number, "counts": draft.manifest.announcement.counts,
        "heads": {name: state.heads for name, state in content.states.items()},
        "blobs": len(draft.blobs), "left_out": draft.manifest.left_out.files, "size": path.stat().st_size,
    }  # fmt: skip
    _note(connection, "made", workspace.identity.device, path.name, detail)


def parts_needed(workspace: Workspace, person: str, recipient: str, size: int) -> int:
    """Into how many files the content for a recipient must be split to keep each below `size` bytes (attachments not
    counted)."""
    with workspace.exclusive() as connection:
        segments.seal_open(workspace, connection, workspace.identity, person)
        numbers = _content(workspace, connection, recipient).numbers
        total = sum(_size(connection, n) for n in numbers)
    by_size, by_entries = -(-total // size), -(-len(numbers) * 3 // ENTRIES)
    return max(1, by_size, by_entries)


def _size(connection: sqlite3.Connection, n: int) -> int:
    row = connection.execute("SELECT length(hdr) + length(payload) + 600 FROM sync_seg WHERE n = ?", (n,)).fetchone()
    return int(row[0])


def _shares(connection: sqlite3.Connection, numbers: list[int], parts: int) -> list[list[int]]:
    """The segments in about equal shares, earlier ones first."""
    if parts == 1:
        return [numbers]
    sizes = {n: _size(connection, n) for n in numbers}
    limit, total = sum(sizes.values()) / parts, 0
    shares: list[list[int]] = [[] for _ in range(parts)]
    for n in numbers:
        shares[min(parts - 1, int(total // limit) if limit else 0)].append(n)
        total += sizes[n]
    return shares


def _content(workspace: Workspace, connection: sqlite3.Connection, recipient: str) -> _Content:
    identity = workspace.identity
    known = enrolment.superiors(connection)
    above_recipient = enrolment.above(known, recipient)
    taken_over = {recipient, *(item for pc in certificates.devices(connection, recipient) for item in pc.streams)}
    peers = connection.execute(
        "SELECT heads, want, want_blobs FROM sync_peer WHERE organisation = ?", (recipient,)
    ).fetchall()
    reports = [json.loads(heads) for heads, _, _ in peers] or [{}]
    wanted = {sha for _, want, _ in peers for sha in json.loads(want)}
    totals = digests.of_streams(workspace.schema, connection)
    states: dict[str, StreamState] = {}
    numbers: list[int] = []
    for name in graph.streams(connection):
        stream = parse_stream(name)
        if stream is None:
            continue
        if stream.owner not in taken_over and not may_read(
            stream, recipient, enrolment.above(known, stream.owner), above_recipient
        ):
            continue
        history = graph.load(connection, name)
        states[name] = StreamState(history.head_hashes(), totals.get(name, ""))
        asked = {history.number[sha] for sha in wanted if sha in history.number}
        found = _unknown(history, [report.get(name, []) for report in reports]) | asked
        numbers.extend(sorted(found, key=lambda n: history.generation[n]))
    owners = {name[:ORGANISATION_LENGTH] for name in states} | {identity.organisation, recipient}
    boxes = {
        item.device: item.box
        for organisation in (recipient, identity.organisation)
        for item in certificates.devices(connection, organisation)
        if item.box
    }
    if not any(item.box for item in certificates.devices(connection, recipient)):
        boxes = {}
    elif identity.device not in boxes:
        boxes[identity.device] = encryption.public_box(workspace.folder)
    return _Content(
        states, numbers, certificates.files(connection, owners),
        {sha for _, _, blobs_wanted in peers for sha in json.loads(blobs_wanted)}, boxes,
    )  # fmt: skip


def _unknown(history: graph.StreamGraph, reports: list[list[str]]) -> set[int]:
    """Segments that some PC of the recipient has not reported."""
    known = set(history.hashes)
    for heads in reports:
        known &= history.covered_by(heads)
    return set(history.hashes) - known


def _segment_files(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for n in numbers:
        sha, header, signature, payload = connection.execute(
            "SELECT hash, hdr, sig, payload FROM sync_seg WHERE n = ?", (n,)
        ).fetchone()
        files |= {f"seg/{sha}.hdr": header, f"seg/{sha}.sig": signature, f"seg/{sha}.z": payload}
    return files


def _wanted(connection: sqlite3.Connection) -> list[str]:
    """What our peers report of streams that we receive and what held segments wait for, as far as it is not here."""
    rows = connection.execute("SELECT heads FROM sync_peer").fetchall()
    named = {sha for (heads,) in rows for hashes in json.loads(heads).values() for sha in hashes}
    for (body,) in connection.execute(
        "SELECT hdr FROM sync_seg WHERE state = ? AND why = ?", (graph.HELD, graph.PARENTS)
    ).fetchall():
        named.update(segments.read_header(body).parents)
    return sorted(named - graph.kept(connection, named))


def _next_number(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM sync_log WHERE kind = 'made'").fetchone()
    return int(row[0]) + 1


# inspecting and applying


def inspect(workspace: Workspace, person: str, path: Path) -> Outcome:
    """What applying a bundle would do; nothing is written (the open edits are not even sealed)."""
    bundle = container.read(path, workspace.folder)
    outcome = Outcome()
    with suppress(_Rehearsed), _applying(workspace, person, path) as transaction:
        outcome = _take_in(workspace, transaction, bundle, person, path, lambda *_: None)
        raise _Rehearsed
    return outcome


def apply(workspace: Workspace, person: str, path: Path, step: Step = lambda *_: None) -> Outcome:
    """Verify everything, back up, then take a bundle in as one transaction; a second time changes nothing."""
    return _apply(workspace, person, path, step, backed_up=False)


def apply_all(workspace: Workspace, person: str, paths: Sequence[Path],
              step: Step = lambda *_: None) -> list[tuple[Path, Outcome | Refusal]]:  # fmt: skip
    """Take in many bundles after one backup; a bad one does not stop the rest."""
    step("备份", 0, len(paths))
    make_backup(workspace, "同步前")
    results: list[tuple[Path, Outcome | Refusal]] = []
    for done, path in enumerate(paths):
        step(f"应用 {path.name}", done, len(paths))
        try:
            results.append((path, _apply(workspace, person, path, lambda *_: None, backed_up=True)))
        except Refusal as refusal:
            results.append((path, refusal))
    return results


def _apply(workspace: Workspace, person: str, path: Path, step: Step, *, backed_up: bool) -> Outcome:
    step("核对同步包", 0, 0)
    bundle = container.read(path, workspace.folder)
    with suppress(_Rehearsed), workspace.exclusive() as connection:
        intake.judge_signer(workspace, connection, bundle)
        brings = _brings_anything(workspace, connection, bundle)
        raise _Rehearsed
    if brings and not backed_up:
        step("备份", 0, 0)
        make_backup(workspace, "同步前")
    step("保存附件", 0, len(bundle.blob_names))
    lacking = {sha for sha in bundle.blob_names if not blobs.place(workspace.folder, sha).exists()}
    if lacking:
        container.each_blob(
            path, workspace.folder, lacking, lambda content: blobs.put_stream(workspace.folder, content)
        )
    with _applying(workspace, person, path) as transaction:
        outcome = _take_in(workspace, transaction, bundle, person, path, step)
        outcome.new_blobs = len(lacking)
    outcome.changes = transaction.changes
    return outcome


def _brings_anything(workspace: Workspace, connection: sqlite3.Connection, bundle: Bundle) -> bool:
    names = bundle.segment_names()
    lacking = any(not blobs.place(workspace.folder, sha).exists() for sha in bundle.blob_names)
    return lacking or len(graph.applied(connection, names)) < len(names)


def _applying(workspace: Workspace, person: str, path: Path) -> AbstractContextManager[Transaction]:
    return workspace.transaction(person, f"应用同步包 {path.name}", origin="segment:", applying=True)


def _take_in(workspace: Workspace, transaction: Transaction, bundle: Bundle, person: str, path: Path,
             step: Step) -> Outcome:  # fmt: skip
    connection, manifest = transaction.connection, bundle.manifest
    intake.judge_signer(workspace, connection, bundle)
    segments.seal_open(workspace, connection, workspace.identity, person)
    said = manifest.announcement
    outcome = Outcome(said.organisation, said.organisation_name, said.number, said.at,
                      left_out=manifest.left_out.files)  # fmt: skip
    outcome.batch = _note(connection, "applied", manifest.sender, path.name, {})
    taking = Intake(workspace, transaction, bundle, outcome, step)
    taking.run()
    _count(transaction, taking, outcome)
    _compare(workspace, connection, manifest, outcome)
    _remember_report(connection, manifest)
    detail = {"from": outcome.sender_name, "organisation": outcome.sender, "number": outcome.number,
              "added": outcome.added, "changed": outcome.changed, "equal": outcome.equal,
              "conflicts": outcome.conflicts, "refused": outcome.refused, "notes": sorted(set(outcome.notes)),
              "segments": outcome.new_segments, "left_out": outcome.left_out}  # fmt: skip
    connection.execute(
        "UPDATE sync_log SET detail = ? WHERE id = ?", (json.dumps(detail, ensure_ascii=False), outcome.batch)
    )
    return outcome


def _remember_report(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """What the sender says it holds; by its running number, since its clock may be set back. Copies of one library
    report each for itself, until another took their place or they are silent for long."""
    heads, heard = {name: state.heads for name, state in manifest.streams.items()}, now()
    connection.execute(
        "INSERT INTO sync_peer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device, instance) DO UPDATE SET "
        "heads = excluded.heads, want = excluded.want, want_blobs = excluded.want_blobs, at = excluded.at, "
        "bundle_no = excluded.bundle_no, heard = excluded.heard WHERE excluded.bundle_no >= sync_peer.bundle_no",
        (manifest.sender, manifest.organisation, manifest.instance, json.dumps(heads), json.dumps(manifest.want),
         json.dumps(manifest.want_blobs), manifest.number, manifest.at, heard),
    )  # fmt: skip
    connection.execute(
        "DELETE FROM sync_peer WHERE device = ? AND instance <> ? AND heard < ?",
        (manifest.sender, manifest.instance, heard - SILENT),
    )
    connection.executemany(
        "DELETE FROM sync_peer WHERE device = ? AND instance = ?",
        [(manifest.sender, instance) for instance in ("", *manifest.former) if instance != manifest.instance],
    )


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


def _note(connection: sqlite3.Connection, kind: str, device: str, name: str, detail: object) -> int:
    number = connection.execute(
        "INSERT INTO sync_log (at, kind, device, bundle, detail) VALUES (?, ?, ?, ?, ?)",
        (now(), kind, device, name, json.dumps(detail, ensure_ascii=False)),
    ).lastrowid
    assert number is not None
    return number
