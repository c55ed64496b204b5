"""The file of a bundle (.bzb): a plain zip of stored entries, a manifest and its signature. Read with bounds: nothing
is extracted by name, nothing outside the manifest is looked at."""

import os
import re
import secrets
import zipfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.sync.canon import canonical, digest
from desktop.sync.enrolment import Introduction

FILE_LIMIT = 1024**3
ENTRY_LIMIT = 20_000
MANIFEST_LIMIT = 16 * 1024**2
VERSION = 1

_NAMES = re.compile(r"cert/[0-9a-f]{64}\.(json|sig)|seg/[0-9a-f]{64}\.(hdr|sig|z)|blob/[0-9a-f]{64}")


class StreamState(msgspec.Struct, frozen=True):
    """What the sender holds of a stream."""

    heads: list[str]


class Manifest(msgspec.Struct, frozen=True):
    """The signed list of a bundle's contents. `sender` is a PC, `recipients` organisations, `files` names to
    (size, SHA-256)."""

    v: int
    sender: str
    organisation: str
    organisation_name: str
    instance: str
    number: int
    at: int
    recipients: list[str]
    streams: dict[str, StreamState]
    want: list[str]
    files: dict[str, tuple[int, str]]
    introduction: Introduction | None = None


@dataclass(frozen=True)
class Bundle:
    """A bundle read and checked against its manifest; the signature is still to be judged."""

    manifest: Manifest
    body: bytes
    signature: bytes
    files: dict[str, bytes]

    def segment_names(self) -> list[str]:
        """The hashes of the segments inside."""
        return sorted(name[4:-4] for name in self.files if name.startswith("seg/") and name.endswith(".hdr"))

    def certificate_names(self) -> list[str]:
        """The serials of the certificates inside."""
        return sorted(name[5:-5] for name in self.files if name.startswith("cert/") and name.endswith(".json"))


def listing(files: dict[str, bytes]) -> dict[str, tuple[int, str]]:
    """The manifest's entries for some files."""
    return {name: (len(content), digest(content)) for name, content in files.items()}


def write(path: Path, manifest: Manifest, signature: bytes, files: dict[str, bytes]) -> None:
    """Write under a temporary name, read back, then take the final name. EnvironmentFault when the disk refuses."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as handle:
            with zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED) as archive:
                for name, content in {
                    "manifest.json": canonical(msgspec.to_builtins(manifest)), "manifest.sig": signature, **files
                }.items():  # fmt: skip
                    archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content)
            handle.flush()
            os.fsync(handle.fileno())
        read(part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise EnvironmentFault("write_failed", f"同步包没有写成，请检查“{path.parent}”的空间和写入权限") from error


def read(path: Path) -> Bundle:
    """Open a bundle whatever its name; Refusal if it is damaged, too large, or holds anything unlisted."""
    damaged = Refusal("damaged", f"“{path.name}”不是完好的同步包（可能传送时损坏），没有读入，请对方重新发送")
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise Refusal("too_large", f"“{path.name}”超过 1 GB，没有读入，请对方分开发送")
        with zipfile.ZipFile(path) as archive:
            files = _entries(archive, path.stat().st_size, damaged)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError):
        raise damaged from None
    except OSError as error:
        raise EnvironmentFault("unreadable", f"读不到“{path.name}”，请检查 U 盘或文件位置") from error
    body, signature = files.pop("manifest.json", b""), files.pop("manifest.sig", b"")
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise damaged from None
    if manifest.v > VERSION:
        raise Refusal("newer", f"“{path.name}”由更新的版本生成，请先升级本程序再打开")
    if listing(files) != manifest.files or canonical(msgspec.to_builtins(manifest)) != body:
        raise damaged
    return Bundle(manifest, body, signature, files)


def _entries(archive: zipfile.ZipFile, size: int, damaged: Refusal) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > ENTRY_LIMIT or sum(info.file_size for info in infos) > size:
        raise damaged
    files: dict[str, bytes] = {}
    for info in infos:
        plain = info.filename in ("manifest.json", "manifest.sig") or _NAMES.fullmatch(info.filename)
        if not plain or info.filename in files or info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise damaged
        if info.filename == "manifest.json" and info.file_size > MANIFEST_LIMIT:
            raise damaged
        files[info.filename] = archive.read(info)
    return files
