"""Making, inspecting and applying bundles."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.store.backup import make_backup
from desktop.store.journal import Transaction
from desktop.store.tables import ORGANISATION_LENGTH
from desktop.store.workspace import Workspace, now
from desktop.sync import container, enrolment, graph, segments, signing
from desktop.sync.applying import Applier, Touched, conflicts, examine
from desktop.sync.canon import canonical, digest
from desktop.sync.container import Bundle, Manifest, StreamState
from desktop.sync.streams import Stream, may_read, parse_stream

NAMED = 5_000
"""Rows named in an outcome at most."""

Step = Callable[[str, int, int], None]
"""Told of each step: words, done, total; may raise Cancelled."""


@dataclass
class Outcome:
    """What a bundle brought, or would bring: rows added, changed, equal, in conflict, refused; `notes` are sentences
    about what was set aside."""

    sender: str = ""
    sender_name: str = ""
    number: int = 0
    at: int = 0
    added: int = 0
    changed: int = 0
    equal: int = 0
    conflicts: int = 0
    refused: int = 0
    deleted: int = 0
    new_segments: int = 0
    notes: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    """(outcome word, ledger, key) of each added or changed row."""
    captions: dict[tuple[str, str], str] = field(default_factory=dict)
    """(ledger, key) → how a person names the row; a rehearsal's rows are gone afterwards."""


class _Rehearsed(Exception):
    """Ends a rehearsal so that its transaction is rolled back."""


def make(workspace: Workspace, person: str, path: Path, recipient: str) -> Manifest:
    """Seal the open edits and write a bundle for an organisation; what it is known to have is left out."""
    identity = workspace.identity
    introduction = enrolment.introduction(workspace)
    with workspace.exclusive() as connection:
        segments.seal_open(workspace, connection, identity, person)
        states: dict[str, StreamState] = {}
        files: dict[str, bytes] = {}
        reports, wanted = _reports(connection, recipient)
        for name in graph.streams(connection):
            stream = parse_stream(name)
            if stream is None or not _readable(connection, stream, recipient, identity.organisation, identity.superior):
                continue
            history = graph.load(connection, name)
            states[name] = StreamState(history.head_hashes())
            asked = {history.number[sha] for sha in wanted if sha in history.number}
            for n in _unknown(history, [report.get(name, []) for report in reports]) | asked:
                files.update(_segment_files(connection, n))
        owners = {name[:ORGANISATION_LENGTH] for name in states} | {identity.organisation, recipient}
        files.update(_certificate_files(connection, owners))
        number = _next_number(connection)
        manifest = Manifest(
            container.VERSION, identity.device, identity.organisation, identity.name, identity.instance, number,
            now(), [recipient], states, _wanted(connection), container.listing(files), introduction,
        )  # fmt: skip
    signature = signing.sign(workspace.folder, signing.DEVICE, canonical(msgspec.to_builtins(manifest)))
    container.write(path, manifest, signature, files)
    with workspace.exclusive() as connection:
        _log(connection, "made", identity.device, path.name, {"to": recipient, "number": number})
    return manifest


def inspect(workspace: Workspace, person: str, path: Path) -> Outcome:
    """What applying a bundle would do; nothing is written (the open edits are not even sealed)."""
    bundle = container.read(path)
    outcome = Outcome()
    with suppress(_Rehearsed), _applying(workspace, person, path) as transaction:
        outcome = _take_in(workspace, transaction, bundle, person, lambda *_: None)
        raise _Rehearsed
    return outcome


