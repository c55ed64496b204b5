"""Faults of the program: a sentence on the screen, one report file for whoever mends it, never a stack trace."""

import datetime
import faulthandler
import hashlib
import logging
import logging.handlers
import platform
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO

import desktop

LINES = 200
"""Last lines of the log in a report."""

_traces: list[IO[str]] = []
"""Kept open, since a fault that kills the program cannot open a file any more."""


def log_to(folder: Path) -> Path:
    """Send the program's log to the data folder; the file."""
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    path = logs / "standards-desk.log"
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    return path


def watch(folder: Path) -> Path | None:
    """From now on a fault that kills the program leaves its traces in the data folder; the report of one that did so
    last time, None if there was none."""
    path = folder / "logs" / "hard_fault.txt"
    fallen = None
    with suppress(OSError):
        if path.is_file() and path.stat().st_size:
            fallen = path.with_name(f"故障报告_{datetime.datetime.now():%Y%m%d%H%M%S}.txt")
            path.replace(fallen)
        _traces.append(path.open("w", encoding="utf-8"))
        faulthandler.enable(_traces[-1])
        for former in _traces[:-1]:
            _traces.remove(former)
            former.close()
    return fallen


def fell(path: Path) -> str:
    """What the person is told of a program that was killed by a fault the last time."""
    return f"上次程序意外关闭，已保存的内容没有受影响；经常这样的话，请把“{path}”交给维护人员"


def report(folder: Path, error: BaseException) -> Path:
    """Write a report of a fault; the same fault writes the same file once."""
    story = "".join(traceback.format_exception(error))
    name = hashlib.sha256(story.encode()).hexdigest()[:12]
    path = folder / "logs" / f"故障报告_{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    log = folder / "logs" / "standards-desk.log"
    tail = log.read_text(encoding="utf-8").splitlines()[-LINES:] if log.is_file() else []
    head = f"标准化工作台 {desktop.__version__}\n{platform.platform()}\nPython {platform.python_version()}\n"
    path.write_text(
        f"{head}{datetime.datetime.now():%Y-%m-%d %H:%M:%S}\n\n{story}\n" + "\n".join(tail), encoding="utf-8"
    )
    logging.getLogger(__name__).error("程序出错，报告在 %s", path.name)
    return path


def sentence(path: Path | None) -> str:
    """What the person is told; without a report, for it could not be written, that the disk is to be looked at."""
    said = "程序出了故障，数据没有受影响；请重新打开程序再试"
    if path is None:
        return f"{said}，仍不行时先看磁盘是否已满、文件夹能否写入（故障报告没能存下）"
    return f"{said}，仍不行时把“{path}”交给维护人员"
