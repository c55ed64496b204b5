"""A bundle taken apart, changed, and put together again with good signatures."""

import io
import json
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

from desktop.domain.keys import row_key
from desktop.sync import container, graph, making, receiving, signing
from desktop.sync.canon import canonical, digest, pack
from tests.sync.world import BUREAU, ONE, Node, World

MEBIBYTE = 1024**2
SECONDS, MEMORY = 2.0, 48 * MEBIBYTE
SENTENCE = re.compile(r"[^a-z\n。]*[\u4e00-\u9fff][^\n。]*")
"""One Chinese sentence."""


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
        making.make(self.office.workspace, ONE, self.path, self.bureau.organisation, encrypted=False)
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
        making.make(self.office.workspace, ONE, self.path, self.bureau.organisation)
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
        if not {"parents", "gen"} <= changes.keys():
            history = graph.load(self.bureau.session.read.connection, stream)
            newest = 1 + max([0, *history.generation.values()])
            changes = {"parents": history.head_hashes(), "gen": newest, **changes}
        header: dict[str, Any] = {
            "v": 1, "suite": 1, "stream": stream, "dev": self.office.session.identity.device,
            "ops": ops,
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

Case = Callable[[Draft], object]


def flip(content: bytes, place: int) -> bytes:
    """One byte changed."""
    return content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :]


def signed(draft: Draft, kind: str, body: bytes) -> None:
    """A certificate or revocation signed by the office."""
    draft.files[f"{kind}/{digest(body)}.json"] = body
    draft.files[f"{kind}/{digest(body)}.sig"] = signing.sign(draft.office.folder, signing.DEVICE, body)


def measured(draft: Draft, memory: int = MEMORY) -> Any:
    """What the bureau answers, within bounds."""
    tracemalloc.start()
    began = time.process_time()
    try:
        return receiving.apply(draft.bureau.workspace, BUREAU, draft.path)
    finally:
        took, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert took < SECONDS, f"{took:.1f} s"
        assert peak < memory, f"{peak / MEBIBYTE:.0f} MiB"


def chain(draft: Draft, count: int, begin: int = 0, **changes: Any) -> None:
    """Segments of one row each (numbered from `begin`), every one written after the one before; the first after what
    the bureau has."""
    history = graph.load(draft.bureau.session.read.connection, f"{draft.organisation}.up")
    parents, gen = changes.pop("parents", history.head_hashes()), max([0, *history.generation.values()])
    for number in range(count):
        plain = draft.row(key=row_key(draft.organisation, 1, 1000 + begin + number))
        parents = [draft.segment(plain, parents=parents, gen=gen + 1 + number, **changes)]