def apply(workspace: Workspace, person: str, path: Path, step: Step = lambda *_: None) -> Outcome:
    """Verify everything, back up, then take a bundle in as one transaction; a second time changes nothing."""
    step("核对同步包", 0, 0)
    bundle = container.read(path)
    with suppress(_Rehearsed), workspace.exclusive() as connection:
        _judge_signer(workspace, connection, bundle)
        raise _Rehearsed
    step("备份", 0, 0)
    make_backup(workspace, "同步前")
    with _applying(workspace, person, path) as transaction:
        outcome = _take_in(workspace, transaction, bundle, person, step)
        detail = {"number": outcome.number, "added": outcome.added, "changed": outcome.changed,
                  "refused": outcome.refused, "notes": outcome.notes}  # fmt: skip
        _log(transaction.connection, "applied", outcome.sender, path.name, detail)
    outcome.changes = transaction.changes
    return outcome


def _applying(workspace: Workspace, person: str, path: Path) -> AbstractContextManager[Transaction]:
    return workspace.transaction(person, f"应用同步包 {path.name}", origin="segment:", applying=True)


def _judge_signer(workspace: Workspace, connection: sqlite3.Connection, bundle: Bundle) -> None:
    """Refusal unless the bundle is signed by a PC we know, or that proves who it is, and is meant for us."""
    manifest, identity = bundle.manifest, workspace.identity
    _take_certificates(connection, bundle)
    certificate = enrolment.certificate_of(connection, manifest.sender)
    new = manifest.introduction
    if certificate is not None and certificate.organisation == manifest.organisation:
        key = certificate.key
    elif (
        new is not None
        and new.device == manifest.sender
        and new.organisation == manifest.organisation
        and (enrolment.check_introduction(connection, new))
    ):
        key = new.key
    else:
        if new is not None and enrolment.used_by_another(connection, new):
            raise Refusal(
                "unit_file_used", "这份授权文件已用在该单位的另一台电脑上，没有读入，请该单位用原来那台电脑生成"
            )
        raise Refusal("foreign_signer", "这个同步包不是本市局或其授权单位生成的，没有读入，请核对来源")
    if not signing.verified(key, bundle.signature, bundle.body):
        raise Refusal("foreign_signer", "这个同步包的签名不对，可能被改动过，没有读入，请对方重新发送")
    if identity.organisation not in manifest.recipients:
        raise Refusal("not_for_us", "这个同步包是发给其他单位的，没有读入，请确认文件")
    if new is not None and identity.is_bureau:
        enrolment.admit(workspace, connection, new)


def _take_certificates(connection: sqlite3.Connection, bundle: Bundle) -> None:
    for serial in bundle.certificate_names():
        body, signature = bundle.files[f"cert/{serial}.json"], bundle.files.get(f"cert/{serial}.sig", b"")
        enrolment.accept_certificate(connection, body, signature)


def _take_in(workspace: Workspace, transaction: Transaction, bundle: Bundle, person: str, step: Step) -> Outcome:
    connection, manifest = transaction.connection, bundle.manifest
    _judge_signer(workspace, connection, bundle)
    segments.seal_open(workspace, connection, workspace.identity, person)
    outcome = Outcome(manifest.organisation, manifest.organisation_name, manifest.number, manifest.at)
    before = len(conflicts(connection))
    touched = Touched()
    _Intake(workspace, transaction, bundle, outcome, touched, step).run()
    _count(connection, transaction, touched, outcome)
    outcome.conflicts = max(0, len(conflicts(connection)) - before)
    heads = {name: state.heads for name, state in manifest.streams.items()}
    connection.execute(
        "INSERT INTO sync_peer VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET "
        "instance = excluded.instance, heads = excluded.heads, want = excluded.want, at = excluded.at, "
        "bundle_no = excluded.bundle_no WHERE excluded.at >= sync_peer.at",
        (manifest.sender, manifest.organisation, manifest.instance, json.dumps(heads), json.dumps(manifest.want),
         manifest.number, manifest.at),
    )  # fmt: skip
    return outcome


