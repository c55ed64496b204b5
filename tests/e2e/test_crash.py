"""Killed at any moment, a library holds every step that was finished and nothing of one that was not."""

import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from desktop.app import health, importing, setup, system
from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.store import backup
from tests.libraries import dump, lone_office, node_of, version_of

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")

ROWS = 300
WRITING = 0.16
"""Seconds around the commit within which the kill falls, now before it and now after."""

IMPORTER = """
import sys
from pathlib import Path
from desktop.app import importing, setup
from desktop.app.job import Job
session = setup.open_library(Path(sys.argv[1]))
source = Path(sys.argv[2])
job = Job(lambda text, done, total: print(text, done, flush=True))
importing.apply(session, importing.plan(session, source, job=job), source, job)
print("committed", flush=True)
sys.stdin.read()
"""

EDITOR = """
import itertools, sys
from pathlib import Path
from desktop.app import editing, setup
session = setup.open_library(Path(sys.argv[1]))
for number in itertools.count(1):
    editing.edit_cells(session, "detail_entry", [editing.Edit(sys.argv[2], "department", f"处{number}")])
    print(number, flush=True)
"""


def _started(script: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(setup.__file__).parents[2])}
    words = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=environment)


def _killed(process: subprocess.Popen[str], wait_for: str, delay: float = 0.0) -> list[str]:
    """Kill the process `delay` seconds after it printed a line; every line it printed."""
    assert process.stdout is not None
    lines: list[str] = []
    with process:
        for line in process.stdout:
            lines.append(line.strip())
            if lines[-1] == wait_for:
                break
        if delay:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=delay)
        process.kill()
        lines.extend(line.strip() for line in process.stdout)
    assert process.returncode == -signal.SIGKILL
    return lines


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crash")
    session = lone_office(folder)
    version_of(session)
    session.workspace.close()
    rows = "\n".join(f"JC1,GB/T {number}-2020,标准 {number},综合处" for number in range(1, ROWS + 1))
    (folder / "in.csv").write_text(f"体系编号,标准号,标准名称,责任部门\n{rows}\n", encoding="utf-8")
    return folder


def _is_sound(session: Session) -> None:
    (answer,) = session.read.connection.execute("PRAGMA integrity_check").fetchone()
    assert answer == "ok"
    assert health.check(session) == []
    assert session.read.connection.execute("SELECT tx FROM current_tx").fetchall() == [(None,)]


@pytest.mark.parametrize("seed", range(14))
def test_an_import_killed_at_any_moment_is_whole_or_absent(made: Path, tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "office"
    shutil.copytree(made / "office", folder)
    chance = random.Random(seed)
    first = chance.choice(["备份 0", "写入 0", "写入 0", "写入 200", "committed"])
    said = _killed(_started(IMPORTER, folder, made / "in.csv"), first, chance.uniform(0, WRITING))
    session = setup.open_library(folder)
    try:
        _is_sound(session)
        found = session.read.count(Query("detail_entry"))
        assert found == session.read.count(Query("standard"))
        assert found in ((ROWS,) if "committed" in said else (0, ROWS))
        assert len(importing.undoable_batches(session)) == (found > 0)
        plan = importing.plan(session, made / "in.csv")
        assert plan.counts()["equal"] == found
        importing.apply(session, plan, made / "in.csv")
        assert session.read.count(Query("detail_entry")) == session.read.count(Query("standard")) == ROWS
        _is_sound(session)
        for item in backup.backups(folder):
            assert item.reason == "导入前"
    finally:
        session.workspace.close()


def test_a_kill_before_the_commit_leaves_the_rows_as_before(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "office"
    shutil.copytree(made / "office", folder)
    session = setup.open_library(folder)
    before = dump(session)
    session.workspace.close()
    assert "committed" not in _killed(_started(IMPORTER, folder, made / "in.csv"), "写入 200")
    session = setup.open_library(folder)
    try:
        assert dump(session) == before
    finally:
        session.workspace.close()


@pytest.mark.parametrize("seed", range(4))
def test_every_edit_that_was_said_to_be_kept_is_kept(made: Path, tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "office"
    shutil.copytree(made / "office", folder)
    session = setup.open_library(folder)
    with session.write("一行") as transaction:
        place = {"version": system.own_version(session), "code": "ZC5.1", "node": node_of(session, "ZC5")}
        values = {**place, "planned_title": "甲"}
        key = transaction.insert("detail_entry", dict(values))
    session.workspace.close()
    said = _killed(_started(EDITOR, folder, key), str(random.Random(seed).randint(1, 40)))
    session = setup.open_library(folder)
    try:
        _is_sound(session)
        row = session.read.row("detail_entry", key)
        assert row is not None
        last = int(str(row["department"]).removeprefix("处"))
        assert last - int(said[-1]) in (0, 1), "at most the edit whose answer was not yet read"
        kept = session.read.connection.execute(
            "SELECT new FROM journal WHERE key = ? AND field = 'department' ORDER BY id", (key,)
        ).fetchall()
        assert kept == [(f"处{number}",) for number in range(1, last + 1)]
    finally:
        session.workspace.close()
