"""Where a data folder lies, and whether this copy is the one that was used here before.

A copied or restored library is no danger to the data: what both copies write becomes two branches that merge. But people
should know, and a folder that a cloud program or a server changes behind SQLite's back can break the file.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CLOUDS = (
    "onedrive",
    "坚果云",
    "nutstore",
    "百度网盘",
    "baidunetdisk",
    "dropbox",
    "微云",
    "wps云盘",
    "wpsdrive",
    "icloud",
)
"""Names of folders that other programs keep copying."""

GET_BACK = "请先送出一个同步包，再应用对方的下一个同步包，以前送出过的内容就会回来；两边都改过的地方会列为冲突"
"""The other side sends again only what it has been told is missing."""

NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "webdav", "davfs"})
_REMOVABLE, _REMOTE = 2, 4
"""What Windows answers for a USB stick and for a network drive."""


def concerns(folder: Path, device: str, instance: str, step: int, sent_before: bool) -> list[str]:
    """What a person should know before working in this folder, each one sentence; empty if nothing."""
    return [*_about_place(folder), *_about_copy(folder, device, instance, step, sent_before)]


def _about_place(folder: Path) -> Iterator[str]:
    lowered = str(folder.resolve()).lower()
    if any(cloud in lowered for cloud in CLOUDS):
        yield "数据放在会自动同步的网盘文件夹里，可能被网盘改坏，请把整个数据文件夹移到本机磁盘的普通文件夹"
    kind = _kind_of_drive(folder)
    if kind == "network":
        yield "数据放在网络盘上，断网或多人同时打开会出错，请把整个数据文件夹移到本机磁盘"
    elif kind == "removable":
        yield "数据直接放在 U 盘上，拔出过早会损坏，请把整个数据文件夹移到本机磁盘，U 盘只用来带同步包"


def _kind_of_drive(folder: Path) -> str:
    if sys.platform == "win32":
        import ctypes

        answer = ctypes.windll.kernel32.GetDriveTypeW(f"{folder.resolve().drive}\\")
        return {_REMOVABLE: "removable", _REMOTE: "network"}.get(answer, "")
    with suppress(OSError):
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
        here = [mount for mount in mounts if folder.resolve().is_relative_to(mount[1])]
        best = max(here, key=lambda mount: len(mount[1]), default=None)
        if best is not None and best[2] in NETWORK:
            return "network"
        if best is not None and best[1].startswith(("/media/", "/run/media/")):
            return "removable"
    return ""


def is_copy(folder: Path, device: str, instance: str) -> bool:
    """Whether another copy of the library that takes itself for the same may be in use, here or on another PC: this PC
    has never seen it, or knows it in another folder that is still there."""
    known = _read(device)
    if known is None:
        return True
    other = Path(str(known.get("folder", "")))
    return known.get("instance") == instance and other != folder.resolve() and (other / "library.db").exists()


def is_older(folder: Path, device: str, instance: str, step: int) -> bool:
    """Whether the library is an earlier state of the one that was used here, put in its place by hand."""
    known = _read(device)
    here = known is not None and Path(str(known.get("folder", ""))) == folder.resolve()
    return here and known is not None and known.get("instance") == instance and int(str(known.get("step", 0))) > step


def _about_copy(folder: Path, device: str, instance: str, step: int, sent_before: bool) -> Iterator[str]:
    known = _read(device)
    if known is None:
        if sent_before:
            yield (
                "这份数据是第一次在这台电脑或由这个登录用户打开；如果是从别的电脑复制来的、两边都要填报，"
                "请让市局另生成一份授权文件，在“同步”页“收到”里打开它"
            )
        return
    other = Path(str(known.get("folder", "")))
    if other != folder.resolve() and (other / "library.db").exists():
        yield f"同一份数据在“{other}”还有一份，请只用其中一份，另一份填的内容会变成冲突"
    elif known.get("instance") != instance:
        yield f"数据是从备份恢复的，{GET_BACK}"
    elif int(str(known.get("step", 0))) > step:
        yield f"数据比上次在这台电脑用的旧，可能换成了旧的文件，{GET_BACK}"


def remember(folder: Path, device: str, instance: str, step: int) -> None:
    """Note outside the data folder what this PC has seen of the library, so that an older or other copy is noticed."""
    with suppress(OSError):
        place = _note(device)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(
            json.dumps({"folder": str(folder.resolve()), "instance": instance, "step": step}), encoding="utf-8"
        )


def _read(device: str) -> dict[str, object] | None:
    try:
        found = json.loads(_note(device).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _note(device: str) -> Path:
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "StandardsDesk" / f"{device}.json"