class _Intake:
    """Takes the segments of one bundle in, parents first; a bad one and what rests on it are set aside."""

    def __init__(self, workspace: Workspace, transaction: Transaction, bundle: Bundle, outcome: Outcome,
                 touched: Touched, step: Step) -> None:  # fmt: skip
        self._workspace = workspace
        self._transaction = transaction
        self._connection = transaction.connection
        self._bundle = bundle
        self._outcome = outcome
        self._touched = touched
        self._step = step
        self._graphs: dict[str, graph.StreamGraph] = {}
        self._aside: set[str] = set()

    def run(self) -> None:
        """Every segment not yet held, in the order of generations."""
        waiting: list[tuple[int, str, segments.Header]] = []
        for sha in self._bundle.segment_names():
            body = self._bundle.files[f"seg/{sha}.hdr"]
            if self._connection.execute("SELECT 1 FROM sync_seg WHERE hash = ?", (sha,)).fetchone():
                self._outcome.equal += segments.read_header(body).rows
                continue
            try:
                if digest(body) != sha:
                    raise Refusal("bad_segment", "同步包里有一段数据的名称不符，已搁置")
                header = segments.read_header(body)
                waiting.append((header.gen, sha, header))
            except Refusal as refusal:
                self._set_aside(sha, 0, refusal.message)
        for done, (_, sha, header) in enumerate(sorted(waiting, key=lambda item: item[:2])):
            self._step("写入", done, len(waiting))
            self._take(sha, header)

    def _take(self, sha: str, header: segments.Header) -> None:
        history = self._graph(header.stream)
        if any(parent in self._aside for parent in header.parents):
            self._set_aside(sha, header.rows, "前一段数据已搁置，这一段也先搁置")
            return
        if any(parent not in history.number for parent in header.parents):
            self._outcome.notes.append("有一段数据要等对方补发前面的部分，这次先不写入")
            return
        files = self._bundle.files
        packed, signature = files.get(f"seg/{sha}.z", b""), files.get(f"seg/{sha}.sig", b"")
        try:
            stream = self._judge(sha, header, signature)
            operations = segments.read_payload(header, packed)
            examine(self._workspace.schema, self._connection, stream, operations)
        except Refusal as refusal:
            self._set_aside(sha, header.rows, refusal.message)
            return
        stored = graph.StoredSegment(
            sha,
            header.gen,
            header.dev,
            header.schema,
            header.parents,
            files[f"seg/{sha}.hdr"],
            signature,
            packed,
        )
        n = graph.store(self._connection, history, stored)
        applier = Applier(self._workspace.schema, self._transaction, stream, history)
        applier.apply(n, header, sha, operations)
        self._touched.named |= applier.touched.named
        self._touched.born |= applier.touched.born
        self._outcome.new_segments += 1

    def _judge(self, sha: str, header: segments.Header, signature: bytes) -> Stream:
        stream = parse_stream(header.stream)
        certificate = enrolment.certificate_of(self._connection, header.dev)
        if stream is None or certificate is None or stream.owner not in certificate.streams:
            raise Refusal("foreign_stream", "有一段数据不是由它所属的单位写的，已搁置，没有写入")
        if not signing.verified(certificate.key, signature, self._bundle.files[f"seg/{sha}.hdr"]):
            raise Refusal("bad_signature", "有一段数据的签名不对，已搁置，没有写入")
        if header.min_reader > self._workspace.schema.version:
            raise Refusal("newer", "有一段数据要用更新的版本才能读，已搁置，请升级程序后再应用一次")
        generations = [self._graph(header.stream).generation[n] for n in self._parent_numbers(header)]
        if header.gen != 1 + max(generations, default=0):
            raise Refusal("bad_segment", "有一段数据的次序不对，已搁置，没有写入")
        return stream

    def _parent_numbers(self, header: segments.Header) -> list[int]:
        history = self._graph(header.stream)
        return [history.number[parent] for parent in header.parents]

    def _set_aside(self, sha: str, rows: int, sentence: str) -> None:
        self._aside.add(sha)
        self._outcome.refused += max(rows, 1)
        self._outcome.notes.append(sentence)

    def _graph(self, stream: str) -> graph.StreamGraph:
        if stream not in self._graphs:
            self._graphs[stream] = graph.load(self._connection, stream)
        return self._graphs[stream]


