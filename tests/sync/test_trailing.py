"""A bundle to which a mail gateway appended something opens; what it says of its length is held to."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import Refusal
from desktop.sync import container, making, receiving, trailing
from tests.sync.world import BUREAU, ONE, World, found_template

FOOTERS = [
    b"\r\n",
    b"\n\n",
    b"\r\n-- \r\n" + "本邮件已由网关检查".encode() * 20,
    bytes(trailing.MOST),
    b"PK\x05\x06" * 200,
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    return folder


@pytest.fixture
def world(template: Path) -> Iterator[World]:
    made = World(template)
    made.add(made.nodes[ONE], "甲")
    made.attach(made.nodes[ONE], bytes(range(256)) * 300)
    yield made
    made.close()


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "plain"])
@pytest.mark.parametrize("footer", FOOTERS, ids=["CR LF", "lines", "footer", "1 KiB", "marks of an end"])
def test_a_footer_is_passed_over(world: World, tmp_path: Path, footer: bytes, encrypted: bool) -> None:
    office, bureau = world.nodes[ONE], world.nodes[BUREAU]
    path = tmp_path / "上报.bzb"
    making.make(office.workspace, ONE, path, bureau.organisation, encrypted=encrypted)
    content = path.read_bytes()
    assert (content[:4] == container.MAGIC) == encrypted
    path.write_bytes(content + footer)
    assert container.announced(path).number
    assert receiving.apply(bureau.workspace, BUREAU, path).new_segments
    path.write_bytes(content + footer + bytes(trailing.MOST + 1 - len(footer)))
    with pytest.raises(Refusal, match="请对方重新发送"):
        container.read(path, bureau.folder)


@pytest.mark.parametrize("size", [-1, 1, 2**40, 2**70])
def test_a_lying_length_is_no_way_in(world: World, tmp_path: Path, size: int) -> None:
    office, bureau = world.nodes[ONE], world.nodes[BUREAU]
    path = world.folder / "x.bzb"
    making.make(office.workspace, ONE, path, bureau.organisation)
    content = path.read_bytes()
    length = int.from_bytes(content[4:8], "big")
    header = json.loads(content[8 : 8 + length])
    assert header["size"] > 0
    body = json.dumps({**header, "size": size}).encode()
    path.write_bytes(content[:4] + len(body).to_bytes(4, "big") + body + content[8 + length :])
    with pytest.raises(Refusal, match="请对方重新发送"):
        container.read(path, bureau.folder)


def test_a_bundle_of_an_earlier_version_opens_as_it_is(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, bureau = world.nodes[ONE], world.nodes[BUREAU]
    seal = container._seal
    monkeypatch.setattr(container, "_seal", lambda handle, plain, _size, *rest: seal(handle, plain, 0, *rest))
    path = tmp_path / "早.bzb"
    making.make(office.workspace, ONE, path, bureau.organisation)
    assert container.read(path, bureau.folder).segment_names()
    path.write_bytes(path.read_bytes() + b"\r\n")
    with pytest.raises(Refusal, match="请对方重新发送"):
        container.read(path, bureau.folder)


@given(st.binary(max_size=3000), st.binary(max_size=trailing.MOST))
def test_a_zip_is_read_to_its_own_end(content: bytes, footer: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", content)
    whole = out.getvalue()
    part = trailing.zip_in(io.BytesIO(whole + footer))
    assert part.seek(0, io.SEEK_END) == len(whole)
    part.seek(0)
    assert part.read() == whole
