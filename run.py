"""One command on a fresh machine: `python3 run.py` opens the program, `python3 run.py test` proves it.

Needs nothing but Python 3.11 or newer. The first run makes `.venv` from the locked requirements and, on
Debian, adds the system packages that Qt needs; later runs start at once. Without a screen the main job is
the demonstration, written to `demo-output`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed-requirements"
BASE = ROOT / "requirements" / "base.txt"
DEV = ROOT / "requirements" / "dev.txt"
DEMONSTRATION = ROOT / "demo-output"

QT_PACKAGES = (
    "libglib2.0-0", "libegl1", "libgl1", "libdbus-1-3", "libfontconfig1", "libxkbcommon0", "libxcb-cursor0",
    "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxkbcommon-x11-0",
)  # fmt: skip
CHINESE_FONT = "fonts-wqy-microhei"
CHINESE_FONTS = (CHINESE_FONT, "fonts-wqy-zenhei", "fonts-noto-cjk", "fonts-arphic-uming")
APT_OPTIONS = ("install", "-y", "--no-install-recommends")

CHECKS = (
    ("代码规则 ruff check", ("-m", "ruff", "check", "--output-format", "concise", ".")),
    ("类型 mypy", ("-m", "mypy")),
    ("层次 lint-imports", ("-c", "from importlinter.cli import lint_imports_command as run; run()")),
    ("测试 pytest", ("-m", "pytest", "-q", "-n", "2")),
)

# Settings of the caller that would put packages elsewhere or mix other modules in; mirrors stay.
FOREIGN_SETTINGS = (
    "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_DRY_RUN", "PIP_CONSTRAINT", "PIP_NO_BINARY",
    "PYTHONPATH", "PYTHONHOME",
)  # fmt: skip


class Stop(Exception):
    """The job cannot go on; the message says what to do."""


def say(words: str) -> None:
    """Tell the person what happens now, before the program it announces writes anything."""
    print(words, flush=True)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The variables for the programs started here."""
    return {name: value for name, value in given.items() if name.upper() not in FOREIGN_SETTINGS}


def start(command: Sequence[str | Path], **variables: str) -> int:
    """Run a program in the project's folder, its output shown as it comes; the exit status."""
    return subprocess.run(command, cwd=ROOT, env=environment(os.environ) | variables, check=False).returncode


def missing_packages(installed: set[str], *, has_venv: bool) -> list[str]:
    """The Debian packages to add, given the names that installed packages have or provide."""
    missing = [name for name in QT_PACKAGES if name not in installed]
    if installed.isdisjoint(CHINESE_FONTS):
        missing.append(CHINESE_FONT)
    if not has_venv:
        missing.append("python3-venv")
    return missing


def installed_packages(listing: str) -> set[str]:
    """Names from lines `status<TAB>name<TAB>provided, provided (= version), …`, installed ones only."""
    names: set[str] = set()
    for line in listing.splitlines():
        status, name, provided = line.split("\t")
        if status == "installed":
            names.add(name)
            names.update(item.split("(")[0].strip() for item in provided.split(",") if item.strip())
    return names


def add_system_packages() -> None:
    """On Debian and its kin, install what is missing; without the right to do so, name the one command."""
    if sys.platform != "linux" or not shutil.which("dpkg-query"):
        return
    form = "--showformat=${db:Status-Status}\t${Package}\t${Provides}\n"
    listing = subprocess.run(("dpkg-query", "--show", form), capture_output=True, text=True, check=True)
    has_venv = importlib.util.find_spec("ensurepip") is not None
    missing = missing_packages(installed_packages(listing.stdout), has_venv=has_venv)
    if not missing:
        return
    if os.geteuid() != 0:
        raise Stop("缺少系统软件包。请先执行下面这条命令，再重新运行：\n"
                   + shlex.join(("sudo", "apt-get", *APT_OPTIONS, *missing)))  # fmt: skip
    say("安装系统软件包：" + " ".join(missing))
    variables = environment(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update",), (*APT_OPTIONS, *missing)):
        done = subprocess.run(
            ("apt-get", "-qq", *arguments), env=variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    if done.returncode:
        say("系统软件包没有装上，先继续；如果窗口打不开，请检查网络或软件源后重新运行。")


def fingerprint(lock: Path) -> str:
    """One line that stands for the content of a lock file."""
    return f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}"


def prepare(lock: Path) -> None:
    """Make `.venv` hold what the lock file names; nothing is done when it already does."""
    stamp = STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []
    if fingerprint(lock) in stamp and usable():
        return
    add_system_packages()
    if not usable():
        say("建立运行环境 .venv")
        if start((sys.executable, "-m", "venv", "--clear", VENV)):
            raise Stop("运行环境没有建成，请检查磁盘空间和 Python 的 venv 组件")
    say(f"按 {lock.relative_to(ROOT)} 安装依赖（第一次需要几分钟）")
    STAMP.unlink(missing_ok=True)
    options = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--require-hashes",
               "--only-binary", ":all:")  # fmt: skip
    if start((PYTHON, "-m", "pip", "install", *options, "--requirement", lock)):
        raise Stop("依赖没有装上，请检查网络后重新运行")
    held = [BASE] if lock == BASE else [BASE, DEV]
    STAMP.write_text("\n".join(map(fingerprint, held)) + "\n", encoding="utf-8")


def usable() -> bool:
    """Whether `.venv` has a Python that runs and can install."""
    if not PYTHON.exists():
        return False
    return subprocess.run((PYTHON, "-c", "import pip"), capture_output=True, check=False).returncode == 0


def has_screen(platform: str, variables: Mapping[str, str]) -> bool:
    """Whether a window can be shown here."""
    return platform != "linux" or bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def main_job() -> int:
    """Open the window, or write the demonstration where there is no screen."""
    prepare(BASE)
    if has_screen(sys.platform, os.environ):
        say("打开标准化工作台")
        return start((PYTHON, "-m", "desktop", "open"))
    say(f"这里没有屏幕，改为运行演示，文件写到 {DEMONSTRATION}")
    demonstration = (PYTHON, "-m", "desktop", "demo", "--to", DEMONSTRATION, "--screens")
    return start(demonstration, QT_QPA_PLATFORM="offscreen")


def check_all() -> int:
    """Run every check, each to its end; 1 when any failed."""
    prepare(DEV)
    failed = []
    for words, command in CHECKS:
        say(f"—— {words}")
        if start((PYTHON, *command)):
            failed.append(words)
    say("没有通过：" + "、".join(failed) if failed else "全部通过")
    return 1 if failed else 0


def main(arguments: Sequence[str]) -> int:
    """Carry out what was asked; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(prog="run.py", description="打开标准化工作台；加 test 运行全部检查")
    parser.add_argument("job", nargs="?", choices=("test",), help="test 运行全部检查；不写则打开程序")
    job = parser.parse_args(arguments).job
    if sys.version_info < (3, 11):  # noqa: UP036 - an older one may well be what a fresh machine has
        say("需要 Python 3.11 或更新的版本")
        return 1
    try:
        return check_all() if job == "test" else main_job()
    except Stop as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