def _count(connection: sqlite3.Connection, transaction: Transaction, touched: Touched, outcome: Outcome) -> None:
    rows = connection.execute(
        "SELECT DISTINCT ledger, key FROM journal WHERE tx >= ?", (transaction.number,)
    ).fetchall()
    changed = set(rows)
    gone = connection.execute(
        "SELECT DISTINCT ledger, key FROM journal WHERE tx >= ? AND field = '_del' AND new = 1",
        (transaction.number,),
    ).fetchall()
    outcome.added = len(touched.born)
    outcome.changed = len(changed - touched.born)
    outcome.equal += len(touched.named - changed)
    outcome.deleted = len(set(gone) - touched.born)
    outcome.captions = {
        (ledger, key): transaction.reader.caption(ledger, key) for ledger, key in sorted(changed | touched.born)[:NAMED]
    }
    outcome.rows = [
        *(("新增", ledger, key) for ledger, key in sorted(touched.born)),
        *(("更新", ledger, key) for ledger, key in sorted(changed - touched.born)),
    ]


def _readable(connection: sqlite3.Connection, stream: Stream, recipient: str, ours: str, our_superior: str) -> bool:
    def superior(organisation: str) -> str:
        if organisation == ours:
            return our_superior
        return ours if organisation in enrolment.units(connection) else ""

    return may_read(stream, recipient, superior(stream.owner), superior(recipient))


def _reports(connection: sqlite3.Connection, recipient: str) -> tuple[list[dict[str, list[str]]], set[str]]:
    """What each PC of the recipient last said it has, and what any of them asked for."""
    rows = connection.execute("SELECT heads, want FROM sync_peer WHERE organisation = ?", (recipient,)).fetchall()
    wanted = {sha for _, want in rows for sha in json.loads(want)}
    return [json.loads(heads) for heads, _ in rows] or [{}], wanted


def _unknown(history: graph.StreamGraph, reports: list[list[str]]) -> set[int]:
    """Segments that some PC of the recipient has not reported."""
    known = set(history.hashes)
    for heads in reports:
        known &= history.covered_by(heads)
    return set(history.hashes) - known


def _certificate_files(connection: sqlite3.Connection, owners: set[str]) -> dict[str, bytes]:
    files = {}
    for serial, body, signature in connection.execute("SELECT serial, body, sig FROM sync_cert").fetchall():
        if signing.read_certificate(body).organisation in owners:
            files[f"cert/{serial}.json"], files[f"cert/{serial}.sig"] = body, signature
    return files


def _segment_files(connection: sqlite3.Connection, n: int) -> dict[str, bytes]:
    sha, header, signature, payload = connection.execute(
        "SELECT hash, hdr, sig, payload FROM sync_seg WHERE n = ?", (n,)
    ).fetchone()
    return {f"seg/{sha}.hdr": header, f"seg/{sha}.sig": signature, f"seg/{sha}.z": payload}


def _wanted(connection: sqlite3.Connection) -> list[str]:
    """Heads our peers report of streams that we receive and do not hold."""
    rows = connection.execute("SELECT heads FROM sync_peer").fetchall()
    named = {sha for (heads,) in rows for hashes in json.loads(heads).values() for sha in hashes}
    held = {sha for (sha,) in connection.execute("SELECT hash FROM sync_seg")}
    return sorted(named - held)


def _next_number(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM sync_log WHERE kind = 'made'").fetchone()
    return int(row[0]) + 1


def _log(connection: sqlite3.Connection, kind: str, device: str, name: str, detail: object) -> None:
    connection.execute(
        "INSERT INTO sync_log (at, kind, device, bundle, detail) VALUES (?, ?, ?, ?, ?)",
        (now(), kind, device, name, json.dumps(detail, ensure_ascii=False)),
    )
