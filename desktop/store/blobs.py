"""Files kept by their hash beside the database: `blobs/ab/abcdef…`. Written and synced before any row names them."""

import hashlib
import io
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import IO

from desktop.domain.errors import EnvironmentFault

_PIECE = 1024 * 1024


def put(folder: Path, content: bytes) -> str:
    """Keep a file under the data folder; its SHA-256. Idempotent."""
    return put_stream(folder, io.BytesIO(content))


def put_stream(folder: Path, content: IO[bytes]) -> str:
    """Keep what a stream holds, without having it in memory; its SHA-256."""
    part = folder / "blobs" / f"{secrets.token_hex(8)}.part"
    digest = hashlib.sha256()
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as handle:
            while piece := content.read(_PIECE):
                digest.update(piece)
                handle.write(piece)
            handle.flush()
            os.fsync(handle.fileno())
        target = place(folder, digest.hexdigest())
        target.parent.mkdir(exist_ok=True)
        part.replace(target)
        _aside(target).unlink(missing_ok=True)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise EnvironmentFault("disk_full", "附件没有存成，请检查磁盘空间和数据文件夹的写入权限后再试") from error
    return digest.hexdigest()


def place(folder: Path, sha: str) -> Path:
    """Where a file of this hash lies."""
    return folder / "blobs" / sha[:2] / sha


def is_whole(folder: Path, sha: str) -> bool:
    """Whether the file of this hash is here and holds what its name says; a file that cannot be read does not."""
    try:
        with place(folder, sha).open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest() == sha
    except OSError:
        return False


def set_aside(folder: Path, sha: str) -> None:
    """A damaged file counts as missing from now on, so that another PC's copy may take its place; what is left of it
    stays beside."""
    damaged = place(folder, sha)
    with suppress(OSError):
        damaged.replace(_aside(damaged))


def was_damaged(folder: Path, sha: str) -> bool:
    """Whether the file of this hash was set aside and no whole one came since."""
    return _aside(place(folder, sha)).exists()


def _aside(target: Path) -> Path:
    return target.with_name(f"{target.name}.damaged")


def all_hashes(folder: Path) -> list[str]:
    """Every kept file, sorted."""
    return sorted(path.name for path in (folder / "blobs").glob("??/*") if len(path.name) == 64)
