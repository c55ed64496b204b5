"""One program per workspace: an operating-system lock on `workspace/lock`, let go by the system when the process dies."""

import os
import sys
from pathlib import Path

from desktop.domain.errors import EnvironmentFault


class WorkspaceLock:
    """Held from `__init__` to `release`; EnvironmentFault when another program holds it or the
    folder cannot be written."""

    def __init__(self, path: Path) -> None:
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            raise EnvironmentFault(
                "no_folder", f"数据文件夹“{path.parent}”不存在或不能写入，请检查位置和权限"
            ) from None
        try:
            _take(self._handle)
        except OSError:
            os.close(self._handle)
            raise EnvironmentFault(
                "workspace_open", "这个数据文件夹已在另一个窗口打开，请先关闭那个窗口，或改用那个窗口操作"
            ) from None

    def release(self) -> None:
        """Let others in; a second time does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1


def _take(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
