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
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise EnvironmentFault("disk_full", "附件没有存成，请检查磁盘空间和数据文件夹的写入权限后再试") from error
    return digest.hexdigest()


def place(folder: Path, sha: str) -> Path:
    """Where a file of this hash lies."""
    return folder / "blobs" / sha[:2] / sha


def all_hashes(folder: Path) -> list[str]:
    """Every kept file, sorted."""
    return sorted(path.name for path in (folder / "blobs").glob("??/*") if len(path.name) == 64)
