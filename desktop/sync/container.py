"""The file of a bundle (.bzb): a plain zip of stored entries with a manifest and its signature, encrypted for its
recipients behind a header that everybody can read. Read with bounds: nothing is extracted by name, nothing outside the
manifest is looked at."""

import hashlib
import os
import re
import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

import msgspec

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.sync import encryption, trailing
from desktop.sync.canon import canonical, digest
from desktop.sync.enrolment import Introduction
from desktop.sync.segments import LARGEST
from desktop.sync.trailing import END
from desktop.whole_file import replacing

FILE_LIMIT = 1024**3
ENTRY_LIMIT = 20_000
MANIFEST_LIMIT = 16 * 1024**2
HEADER_LIMIT = 1024**2
IN_MEMORY = 64 * 1024**2
"""Bytes of an opened bundle kept in memory; more goes to a temporary file."""

VERSION, SUITE = 1, 1
MAGIC = b"BZB1"

_LONG_END = b"PK\x06\x07".ljust(20, b"\0")
_ABANDONED = 3600
"""Seconds after which a temporary file of another bundle is nobody's any more."""

_DIRECTORY_LINE = 256
_PIECE = 1024**2
_ROOM = 2 * 1024**2
_NAMES = re.compile(r"(cert|gone)/[0-9a-f]{64}\.(json|sig)|seg/[0-9a-f]{64}\.(hdr|sig|z)|blob/[0-9a-f]{64}")


class StreamState(msgspec.Struct, frozen=True):
    """What the sender holds of a stream; `digest` of its rows, empty if not told."""

    heads: list[str]
    digest: str = ""


class LeftOut(msgspec.Struct, frozen=True):
    """Attachments that would have passed the size allowed for mail."""

    files: int = 0
    bytes: int = 0


class Announcement(msgspec.Struct, frozen=True):
    """What everybody may read of a bundle: from whom, to whom, when, how many rows of which ledger. It is part of the
    signed manifest, so that a changed header is noticed."""

    sender: str
    organisation: str
    organisation_name: str
    number: int
    at: int
    recipients: list[str]
    counts: dict[str, int]


class Manifest(msgspec.Struct, frozen=True):
    """The signed list of a bundle's contents; `files` names to (size, SHA-256)."""

    v: int
    announcement: Announcement
    instance: str
    schema: int
    streams: dict[str, StreamState]
    want: list[str]
    want_blobs: list[str]
    left_out: LeftOut
    files: dict[str, tuple[int, str]]
    introduction: Introduction | None = None
    former: list[str] = []
    """Copies of the sender's library that are no more: the one at hand took their place."""

    @property
    def sender(self) -> str:
        """The PC that made the bundle."""
        return self.announcement.sender

    @property
    def organisation(self) -> str:
        """The unit that made the bundle."""
        return self.announcement.organisation

    @property
    def recipients(self) -> list[str]:
        """The units it is meant for."""
        return self.announcement.recipients

    @property
    def number(self) -> int:
        """The sender's running number."""
        return self.announcement.number

    @property
    def at(self) -> int:
        """When it was made, by the sender's clock."""
        return self.announcement.at


class _Header(msgspec.Struct, frozen=True):
    v: int
    suite: int
    announcement: Announcement
    wraps: dict[str, str]
    size: int = 0
    """Bytes of the content before it is encrypted; 0 in bundles of earlier versions."""


@dataclass(frozen=True)
class Bundle:
    """A bundle read and checked against its manifest; the signature is still to be judged. Attachments stay in the
    file (`blob_names`); their hashes have been checked."""

    manifest: Manifest
    body: bytes
    signature: bytes
    files: dict[str, bytes]
    blob_names: tuple[str, ...] = ()

    def names(self, kind: str, ending: str) -> list[str]:
        """The hashes of the entries of a kind: `seg` with `.hdr`, `cert` or `gone` with `.json`."""
        start = f"{kind}/"
        return sorted(name[len(start) : -len(ending)] for name in self.files
                      if name.startswith(start) and name.endswith(ending))  # fmt: skip

    def segment_names(self) -> list[str]:
        """The hashes of the segments inside."""
        return self.names("seg", ".hdr")


def listing(files: Mapping[str, bytes]) -> dict[str, tuple[int, str]]:
    """The manifest's entries for some files."""
    return {name: (len(content), digest(content)) for name, content in files.items()}


# writing


