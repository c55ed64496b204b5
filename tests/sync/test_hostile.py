"""Hostile bundles: each is refused with one sentence, or its segment set aside; the receiving library stays as it was,
in bounded time and memory."""

import io
import json
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.domain.errors import Refusal
from desktop.domain.keys import row_key
from desktop.sync import bundles, container, encryption, enrolment, graph, signing
from desktop.sync.canon import canonical, digest, pack
from tests.sync.world import BUREAU, ONE, OTHER, Node, World, dump, found_template

MEBIBYTE = 1024**2
SECONDS, MEMORY = 2.0, 48 * MEBIBYTE
SENTENCE = re.compile(r"[^a-z\n。]*[\u4e00-\u9fff][^\n。]*")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    return folder


class Draft:
    """A bundle of an office for its bureau, taken apart; what a test changes is listed and signed again."""

    def __init__(self, world: World) -> None:
        self.world, self.office, self.bureau = world, world.nodes[ONE], world.nodes[BUREAU]
        self.organisation = self.office.organisation
        self.first = world.add(self.office, "甲")
        world.deliver(world.make(self.office, self.bureau.organisation), self.bureau)
        world.add(self.office, "乙")
        world.attach(self.office, bytes(range(256)) * 800)
        self.path = world.folder / "hostile.bzb"
        bundles.make(self.office.workspace, ONE, self.path, self.bureau.organisation, encrypted=False)
        bundle = container.read(self.path)
        with zipfile.ZipFile(self.path) as archive:
            names = set(archive.namelist()) - {"manifest.json", "manifest.sig"}
            self.files = {name: archive.read(name) for name in sorted(names)}
        self.manifest: dict[str, Any] = json.loads(bundle.body)
        self.signer: Node = self.office
        self.body: bytes | None = None
        self.archive: Callable[[zipfile.ZipFile], None] = lambda _: None
        self.listed = True

    def sealed(self) -> bytes:
        """The same bundle encrypted for the bureau."""
        bundles.make(self.office.workspace, ONE, self.path, self.bureau.organisation)
        return self.path.read_bytes()

    def zipped(self) -> bytes:
        """The plain bundle with every change."""
        if self.listed:
            self.manifest["files"] = {name: [len(item), digest(item)] for name, item in self.files.items()}
        body = canonical(self.manifest) if self.body is None else self.body
        signature = signing.sign(self.signer.folder, signing.DEVICE, body)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, content in {"manifest.json": body, "manifest.sig": signature, **self.files}.items():
                archive.writestr(zipfile.ZipInfo(name), content)
            self.archive(archive)
        return out.getvalue()

    def segment(self, plain: bytes, ops: int = 1, signer: Node | None = None, **changes: Any) -> str:
        """A further segment, correctly signed, with a content of our choice."""
        stream = changes.get("stream", f"{self.organisation}.up")
        history = graph.load(self.bureau.session.read.connection, stream)
        header: dict[str, Any] = {
            "v": 1, "suite": 1, "stream": stream, "dev": self.office.session.identity.device,
            "parents": history.head_hashes(), "gen": 1 + max([0, *history.generation.values()]), "ops": ops,
            "rows": {"standard": 1}, "sha": digest(plain), "len": len(plain), "schema": 1, "min_reader": 1, "app": "x",
            "at": 1, "by": "某人",
        }  # fmt: skip
        body = json.dumps({**header, **changes}, sort_keys=True, ensure_ascii=False).encode()
        sha = digest(body)
        self.files[f"seg/{sha}.hdr"] = body
        self.files[f"seg/{sha}.sig"] = signing.sign((signer or self.office).folder, signing.DEVICE, body)
        self.files[f"seg/{sha}.z"] = pack(plain)
        return sha

    def row(self, *, key: str = "", action: str = "ins", ledger: str = "standard", cells: str = '{"title":"冒写"}',
            at: str = "1") -> bytes:  # fmt: skip
        """The payload of one row."""
        key = key or row_key(self.organisation, 1, 7)
        return f'["tx",{at},"某人","冒写",""]\n["{action}","{ledger}","{key}",{cells}]'.encode()


DEEP = b'{"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}"

Case = Callable[[Draft], bytes | None]


def _flip(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :]


def _start(content: bytes) -> int:
    return 8 + int.from_bytes(content[4:8], "big")


