"""Writing a file so that it is there whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

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


@contextmanager
def whole_file(path: Path) -> Iterator[BytesIO]:
    """A stream whose content becomes the file at `path` when the block ends without an error.

    The content goes to a temporary file of the same folder, is forced to disk and renamed, so that an older
    file of this name stays as it was until the new one is complete. A full disk, a locked file and the like
    raise `EnvironmentFault("write_failed", …)`.
    """
    stream = BytesIO()
    try:
        yield stream
        _replace(path, stream)
    except OSError as fault:
        remedy = _REMEDIES.get(fault.errno or 0, "请换一个位置再试")
        raise EnvironmentFault("write_failed", f"没有写成“{path.name}”：{remedy}。") from fault


def _replace(path: Path, stream: BytesIO) -> None:
    partial = path.with_name(f".{secrets.token_hex(6)}.part")
    try:
        with partial.open("xb") as file:
            file.write(stream.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