def write(path: Path, manifest: Manifest, signature: bytes, files: Mapping[str, bytes],
          blobs: Mapping[str, Path] | None = None, boxes: Mapping[str, str] | None = None,
          keys: Path | None = None) -> None:  # fmt: skip
    """Write under a temporary name, read back, then take the final name. `boxes` are the PCs (→ public reading keys)
    that may open it, none for a plain bundle; `keys` our own data folder. EnvironmentFault when the disk refuses."""
    entries = {"manifest.json": canonical(msgspec.to_builtins(manifest)), "manifest.sig": signature, **files}
    try:
        with SpooledTemporaryFile(IN_MEMORY) as plain:
            _zip(plain, entries, blobs or {})
            size = plain.tell()
            plain.seek(0)
            path.parent.mkdir(parents=True, exist_ok=True)
            _clear(path)
            _check_room(path.parent, size)
            with replacing(path, lambda part: _read_back(part, keys)) as handle:
                if boxes:
                    _seal(handle, plain, size, manifest, boxes)
                else:
                    shutil.copyfileobj(plain, handle, _PIECE)
    except OSError as error:
        raise EnvironmentFault("write_failed", f"同步包没有写成，请检查“{path.parent}”的空间和写入权限") from error


def _read_back(part: Path, keys: Path | None) -> None:
    try:
        read(part, keys)
    except Refusal as refusal:
        if isinstance(refusal, EnvironmentFault) or refusal.code == "too_large":
            raise
        sentence = f"同步包写到“{part.parent}”后读回核对不符，没有保留，请换一个 U 盘或文件夹再生成"
        raise EnvironmentFault("write_failed", sentence) from refusal


def _clear(path: Path) -> None:
    """Throw away what a power cut left of earlier writing in this folder."""
    for part in path.parent.glob(f"*.{'?' * 8}.part"):
        old = time.time() - part.stat().st_mtime > _ABANDONED
        if part.name.startswith(f"{path.name}.") or (old and ".bzb." in part.name):
            part.unlink(missing_ok=True)


def _check_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + _ROOM:
        need, left = (size + _ROOM) // 1024**2 + 1, free // 1024**2
        raise EnvironmentFault("no_room", f"“{folder}”只剩 {left} MB，这个同步包要 {need} MB，请清出空间或换一个 U 盘")


def _zip(out: IO[bytes], entries: Mapping[str, bytes], blobs: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content)
        for sha, place in blobs.items():
            with (
                place.open("rb") as source,
                archive.open(zipfile.ZipInfo(f"blob/{sha}", (2000, 1, 1, 0, 0, 0)), "w") as target,
            ):
                shutil.copyfileobj(source, target, _PIECE)


def _seal(handle: IO[bytes], plain: IO[bytes], size: int, manifest: Manifest, boxes: Mapping[str, str]) -> None:
    key = secrets.token_bytes(32)
    header = _Header(VERSION, SUITE, manifest.announcement, encryption.wrap(key, boxes), size)
    body = canonical(msgspec.to_builtins(header))
    handle.write(MAGIC + len(body).to_bytes(4, "big") + body)
    encryption.encrypt(key, body, plain, handle)


# reading


def announced(path: Path) -> Announcement:
    """What a bundle says of itself to everybody; for display only until it is opened. Refusal if it is none."""
    with _reading(path), path.open("rb") as handle:
        if handle.read(4) == MAGIC:
            return _header(path, handle)[0].announcement
    return read(path).manifest.announcement


def read(path: Path, keys: Path | None = None) -> Bundle:
    """Open a bundle whatever its name; `keys` is the data folder whose reading key may open it. Refusal if it is
    damaged, too large, not for this PC, or holds anything unlisted."""
    with _opened(path, keys) as (archive, size, announcement):
        bundle = _checked(path, archive, size)
    if announcement is not None and announcement != bundle.manifest.announcement:
        raise _damaged(path)
    return bundle


def each_blob(path: Path, keys: Path | None, wanted: set[str], keep: Callable[[IO[bytes]], object]) -> None:
    """Hand every wanted attachment of a bundle that `read` found good to `keep`."""
    with _opened(path, keys) as (archive, _size, _announcement):
        for sha in sorted(wanted):
            with archive.open(f"blob/{sha}") as content:
                keep(content)


def _damaged(path: Path) -> Refusal:
    return Refusal("damaged", f"“{path.name}”不是完好的同步包（可能传送时损坏），没有读入，请对方重新发送")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise Refusal("too_large", f"“{path.name}”超过 1 GB，没有读入，请对方分开发送")
        yield
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError, RuntimeError):
        raise _damaged(path) from None
    except OSError as error:
        raise EnvironmentFault("unreadable", f"读不到“{path.name}”，请检查 U 盘或文件位置") from error


