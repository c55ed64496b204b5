"""Making bundles: what a recipient lacks, sealed and written."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop.domain.errors import Refusal
from desktop.store.tables import ORGANISATION_LENGTH
from desktop.store.workspace import Workspace, now
from desktop.sync import (
    attached,
    certificates,
    container,
    digests,
    encryption,
    enrolment,
    graph,
    log,
    peers,
    segments,
    signing,
)
from desktop.sync.canon import canonical
from desktop.sync.container import Announcement, LeftOut, Manifest, StreamState
from desktop.sync.streams import may_read, parse_stream

ENTRIES = 15_000
"""Entries of one bundle at most, well below what a reader accepts."""


@dataclass(frozen=True)
class _Content:
    """What a recipient lacks."""

    states: dict[str, StreamState]
    numbers: list[int]
    certificates: dict[str, bytes]
    asked_blobs: set[str]
    boxes: dict[str, str]


def make(workspace: Workspace, person: str, path: Path, recipient: str, *, encrypted: bool = True,
         blob_budget: int = attached.STICK) -> Manifest:  # fmt: skip
    """Seal the open edits and write a bundle for an organisation (our own: for its other PCs); what it is known to
    have is left out."""
    (manifest,) = make_split(workspace, person, [path], recipient, encrypted=encrypted, blob_budget=blob_budget)
    return manifest


def make_split(workspace: Workspace, person: str, paths: Sequence[Path], recipient: str, *, encrypted: bool = True,
               blob_budget: int = attached.STICK) -> list[Manifest]:  # fmt: skip
    """The same in as many files as there are `paths`, which may arrive in any order; attachments go into the last.
    What is sealed is committed before anything is written: a file must never say more than the library knows."""
    introduction = enrolment.introduction(workspace)
    with workspace.exclusive() as connection:
        segments.seal_open(workspace, connection, workspace.identity, person)
        content = _content(workspace, connection, recipient)
        shares = _shares(connection, content.numbers, len(paths))
        if any(len(share) * 3 > ENTRIES for share in shares):
            raise Refusal("too_many", "要送的内容太多，一个文件放不下，请用“分卷发邮件”生成几个文件，U 盘也可以带")
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
        identity.device, identity.organisation, identity.name, log.made_so_far(connection) + 1 + place, now(), [recipient],
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
    log.note(connection, log.MADE, workspace.identity.device, path.name, detail)


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
    reports = peers.reports(connection, recipient)
    heads = [report.heads for report in reports] or [{}]
    wanted = {sha for report in reports for sha in report.want}
    totals = digests.of_streams(workspace.schema, connection)
    states: dict[str, StreamState] = {}
    numbers: list[int] = []
    for name in _readable(connection, recipient):
        history = graph.load(connection, name)
        states[name] = StreamState(history.head_hashes(), totals.get(name, ""))
        asked = {history.number[sha] for sha in wanted if sha in history.number}
        found = _unknown(history, [said.get(name, []) for said in heads]) | asked
        numbers.extend(sorted(found, key=lambda n: history.generation[n]))
    owners = {name[:ORGANISATION_LENGTH] for name in states} | {workspace.identity.organisation, recipient}
    return _Content(
        states, numbers, certificates.files(connection, owners),
        {sha for report in reports for sha in report.want_blobs}, _boxes(workspace, connection, recipient),
    )  # fmt: skip


def _readable(connection: sqlite3.Connection, recipient: str) -> Iterator[str]:
    """The streams here that a recipient writes or may read."""
    known = enrolment.superiors(connection)
    above_recipient = enrolment.above(known, recipient)
    taken_over = certificates.streams_of(connection, recipient)
    for name in graph.streams(connection):
        stream = parse_stream(name)
        if stream is None:
            continue
        if {stream.owner, stream.recipient} & taken_over or may_read(
            stream, recipient, enrolment.above(known, stream.owner), above_recipient
        ):
            yield name


def _boxes(workspace: Workspace, connection: sqlite3.Connection, recipient: str) -> dict[str, str]:
    """PC → its box, of the PCs that are to open the bundle, our own among them; none where the recipient's have none."""
    identity = workspace.identity
    theirs = certificates.devices(connection, recipient)
    if not any(item.box for item in theirs):
        return {}
    boxes = {
        item.device: item.box
        for item in (*theirs, *certificates.devices(connection, identity.organisation))
        if item.box
    }
    return boxes if identity.device in boxes else {**boxes, identity.device: encryption.public_box(workspace.folder)}


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
    named = {sha for report in peers.reports(connection) for hashes in report.heads.values() for sha in hashes}
    for segment, why in graph.held(connection).values():
        if why == graph.PARENTS:
            named.update(segment.parents)
    return sorted(named - graph.kept(connection, named))
