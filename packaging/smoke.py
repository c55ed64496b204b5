"""Try a built program in an empty home: `python packaging/smoke.py dist/standards-desk`.

Founds a practice library, prints a form, checks the data, and starts and ends the window without a screen.
Anything on the error output, a wrong exit status, or a part that must not be shipped fails.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contents import unwanted

SUFFIX = ".exe" if os.name == "nt" else ""
CHECKLIST = "JC-01"
LIMIT = 120


class Failure(Exception):
    """The built program did not do what it should."""


def run(program: Path, arguments: Sequence[str | Path], home: Path) -> None:
    """Run one command; it must end in time with status 0 and say nothing on the error output."""
    words = " ".join(map(str, arguments))
    print(f"{program.name} {words}", flush=True)
    places = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME"), str(home))
    given = os.environ | places | {"QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            (program, *arguments), env=given, cwd=home, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=LIMIT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Failure(f"{LIMIT} 秒后仍未结束：{words}") from None
    complaint = done.stderr.decode(errors="replace").strip()
    if done.returncode or complaint:
        raise Failure(f"退出码 {done.returncode}，错误输出：{complaint or '（无）'}")


def try_all(folder: Path, home: Path) -> None:
    """Every step, each on the library the first one made."""
    if found := unwanted(folder):
        raise Failure("带了不该有的文件：" + "、".join(found))
    window, command_line = (folder / f"standards-desk{end}{SUFFIX}" for end in ("", "-cli"))
    library = ("--data", home / "演练 库")
    form = home / "检查表.pdf"
    run(command_line, (*library, "init", "--sample"), home)
    run(command_line, (*library, "form", "inspection", CHECKLIST, "--to", form), home)
    if not form.read_bytes().startswith(b"%PDF-"):
        raise Failure("检查表不是 PDF")
    for kind in ("xlsx", "docx", "pdf", "csv"):
        run(command_line, (*library, "export", "standards", "--to", home / f"标准明细.{kind}"), home)
    run(command_line, (*library, "import", home / "标准明细.xlsx", "--dry-run"), home)
    run(command_line, (*library, "check"), home)
    run(window, (*library, "open", "--quit-after-start"), home)


def main(arguments: Sequence[str]) -> int:
    """Try the program in the folder given; 0 when all is well."""
    parser = argparse.ArgumentParser(description="试运行打包好的程序")
    parser.add_argument("folder", type=Path, help="程序文件夹，如 dist/standards-desk")
    folder = parser.parse_args(arguments).folder.resolve()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        try:
            try_all(folder, Path(home))
        except (Failure, OSError) as failure:
            print(f"试运行没有通过：{failure}", flush=True)
            return 1
    size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
    print(f"试运行通过，{size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
