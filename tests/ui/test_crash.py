"""A fault that kills the program leaves its traces, and the next start tells of it."""

import subprocess
import sys
from pathlib import Path

import desktop
from desktop.ui import crash

DEADLY = """
import ctypes, sys
from pathlib import Path
from desktop.ui import crash
assert crash.watch(Path(sys.argv[1])) is None
ctypes.string_at(0)
"""


def test_what_killed_the_program_is_found_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    root = Path(desktop.__file__).parents[1]
    ended = subprocess.run([sys.executable, "-c", DEADLY, str(tmp_path)], cwd=root, capture_output=True, check=False)
    assert ended.returncode != 0
    found = crash.watch(tmp_path)
    assert found is not None and "string_at" in found.read_text(encoding="utf-8")
    assert str(found) in crash.fell(found) and "没有受影响" in crash.fell(found)
    assert crash.watch(tmp_path) is None, "told once"


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    assert crash.watch(tmp_path / "nowhere") is None
