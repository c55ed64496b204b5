"""Files kept by their hash beside the database: `blobs/ab/abcdef…`. Written and synced before any row names them."""

import hashlib
import os
import secrets
from pathlib import Path

from desktop.domain.errors import EnvironmentFault


def put(folder: Path, content: bytes) -> str:
    """Keep a file under the data folder; its SHA-256. Idempotent."""
    sha = hashlib.sha256(content).hexdigest()
    target = place(folder, sha)
    if target.exists():
        return sha
    part = target.with_name(f"{sha}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise EnvironmentFault("disk_full", "附件没有存成，请检查磁盘空间和数据文件夹的写入权限后再试") from error
    return sha


def place(folder: Path, sha: str) -> Path:
    """Where a file of this hash lies."""
    return folder / "blobs" / sha[:2] / sha


def all_hashes(folder: Path) -> list[str]:
    """Every kept file, sorted."""
    return sorted(path.name for path in (folder / "blobs").glob("??/*") if len(path.name) == 64)
