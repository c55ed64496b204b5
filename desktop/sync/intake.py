"""Taking a bundle in: its signer judged first, then every segment by itself, parents first. One that cannot be taken in
yet, or not at all, is held beside the tables with what rests on it, and tried again with every later bundle."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.record import Cell
from desktop.store.journal import Transaction
from desktop.store.tables import ORGANISATION_LENGTH
from desktop.store.workspace import Workspace
from desktop.sync import certificates, enrolment, graph, segments, signing
from desktop.sync.applying import Applier, Touched, examine
from desktop.sync.canon import digest
from desktop.sync.container import Bundle, Manifest
from desktop.sync.graph import StoredSegment
from desktop.sync.segments import Header
from desktop.sync.streams import Stream, parse_stream

Step = Callable[[str, int, int], None]
"""Told of each step: words, done, total; may raise Cancelled."""


_LATER = "有一段数据要等对方补发其余部分，先放在一边，收到后自动并入"


@dataclass(frozen=True)
class RowChange:
    """What a bundle did to one row: `word` says 新增, 更新, 删除 or 冲突; `fields` are (name, ours, theirs, shown)."""

    word: str
    ledger: str
    key: str
    caption: str
    fields: tuple[tuple[str, Cell, Cell, Cell], ...] = ()


@dataclass
class Outcome:
    """What a bundle brought, or would bring: rows added, changed, equal, in conflict, refused; `notes` are sentences
    about what was held back."""

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
    new_blobs: int = 0
    left_out: int = 0
    batch: int = 0
    notes: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    rows: list[RowChange] = field(default_factory=list)


def judge_signer(workspace: Workspace, connection: sqlite3.Connection, bundle: Bundle) -> None:
    """Refusal unless the bundle is signed by a PC we know, or that proves who it is, and is meant for us."""
    manifest, identity = bundle.manifest, workspace.identity
    _take_certificates(connection, bundle)
    key = _signing_key(workspace, connection, manifest)
    if not signing.verified(key, bundle.signature, bundle.body):
        raise Refusal("foreign_signer", "这个同步包核对不符，可能被改动过，没有读入，请对方重新发送")
    ours = {identity.organisation, *certificates.writes(connection, identity.device)}
    if not ours & set(manifest.recipients):
        raise Refusal("not_for_us", "这个同步包是发给其他单位的，没有读入，请确认文件")
    new = manifest.introduction
    known = certificates.of_device(connection, manifest.sender) is not None
    if new is not None and identity.is_bureau and (not known or enrolment.check_introduction(connection, new)):
        enrolment.admit(workspace, connection, new)
        _take_certificates(connection, bundle)
    enrolment.take_own(workspace, connection)


def _signing_key(workspace: Workspace, connection: sqlite3.Connection, manifest: Manifest) -> str:
    certificate = certificates.of_device(connection, manifest.sender)
    new = manifest.introduction
    if certificate is not None and certificate.organisation == manifest.organisation:
        return certificate.key
    named = new is not None and (new.device, new.organisation) == (manifest.sender, manifest.organisation)
    if new is not None and named and enrolment.check_introduction(connection, new):
        return new.key
    if new is not None and enrolment.used_by_another(connection, new):
        raise Refusal(
            "unit_file_used",
            "这份授权文件已用在该单位的另一台电脑上，没有读入，请为这台电脑另生成一份授权文件",
        )
    if named and workspace.identity.is_bureau and workspace.identity.organisation in manifest.recipients:
        raise Refusal(
            "unknown_unit_file",
            "这台电脑用的授权文件在本机没有登记（本机可能恢复过备份），没有读入；确是本市单位的，请为它另生成一份授权文件",
        )
    raise Refusal("foreign_signer", "这个同步包不是本市局或其授权单位生成的，没有读入，请核对来源")


def _take_certificates(connection: sqlite3.Connection, bundle: Bundle) -> None:
    """Those that vouch for others first; one that nobody we trust signed yet may be vouched for by the introduction."""
    waiting = bundle.names("cert", ".json")
    for _ in range(2):
        refused: list[str] = []
        for serial in waiting:
            body, signature = bundle.files[f"cert/{serial}.json"], bundle.files.get(f"cert/{serial}.sig", b"")
            try:
                certificates.accept(connection, body, signature)
            except Refusal as refusal:
                if refusal.code == "not_enrolled":
                    raise
                refused.append(serial)
        waiting = refused
    for name in bundle.names("gone", ".json"):
        body, signature = bundle.files[f"gone/{name}.json"], bundle.files.get(f"gone/{name}.sig", b"")
        try:
            certificates.accept_revocation(connection, body, signature)
        except Refusal as refusal:
            if refusal.code != "foreign_signer":
                raise


class Intake:
    """Takes the segments of one bundle in, with those held since earlier bundles."""

    def __init__(self, workspace: Workspace, transaction: Transaction, bundle: Bundle, outcome: Outcome,
                 step: Step) -> None:  # fmt: skip
        self.touched = Touched()
        self._workspace = workspace
        self._transaction = transaction
        self._connection = transaction.connection
        self._bundle = bundle
        self._outcome = outcome
        self._step = step
        self._graphs: dict[str, graph.StreamGraph] = {}
        self._arrived: set[str] = set()
        self._covered: dict[str, set[str]] = {}

    def run(self) -> None:
        """Every segment not applied yet, in the order of generations."""
        candidates = self._candidates()
        headers: dict[str, Header] = {}
        for sha, segment in candidates.items():
            try:
                if digest(segment.header) != sha:
                    raise Refusal("bad_segment", "同步包里有一段数据的名称不符，已搁置")
                headers[sha] = segments.read_header(segment.header)
            except Refusal as refusal:
                self._refuse(sha, 0, refusal.message)
        self._cover(headers, candidates)
        order = sorted(headers, key=lambda sha: (headers[sha].gen, sha))
        for done, sha in enumerate(order):
            self._step("写入", done, len(order))
            self._take(headers[sha], candidates[sha])

    def _candidates(self) -> dict[str, StoredSegment]:
        """What arrived and what is held; what a person took back only if something that arrived was written after it."""
        files, names = self._bundle.files, self._bundle.segment_names()
        applied = graph.applied(self._connection, names)
        found: dict[str, StoredSegment] = {}
        for sha in names:
            body = files[f"seg/{sha}.hdr"]
            if sha in applied:
                self._outcome.equal += sum(segments.read_header(body).rows.values())
                continue
            signature, payload = files.get(f"seg/{sha}.sig", b""), files.get(f"seg/{sha}.z", b"")
            found[sha] = StoredSegment(sha, 0, "", 0, body, signature, payload)
        self._arrived = set(found)
        held = graph.held(self._connection)
        needed = [parent for segment in found.values() for parent in _parents(segment)]
        while needed:
            sha = needed.pop()
            if sha in held and sha not in found:
                found[sha] = held[sha][0]
                needed.extend(_parents(held[sha][0]))
        for sha, (segment, why) in held.items():
            if why != graph.UNDONE:
                found.setdefault(sha, segment)
        return found

    def _cover(self, headers: dict[str, Header], candidates: dict[str, StoredSegment]) -> None:
        """For each withdrawn PC: the candidates that its revocation lets stand, or that a PC of the unit built on."""
        known = {
            device: certificates.revoked_heads(self._connection, device)
            for device in {header.dev for header in headers.values()}
        }
        gone = {device: heads for device, heads in known.items() if heads is not None}
        if not gone:
            return
        built_on = [
            parent
            for sha, header in headers.items()
            if header.dev not in gone and self._signed_by_its_unit(header, candidates[sha])
            for parent in header.parents
        ]
        also = _with_ancestors(built_on, headers)
        for device, named in gone.items():
            self._covered[device] = also | _with_ancestors(named, headers)

    def _signed_by_its_unit(self, header: Header, segment: StoredSegment) -> bool:
        certificate = certificates.of_device(self._connection, header.dev)
        return (
            certificate is not None
            and header.stream[:ORGANISATION_LENGTH] in certificates.writes(self._connection, header.dev)
            and signing.verified(certificate.key, segment.signature, segment.header)
        )

    def _take(self, header: Header, segment: StoredSegment) -> None:
        history = self._graph(header.stream)
        segment = StoredSegment(segment.sha, header.gen, header.dev, header.schema, segment.header,
                                segment.signature, segment.payload)  # fmt: skip
        if any(parent not in history.number for parent in header.parents):
            self._hold(header, segment, graph.PARENTS, _LATER)
            return
        try:
            stream = self._judge(header, segment)
            operations = segments.read_payload(header, segment.payload)
            examine(self._workspace.schema, self._connection, stream, operations)
        except Refusal as refusal:
            why = {"newer": graph.NEWER, "revoked": graph.REVOKED}.get(refusal.code, graph.REFUSED)
            self._hold(header, segment, why, refusal.message)
            return
        if graph.forks(self._connection, header.stream, header.dev, header.gen):
            self._outcome.notes.append("对方有一台电脑恢复过备份或复制过数据文件夹，两边的改动都已并入，请留意冲突")
        n = graph.store(self._connection, history, segment, self._outcome.batch)
        applier = Applier(self._workspace.schema, self._transaction, stream, history)
        applier.apply(n, header, segment.sha, operations)
        self.touched.named |= applier.touched.named
        self.touched.born |= applier.touched.born
        self.touched.contested |= applier.touched.contested
        if applier.touched.kept:
            self._outcome.notes.append("对方的程序版本较新，有些内容本机还不能显示，已经收好，升级本程序后自动出现")
        self._outcome.new_segments += 1

    def _judge(self, header: Header, segment: StoredSegment) -> Stream:
        stream = parse_stream(header.stream)
        certificate = certificates.of_device(self._connection, header.dev)
        if (
            stream is None
            or certificate is None
            or stream.owner not in certificates.writes(self._connection, header.dev)
        ):
            raise Refusal("foreign_stream", "有一段数据不是由它所属的单位写的，已搁置，没有写入")
        if not signing.verified(certificate.key, segment.signature, segment.header):
            raise Refusal("bad_signature", "有一段数据核对不符，已搁置，没有写入")
        if header.min_reader > self._workspace.schema.version:
            raise Refusal("newer", "有一段数据要用更新的版本才能读，已搁置，升级程序后会自动并入")
        if not self._stands(header, segment.sha, stream):
            raise Refusal(
                "revoked",
                "有一段数据来自已停用的电脑，停用前没有收到过，先放在一边；要收下它，请市局在“同步”页的“单位”里点“停用后到的数据”",
            )
        history = self._graph(header.stream)
        generations = [history.generation[history.number[parent]] for parent in header.parents]
        if header.gen != 1 + max(generations, default=0):
            raise Refusal("bad_segment", "有一段数据的次序不对，已搁置，没有写入")
        return stream

    def _stands(self, header: Header, sha: str, stream: Stream) -> bool:
        """Whether a segment counts although its PC was withdrawn: known before, built on by another PC of the unit, or
        passed on by one, or by the bureau that withdrew the PC and holds the segment for good."""
        if header.dev not in self._covered or sha in self._covered[header.dev]:
            return True
        sender = self._bundle.manifest.sender
        if sha not in self._arrived or certificates.revoked_heads(self._connection, sender) is not None:
            return False
        return stream.owner in certificates.writes(self._connection, sender) or certificates.is_bureau_of(
            self._connection, sender, header.dev
        )

    def _hold(self, header: Header, segment: StoredSegment, why: str, sentence: str) -> None:
        graph.hold(self._connection, header.stream, segment, why, self._outcome.batch)
        if why == graph.PARENTS:
            if segment.sha in self._arrived:
                self._outcome.notes.append(sentence)
            return
        self._refuse(segment.sha, sum(header.rows.values()), sentence)

    def _refuse(self, sha: str, rows: int, sentence: str) -> None:
        if sha in self._arrived:
            self._outcome.refused += max(rows, 1)
            self._outcome.notes.append(sentence)

    def _graph(self, stream: str) -> graph.StreamGraph:
        if stream not in self._graphs:
            self._graphs[stream] = graph.load(self._connection, stream)
        return self._graphs[stream]


def _with_ancestors(hashes: Iterable[str], headers: dict[str, Header]) -> set[str]:
    """Some segments and, as far as they are at hand, all they were written after."""
    found: set[str] = set()
    waiting = list(hashes)
    while waiting:
        sha = waiting.pop()
        if sha not in found:
            found.add(sha)
            waiting.extend(headers[sha].parents if sha in headers else ())
    return found


def _parents(segment: StoredSegment) -> Iterable[str]:
    try:
        return segments.read_header(segment.header).parents
    except Refusal:
        return ()