def _chunks(draft: Draft, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    content = draft.sealed()
    start, size = _start(content), encryption.CHUNK + 16
    chunks = [content[place : place + size] for place in range(start, len(content), size)]
    assert len(chunks) > 2
    return content[:start] + b"".join(change(chunks))


def _header(draft: Draft, change: Callable[[dict[str, Any]], None]) -> bytes:
    content = draft.sealed()
    start = _start(content)
    header = json.loads(content[8:start])
    change(header)
    body = canonical(header)
    return content[:4] + len(body).to_bytes(4, "big") + body + content[start:]


def _other_header(draft: Draft) -> bytes:
    one = draft.sealed()
    two = draft.sealed()
    return one[: _start(one)] + two[_start(two) :]


def _for_other(draft: Draft) -> bytes:
    box = encryption.public_box(draft.world.nodes[OTHER].folder)
    bundle = container.read(draft.path)
    container.write(draft.path, bundle.manifest, bundle.signature, draft.files, boxes={"x": box},
                    keys=draft.world.nodes[OTHER].folder)  # fmt: skip
    return draft.path.read_bytes()


OUTER: dict[str, Case] = {
    **{f"cut to {part:.0%}": lambda draft, part=part: (one := draft.sealed())[: int(len(one) * part)]
       for part in (0.001, 0.01, 0.3, 0.7, 0.99)},
    "last byte missing": lambda draft: draft.sealed()[:-1],
    "bit of the header": lambda draft: _flip(draft.sealed(), 30),
    "bit of a chunk": lambda draft: _flip(one := draft.sealed(), _start(one) + 100),
    "bit of the last chunk": lambda draft: _flip(one := draft.sealed(), len(one) - 20),
    "header length": lambda draft: (one := draft.sealed())[:4] + b"\xff\xff\xff\xff" + one[8:],
    "no header": lambda draft: (one := draft.sealed())[:4] + bytes(4) + one[8:],
    "chunks swapped": lambda draft: _chunks(draft, lambda all_: [all_[1], all_[0], *all_[2:]]),
    "chunk repeated": lambda draft: _chunks(draft, lambda all_: [all_[0], *all_]),
    "cut at a chunk": lambda draft: _chunks(draft, lambda all_: all_[:-1]),
    "no chunk": lambda draft: _chunks(draft, lambda _: []),
    "data after the end": lambda draft: draft.sealed() + b"x",
    "header of another bundle": _other_header,
    "unknown suite": lambda draft: _header(draft, lambda header: header.update(suite=2)),
    "future header": lambda draft: _header(draft, lambda header: header.update(v=2)),
    "wrong type in the header": lambda draft: _header(draft, lambda header: header.update(wraps=7)),
    "wraps of no form": lambda draft: _header(draft, lambda header: header.update(wraps={"x": "not hexadecimal"})),
    "ten thousand wraps": lambda draft: _header(
        draft, lambda header: header.update(wraps={str(number): "00" * 40 for number in range(8000)})
    ),
    "another sender": lambda draft: _header(draft, lambda header: header["announcement"].update(sender="f" * 16)),
    "wrapped for another office": _for_other,
    "empty": lambda _: b"",
    "not a zip": lambda _: b"PK no zip at all",
    "random bytes": lambda _: bytes(range(256)) * 100,
}  # fmt: skip


def _entry(name: str, content: bytes = b"x", method: int = zipfile.ZIP_STORED) -> Case:
    def change(draft: Draft) -> None:
        draft.archive = lambda archive: archive.writestr(zipfile.ZipInfo(name), content, method)

    return change


def _info(**changes: Any) -> Case:
    """The directory of the zip says something else of an entry."""

    def change(draft: Draft) -> None:
        def lie(archive: zipfile.ZipFile) -> None:
            for name, value in changes.items():
                setattr(archive.filelist[-1], name, value)

        draft.archive = lie

    return change


def _overlap(draft: Draft) -> None:
    def lie(archive: zipfile.ZipFile) -> None:
        archive.filelist[-1].header_offset = archive.filelist[-2].header_offset

    draft.archive = lie


def _comment(draft: Draft) -> None:
    draft.archive = lambda archive: setattr(archive, "comment", b"PK\x05\x06" + bytes(18))


def _link(draft: Draft) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    draft.archive = lambda archive: archive.writestr(info, "/etc/passwd")


def _crowd(draft: Draft) -> None:
    def many(archive: zipfile.ZipFile) -> None:
        info = archive.filelist[-1]
        archive.filelist.extend([info] * 100_000)

    draft.archive = many


def _missing(draft: Draft) -> None:
    draft.zipped()
    draft.listed = False
    draft.files.pop(next(iter(draft.files)))


def _bomb(draft: Draft) -> None:
    draft.archive = lambda archive: archive.writestr("blob/" + "b" * 64, bytes(60 * MEBIBYTE), zipfile.ZIP_DEFLATED)


def _body(content: Callable[[], bytes]) -> Case:
    def change(draft: Draft) -> None:
        draft.body = content()

    return change


def _manifest(**changes: Any) -> Case:
    def change(draft: Draft) -> None:
        draft.manifest.update(changes)

    return change


def _blob(draft: Draft) -> None:
    name = next(name for name in draft.files if name.startswith("blob/"))
    draft.files[name] += b"x"


def _stranger(draft: Draft) -> None:
    draft.manifest["announcement"]["sender"] = "f" * 16


def _organisation(draft: Draft) -> None:
    draft.manifest["announcement"]["organisation"] = draft.world.nodes[OTHER].organisation


def _signer(draft: Draft) -> None:
    draft.signer = draft.world.nodes[OTHER]


def _recipient(draft: Draft) -> None:
    draft.manifest["announcement"]["recipients"] = [draft.world.nodes[OTHER].organisation]


def _withdrawn(draft: Draft) -> None:
    draft.world.withdraw(ONE)


def _certificate(draft: Draft) -> None:
    """One that a PC signed that is no bureau."""
    body = signing.Certificate("x" * 12, "冒名", "office", "e" * 16, "00" * 32, "00" * 32, ["x" * 12], 1).body
    _signed(draft, "cert", body)


def _signed(draft: Draft, kind: str, body: bytes) -> None:
    draft.files[f"{kind}/{digest(body)}.json"] = body
    draft.files[f"{kind}/{digest(body)}.sig"] = signing.sign(draft.office.folder, signing.DEVICE, body)


def _introduction(draft: Draft) -> None:
    _stranger(draft)
    draft.manifest["introduction"] = msgspec.to_builtins(
        enrolment.Introduction(draft.organisation, "冒名", "f" * 16, "00" * 32, "00" * 32, "", "00" * 32)
    )


WHOLE: dict[str, Case] = {
    "path upwards": _entry("../../evil.txt"),
    "absolute path": _entry("/etc/evil"),
    "drive letter": _entry("C:\\evil.txt"),
    "folder entry": _entry("seg/", b""),
    "unlisted entry": _entry("blob/" + digest(b"x")),
    "deflated entry": _entry("blob/" + "a" * 64, b"x" * 1000, zipfile.ZIP_DEFLATED),
    "symbolic link": _link,
    "encrypted entry": _info(flag_bits=1),
    "entry of a tebibyte": _info(file_size=2**40),
    "entry far behind the end": _info(header_offset=2**33),
    "entries over one another": _overlap,
    "end of the archive in the comment": _comment,
    "hundred thousand entries": _crowd,
    "missing entry": _missing,
    "bomb as an entry": _bomb,
    "broken manifest": _body(lambda: b'{"v":1,'),
    "deep manifest": _body(lambda: b"[" * 200_000),
    "deep value in the manifest": _body(lambda: b'{"v":1,"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
    "manifest of another coding": _body(lambda: b"\xff\xfe{\x00"),
    "too large a manifest": _body(lambda: b" " * (16 * MEBIBYTE + 1)),
    "future manifest": _manifest(v=2),
    "future manifest of another form": _manifest(v=9, streams=7),
    "wrong type in the manifest": _manifest(want="x"),
    "attachment of another content": _blob,
    "unknown key": _stranger,
    "other organisation": _organisation,
    "foreign signature": _signer,
    "other recipient": _recipient,
    "withdrawn PC": _withdrawn,
    "revocation by a stranger": lambda draft: _signed(
        draft, "gone", signing.Revocation(draft.bureau.session.identity.device, {}, 1).body
    ),
    "revocation of wrong types": lambda draft: _signed(draft, "gone", b'{"device":[]}'),
    "deep value in a revocation": lambda draft: _signed(draft, "gone", DEEP),
    "introduction with a wrong proof": _introduction,
}


@pytest.fixture
def draft(template: Path) -> Iterator[Draft]:
    world = World(template)
    yield Draft(world)
    world.close()


def _measured(draft: Draft, memory: int = MEMORY) -> Any:
    """What the bureau answers, within bounds."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        return bundles.apply(draft.bureau.workspace, BUREAU, draft.path)
    finally:
        took, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert took < SECONDS, f"{took:.1f} s"
        assert peak < memory, f"{peak / MEBIBYTE:.0f} MiB"


@pytest.mark.parametrize("kind", [*OUTER, *WHOLE])
def test_a_hostile_bundle_is_refused_whole_with_one_sentence(draft: Draft, kind: str) -> None:
    made = (OUTER | WHOLE)[kind](draft)
    draft.path.write_bytes(draft.zipped() if made is None else made)
    before = dump(draft.bureau)
    with pytest.raises(Refusal) as refused:
        _measured(draft)
    assert SENTENCE.fullmatch(refused.value.message.replace(draft.path.name, "")), refused.value.message
    assert dump(draft.bureau) == before


def test_a_folder_in_place_of_a_file_is_refused(draft: Draft) -> None:
    draft.path.unlink()
    draft.path.mkdir()
    with pytest.raises(Refusal, match="读不到"):
        bundles.apply(draft.bureau.workspace, BUREAU, draft.path)


def _value(cells: str) -> Case:
    return lambda draft: draft.segment(draft.row(cells=cells)) and None


def _changed(**changes: Any) -> Case:
    return lambda draft: draft.segment(draft.row(), **changes) and None


def _foreign_row(draft: Draft) -> None:
    draft.segment(draft.row(key=row_key(draft.world.nodes[OTHER].organisation, 1, 7)))


def _foreign_stream(draft: Draft) -> None:
    theirs = draft.world.nodes[OTHER].organisation
    draft.segment(draft.row(key=row_key(theirs, 1, 7)), stream=f"{theirs}.up")


def _parents(change: Callable[[list[str]], list[str]]) -> Case:
    def forge(draft: Draft) -> None:
        known = graph.load(draft.bureau.session.read.connection, f"{draft.organisation}.up").head_hashes()
        draft.segment(draft.row(), parents=change(known))

    return forge


def _named_otherwise(draft: Draft) -> None:
    sha = draft.segment(draft.row())
    for ending in ("hdr", "sig", "z"):
        draft.files[f"seg/{'a' * 64}.{ending}"] = draft.files.pop(f"seg/{sha}.{ending}")


def _part(ending: str, change: Callable[[bytes], bytes | None]) -> Case:
    """A part of the segment is changed, or missing."""

    def forge(draft: Draft) -> None:
        name = f"seg/{draft.segment(draft.row())}.{ending}"
        content = change(draft.files.pop(name))
        if content is not None:
            draft.files[name] = content

    return forge


def _deep_header(draft: Draft) -> None:
    _signed(draft, "cert", b"{}")
    for ending, content in {"hdr": DEEP, "sig": b"", "z": b""}.items():
        draft.files[f"seg/{digest(DEEP)}.{ending}"] = content


SEGMENTS: dict[str, Case] = {
    "foreign row": _foreign_row,
    "foreign stream": _foreign_stream,
    "stream of no form": _changed(stream="../up"),
    "unknown PC": _changed(dev="f" * 16),
    "foreign signature": lambda draft: draft.segment(draft.row(), signer=draft.world.nodes[OTHER]) and None,
    "unknown action": lambda draft: draft.segment(draft.row(action="del")) and None,
    "row before a transaction": lambda draft: draft.segment(draft.row().split(b"\n")[1]) and None,
    "fewer operations than told": _changed(ops=5),
    "no operations told": _changed(ops=0),
    "shorter than told": _changed(len=10**6),
    "longer than told": _changed(len=3),
    "hash of another content": _changed(sha="0" * 64),
    "unknown suite": _changed(suite=2),
    "wrong generation": _changed(gen=77),
    "generation nought": _changed(gen=0),
    "negative number": _changed(ops=-1),
    "number beyond all bounds": _changed(at=10**15),
    "number of a thousand digits": _changed(at=10**1000),
    "negative rows": _changed(rows={"standard": -5}),
    "not a number": _changed(at=float("nan")),
    "infinity": _changed(at=float("inf")),
    "parent twice": _parents(lambda known: known * 2),
    "parents unsorted": _parents(lambda known: ["f" * 64, *known, "0" * 64]),
    "parent unknown": _parents(lambda known: sorted([*known, "f" * 64])),
    "no parent": _parents(lambda _: []),
    "ten thousand parents": _parents(lambda _: [f"{number:064x}" for number in range(10_001)]),
    "another name": _named_otherwise,
    "no signature": _part("sig", lambda _: None),
    "no content": _part("z", lambda _: None),
    "flipped content": _part("z", lambda content: _flip(content, 20)),
    "data after the content": _part("z", lambda content: content + b"x"),
    "bomb": _part("z", lambda _: pack(bytes(600 * MEBIBYTE // 10))),
    "huge length": _changed(len=600 * MEBIBYTE),
    "deep header": _deep_header,
    "deep operation": lambda draft: draft.segment(b"[" * 100_000 + b"]" * 100_000) and None,
    "deep cell": _value('{"title":' + "[" * 900 + "]" * 900 + "}"),
    "cell of the wrong type": _value('{"title":7}'),
    "cell that is a list": _value('{"title":[]}'),
    "cell that is a fraction": _value('{"title":1.5}'),
    "cell that is not a number": _value('{"title":NaN}'),
    "cell beyond all bounds": _value('{"title":"甲","_del":99999999999999999999}'),
    "marked deleted as a word": _value('{"title":"甲","_del":"1"}'),
    "value of five million characters": _value('{"title":"' + "x" * 5_000_000 + '"}'),
    "time below nought": lambda draft: draft.segment(draft.row(at="-1")) and None,
    "row that is not there": lambda draft: draft.segment(draft.row(action="set")) and None,
    "key in lower case": lambda draft: draft.segment(
        draft.row(key=f"{draft.organisation}-{'a' * 26}")
    ) and None,
    "key of another form": lambda draft: draft.segment(
        draft.row(key=row_key(draft.organisation, 1, 7).replace("0", "\uff10"))
    ) and None,
}  # fmt: skip


def _rows(node: Node) -> list[str]:
    """The lines of a library apart from what is held beside the tables and the log."""
    beside = ("sync_seg", "sync_log", "sync_peer", "sqlite_sequence", "sync_blob", "sync_cert", "tx")
    return [line for line in dump(node).splitlines()
            if not line.startswith(tuple(f'INSERT INTO "{name}"' for name in beside))]  # fmt: skip


@pytest.mark.parametrize("kind", list(SEGMENTS))
def test_a_hostile_segment_is_set_aside_and_nothing_of_it_is_written(draft: Draft, kind: str) -> None:
    draft.files = {name: content for name, content in draft.files.items() if name.startswith("cert/")}
    SEGMENTS[kind](draft)
    draft.path.write_bytes(draft.zipped())
    before = _rows(draft.bureau)
    outcome = _measured(draft)
    assert outcome.new_segments == outcome.added == outcome.changed == 0
    assert (outcome.refused > 0) == (kind not in ("parent unknown", "parents of nobody"))
    (note,) = outcome.notes
    assert SENTENCE.fullmatch(note), note
    assert _rows(draft.bureau) == before


@pytest.mark.parametrize("kind", ["by a stranger", "of wrong types", "deep", "deep value"])
def test_a_certificate_nobody_vouches_for_is_left_out(draft: Draft, kind: str) -> None:
    bodies = {"of wrong types": b'{"organisation":7}', "deep": b"[" * 100_000, "deep value": DEEP}
    if kind == "by a stranger":
        _certificate(draft)
    else:
        _signed(draft, "cert", bodies[kind])
    draft.path.write_bytes(draft.zipped())
    known = draft.bureau.session.read.connection.execute("SELECT count(*) FROM sync_cert").fetchone()
    assert _measured(draft).refused == 0
    assert draft.bureau.session.read.connection.execute("SELECT count(*) FROM sync_cert").fetchone() == known


def test_a_value_of_fifty_megabytes_is_set_aside(draft: Draft) -> None:
    draft.files = {}
    draft.segment(draft.row(cells='{"title":"' + "x" * 50_000_000 + '"}'))
    draft.path.write_bytes(draft.zipped())
    assert draft.path.stat().st_size < MEBIBYTE
    before = _rows(draft.bureau)
    outcome = _measured(draft, 300 * MEBIBYTE)
    assert outcome.refused == 1 and "类型或长度不对" in outcome.notes[0]
    assert _rows(draft.bureau) == before