@contextmanager
def _opened(path: Path, keys: Path | None) -> Iterator[tuple[zipfile.ZipFile, int, Announcement | None]]:
    with _reading(path), path.open("rb") as handle:
        if handle.read(4) != MAGIC:
            whole = trailing.zip_in(handle)
            _check_directory(path, whole)
            with zipfile.ZipFile(whole) as archive:
                yield archive, path.stat().st_size, None
            return
        header, body = _header(path, handle)
        key = _key_for(path, header, keys)
        sealed = trailing.first(handle, encryption.sealed_size(header.size)) if header.size > 0 else handle
        with SpooledTemporaryFile(IN_MEMORY) as plain:
            for chunk in encryption.decrypt(key, body, sealed):
                plain.write(chunk)
            size = plain.tell()
            _check_directory(path, plain)
            with zipfile.ZipFile(plain) as archive:
                yield archive, size, header.announcement


def _check_directory(path: Path, handle: IO[bytes]) -> None:
    """Refusal unless the zip ends as ours do. zipfile reads a directory of any length before it can be counted."""
    size = handle.seek(0, os.SEEK_END)
    handle.seek(max(size - len(_LONG_END) - END.size, 0))
    tail = handle.read()
    end = tail[-END.size :]
    if len(end) < END.size or tail[: -END.size].startswith(_LONG_END[:4]):
        raise _damaged(path)
    magic, _, _, _, entries, length, _, comment = END.unpack(end)
    if magic != b"PK\x05\x06" or comment or entries > ENTRY_LIMIT or length > ENTRY_LIMIT * _DIRECTORY_LINE:
        raise _damaged(path)


def _header(path: Path, handle: IO[bytes]) -> tuple[_Header, bytes]:
    length = int.from_bytes(handle.read(4), "big")
    if not 0 < length <= HEADER_LIMIT:
        raise _damaged(path)
    body = handle.read(length)
    try:
        header = msgspec.json.decode(body, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _damaged(path) from None
    if header.v > VERSION or header.suite != SUITE:
        raise _newer(path)
    if not _bounded(header.announcement, header.size):
        raise _damaged(path)
    return header, body


def _bounded(said: Announcement, *numbers: int) -> bool:
    """Whether the numbers somebody else wrote are ones that we can keep and show."""
    return all(0 <= number < LARGEST for number in (said.number, said.at, *said.counts.values(), *numbers))


def _key_for(path: Path, header: _Header, keys: Path | None) -> bytes:
    if keys is not None and (key := encryption.unwrap(keys, header.wraps.values())) is not None:
        return key
    raise Refusal(
        "not_for_us", f"“{path.name}”是发给其他单位或其他电脑的，本机打不开，请对方重新生成，或换发给它的那台电脑打开"
    )


def _newer(path: Path) -> Refusal:
    return Refusal("newer", f"“{path.name}”由更新的版本生成，请先升级本程序再打开")


def _checked(path: Path, archive: zipfile.ZipFile, size: int) -> Bundle:
    files, found = _entries(path, archive, size)
    body, signature = files.pop("manifest.json", b""), files.pop("manifest.sig", b"")
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            newer = int(msgspec.json.decode(body, type=dict[str, object]).get("v", 0) or 0) > VERSION  # type: ignore[call-overload]
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError, ValueError):
            newer = False
        raise (_newer(path) if newer else _damaged(path)) from None
    if manifest.v > VERSION:
        raise _newer(path)
    whole = listing(files) | found == manifest.files and canonical(msgspec.to_builtins(manifest)) == body
    left_out = manifest.left_out
    if not whole or not _bounded(manifest.announcement, manifest.schema, left_out.files, left_out.bytes):
        raise _damaged(path)
    blobs = tuple(name.removeprefix("blob/") for name in found)
    return Bundle(manifest, body, signature, files, blobs)


def _entries(path: Path, archive: zipfile.ZipFile, size: int) -> tuple[dict[str, bytes], dict[str, tuple[int, str]]]:
    infos = archive.infolist()
    if len(infos) > ENTRY_LIMIT or sum(info.file_size for info in infos) > size:
        raise _damaged(path)
    files: dict[str, bytes] = {}
    blobs: dict[str, tuple[int, str]] = {}
    for info in infos:
        name = info.filename
        plain = name in ("manifest.json", "manifest.sig") or _NAMES.fullmatch(name)
        known = name in files or name in blobs
        if not plain or known or info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise _damaged(path)
        if name == "manifest.json" and info.file_size > MANIFEST_LIMIT:
            raise _damaged(path)
        if name.startswith("blob/"):
            with archive.open(info) as content:
                sha = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
            if name != f"blob/{sha}":
                raise _damaged(path)
            blobs[name] = (info.file_size, sha)
        else:
            files[name] = archive.read(info)
    return files, blobs
