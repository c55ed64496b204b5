"""Hostile bundles: each is refused with one sentence, or its segment set aside; the receiving library stays as it was,
in bounded time and memory."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.domain.errors import Refusal
from desktop.sync import container, encryption, enrolment, receiving
from desktop.sync.canon import canonical, digest
from tests.sync.hostile import DEEP, MEBIBYTE, SENTENCE, Case, Draft, flip, measured, signed
from tests.sync.world import BUREAU, OTHER, World, dump, found_template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    return folder


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


def _cut(part: float) -> Case:
    def cut(draft: Draft) -> bytes:
        content = draft.sealed()
        return content[: int(len(content) * part)]

    return cut


OUTER: dict[str, Case] = {
    **{f"cut to {part:.1%}": _cut(part) for part in (0.001, 0.01, 0.3, 0.7, 0.99)},
    "last byte missing": lambda draft: draft.sealed()[:-1],
    "bit of the header": lambda draft: flip(draft.sealed(), 30),
    "bit of a chunk": lambda draft: flip(one := draft.sealed(), _start(one) + 100),
    "bit of the last chunk": lambda draft: flip(one := draft.sealed(), len(one) - 20),
    "header length": lambda draft: (one := draft.sealed())[:4] + b"\xff\xff\xff\xff" + one[8:],
    "no header": lambda draft: (one := draft.sealed())[:4] + bytes(4) + one[8:],
    "chunks swapped": lambda draft: _chunks(draft, lambda all_: [all_[1], all_[0], *all_[2:]]),
    "chunk repeated": lambda draft: _chunks(draft, lambda all_: [all_[0], *all_]),
    "cut at a chunk": lambda draft: _chunks(draft, lambda all_: all_[:-1]),
    "no chunk": lambda draft: _chunks(draft, lambda _: []),
    "data after the end": lambda draft: draft.sealed() + b"x" * 1025,
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


def _announced(**changes: Any) -> Case:
    def change(draft: Draft) -> None:
        draft.manifest["announcement"].update(changes)

    return change


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
    "number beyond the tables": _announced(number=2**63),
    "negative number": _announced(number=-5),
    "year thirty thousand": _announced(at=10**15),
    "long before all clocks": _announced(at=-(10**15)),
    "count beyond the tables": _announced(counts={"standard": 2**70}),
    "schema beyond the tables": _manifest(schema=2**70),
    "left out beyond the tables": _manifest(left_out={"files": 1, "bytes": 2**70}),
    "attachment of another content": _blob,
    "unknown key": _stranger,
    "other organisation": _organisation,
    "foreign signature": _signer,
    "other recipient": _recipient,
    "revocation of wrong types": lambda draft: signed(draft, "gone", b'{"device":[]}'),
    "deep value in a revocation": lambda draft: signed(draft, "gone", DEEP),
    "introduction with a wrong proof": _introduction,
}


@pytest.fixture
def draft(template: Path) -> Iterator[Draft]:
    world = World(template)
    yield Draft(world)
    world.close()


@pytest.mark.parametrize("kind", [*OUTER, *WHOLE])
def test_a_hostile_bundle_is_refused_whole_with_one_sentence(draft: Draft, kind: str) -> None:
    made = (OUTER | WHOLE)[kind](draft)
    draft.path.write_bytes(made if isinstance(made, bytes) else draft.zipped())
    before = dump(draft.bureau)
    with pytest.raises(Refusal) as refused:
        measured(draft)
    assert SENTENCE.fullmatch(refused.value.message.replace(draft.path.name, "")), refused.value.message
    assert dump(draft.bureau) == before


@pytest.mark.parametrize(
    "changes", [{"at": 10**15}, {"at": -(10**15)}, {"number": 2**63}, {"counts": {"standard": -1}}]
)
def test_what_a_header_says_to_everybody_is_bounded(draft: Draft, changes: dict[str, Any]) -> None:
    draft.path.write_bytes(_header(draft, lambda header: header["announcement"].update(changes)))
    with pytest.raises(Refusal, match="重新发送"):
        container.announced(draft.path)


def test_a_folder_in_place_of_a_file_is_refused(draft: Draft) -> None:
    draft.path.unlink()
    draft.path.mkdir()
    with pytest.raises(Refusal, match="读不到"):
        receiving.apply(draft.bureau.workspace, BUREAU, draft.path)


def test_nested_values_in_a_unit_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "unit.json"
    path.write_text(json.dumps({"unit": DEEP.decode(), "signature": ""}), encoding="utf-8")
    with pytest.raises(Refusal, match="重新索取"):
        enrolment.read_unit_file(path)
    with pytest.raises(Refusal, match="重新索取"):
        encryption.needs_passphrase("[" * 100_000)
