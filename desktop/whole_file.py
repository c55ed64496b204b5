"""Writing a file so that it is there whole or not at all."""

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import IO

from desktop.domain.errors import EnvironmentFault

_IN_USE = "文件可能正在 WPS、Excel 或其他程序里打开，请关闭该文件再试，或换一个文件名；仍不行就换一个文件夹"
_REMEDIES = {
    errno.ENOSPC: "磁盘空间不足，请清理磁盘或换一个位置再试",
    errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC: "磁盘配额已满，请清理磁盘或换一个位置再试",
    errno.EACCES: _IN_USE,
    errno.EPERM: _IN_USE,
    errno.EBUSY: _IN_USE,
    errno.EROFS: "所在磁盘是只读的，请换一个位置再试",
    errno.ENOENT: "所在文件夹不存在，请换一个位置再试",
    errno.EISDIR: "同名的文件夹已存在，请换一个文件名再试",
    errno.ENAMETOOLONG: "文件名太长，请改短后再试",
}


_Proof = Callable[[Path], object]


@contextmanager
def whole_file(path: Path, proof: _Proof = lambda _part: None) -> Iterator[BytesIO]:
    """A stream in memory whose content becomes the file at `path` when the block ends without an error. A full disk, a
    locked file and the like raise `EnvironmentFault("write_failed", …)`."""
    stream = BytesIO()
    yield stream
    try:
        with replacing(path, proof) as file:
            file.write(stream.getbuffer())
    except OSError as fault:
        remedy = _REMEDIES.get(fault.errno or 0, "请换一个位置再试")
        raise EnvironmentFault("write_failed", f"没有写成“{path.name}”：{remedy}。") from fault


@contextmanager
def replacing(path: Path, proof: _Proof = lambda _part: None) -> Iterator[IO[bytes]]:
    """A file that takes the name `path` when the block ends without an error and `proof` raised nothing at reading it.

    It is a temporary file of the same folder, forced to disk and renamed, so that an older file of this name stays as it
    was until the new one is complete. Raises OSError.
    """
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with partial.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        proof(partial)
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
