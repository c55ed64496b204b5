"""Backups: verified, thinned by age, restored with nothing lost."""

import datetime
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import setup
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.query import Query
from desktop.store import backup, blobs
from desktop.store.workspace import LIBRARY, Workspace
from tests.libraries import dump, lone_office

NOON = datetime.datetime(2026, 11, 21, 12)


def _titles(session: Session) -> set[object]:
    return {row["title"] for row in session.read.rows(Query("standard"))}


def _add(session: Session, *titles: str) -> None:
    with session.write("装入") as transaction:
        transaction.insert_many("standard", ("title",), [(title,) for title in titles])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    session = lone_office(tmp_path)
    _add(session, "甲", "乙")
    yield session
    session.workspace.close()


def test_a_backup_holds_every_row_and_names_every_file(office: Session, tmp_path: Path) -> None:
    sha = blobs.put(office.workspace.folder, b"file")
    made = backup.make_backup(office.workspace, "手动")
    assert made.path.name.endswith("_手动.db") and backup.backups(office.workspace.folder) == [made]
    connection = sqlite3.connect(made.path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert backup.counts(connection) == backup.counts(office.workspace.connection)
        assert backup.counts(connection)["standard"] == 2
    finally:
        connection.close()
    assert sha in made.path.with_suffix(".json").read_text(encoding="utf-8")


def test_a_copy_that_lacks_a_row_is_not_called_a_backup(office: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([{"standard": 1}, {"standard": 2}])
    monkeypatch.setattr(backup, "counts", lambda _connection: next(answers))
    with pytest.raises(EnvironmentFault, match="备份没有通过校验"):
        backup.make_backup(office.workspace, "手动")
    assert list((office.workspace.folder / "backups").iterdir()) == []


def test_a_backup_that_cannot_be_written_says_so(office: Session) -> None:
    (office.workspace.folder / "backups").write_text("in the way", encoding="utf-8")
    with pytest.raises(EnvironmentFault, match="备份没有做成，请检查磁盘空间"):
        backup.make_backup(office.workspace, "手动")


def test_writing_goes_on_after_a_backup(office: Session) -> None:
    backup.make_backup(office.workspace, "手动")
    _add(office, "丙")
    assert _titles(office) == {"甲", "乙", "丙"}


def _days(*ages: int, hour: int = 9) -> list[datetime.datetime]:
    return [NOON.replace(hour=hour) - datetime.timedelta(days=age) for age in ages]


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        ([], []),
        (_days(0, 1, 400, 4000), _days(0, 1, 400, 4000)),
        (_days(*range(25)), _days(*range(22))),
        (_days(*range(200)), _days(*range(22), 27, 34, 41, 48, 52, 82, 113, 144, 174)),
        ([NOON - datetime.timedelta(minutes=n) for n in range(100)], [NOON - datetime.timedelta(minutes=n) for n in range(20)]),
        ([NOON + datetime.timedelta(days=n) for n in range(30)], [NOON + datetime.timedelta(days=n) for n in range(30)]),
    ],
    ids=["none", "few", "25 days", "200 days", "a busy hour", "a clock that ran ahead"],
)  # fmt: skip
def test_recent_daily_weekly_and_monthly_backups_are_kept(
    times: list[datetime.datetime], kept: list[datetime.datetime]
) -> None:
    assert sorted(backup.kept(times, NOON)) == sorted(kept)


def test_of_busy_days_the_newest_of_each_is_kept() -> None:
    times = [moment for hour in (8, 12, 17) for moment in _days(*range(1, 40), hour=hour)]
    kept = backup.kept(times, NOON)
    assert set(_days(*range(1, 15), hour=17)) <= kept
    assert {moment.hour for moment in kept if moment < NOON - datetime.timedelta(days=8)} == {17}


def test_thinning_removes_the_old_files_alone(office: Session) -> None:
    folder = office.workspace.folder / "backups"
    folder.mkdir()
    for moment in _days(*range(200)):
        stem = moment.strftime("%Y%m%d-%H%M%S-%f")
        (folder / f"{stem}_手动.db").touch()
        (folder / f"{stem}_手动.json").touch()
    (folder / "我的.db").touch()
    made = backup.make_backup(office.workspace, "手动")
    left = {item.at for item in backup.backups(office.workspace.folder)}
    assert left == backup.kept([*_days(*range(200)), made.at], made.at)
    assert len(list(folder.glob("*.json"))) == len(left)
    assert (folder / "我的.db").exists(), "what is not ours stays"


def test_a_restore_brings_the_backup_back_and_sets_the_current_file_aside(office: Session) -> None:
    folder = office.workspace.folder
    before, instance = dump(office), office.identity.instance
    made = backup.make_backup(office.workspace, "手动")
    _add(office, "丙")
    after = dump(office)
    office.workspace.close()
    aside = backup.restore(folder, made.path)
    restored = setup.open_library(folder)
    try:
        assert dump(restored) == before
        assert restored.identity.instance != instance
        assert restored.identity.organisation == office.identity.organisation
        assert restored.identity.device == office.identity.device
    finally:
        restored.workspace.close()
    assert aside is not None
    assert aside.name.endswith(f"_{backup.SET_ASIDE}.db")
    backup.restore(folder, aside)
    back = setup.open_library(folder)
    assert dump(back) == after
    back.workspace.close()


def _damaged(source: Path, how: str) -> bytes:
    content = bytearray(source.read_bytes())
    if how == "cut":
        return bytes(content[: len(content) // 2])
    if how == "scratched":
        content[8192 : 8192 * 3] = b"\xff" * (8192 * 2)
        return bytes(content)
    return {"empty": b"", "text": b"no database" * 1000}[how]


@pytest.mark.parametrize("how", ["cut", "scratched", "empty", "text"])
def test_a_damaged_backup_is_refused_and_the_data_are_untouched(office: Session, tmp_path: Path, how: str) -> None:
    made = backup.make_backup(office.workspace, "手动")
    bad = tmp_path / "坏.db"
    bad.write_bytes(_damaged(made.path, how))
    folder = office.workspace.folder
    office.workspace.close()
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(Refusal, match=r"“坏\.db”不是完好的备份，数据没有改动，请换一份备份"):
        backup.restore(folder, bad)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files


def test_some_other_database_is_refused(office: Session, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    office.workspace.close()
    for source in (tmp_path / "other.db", tmp_path / "none.db", tmp_path):
        with pytest.raises(Refusal, match="不是完好的备份"):
            backup.restore(office.workspace.folder, source)


def test_an_open_library_is_not_restored_over(office: Session) -> None:
    made = backup.make_backup(office.workspace, "手动")
    with pytest.raises(EnvironmentFault, match="已在另一个窗口打开"):
        backup.restore(office.workspace.folder, made.path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="不存在或不能写入"):
        backup.restore(tmp_path / "none", tmp_path / "x.db")


def test_a_damaged_library_is_set_aside_and_replaced(office: Session) -> None:
    folder = office.workspace.folder
    made = backup.make_backup(office.workspace, "手动")
    office.workspace.close()
    (folder / LIBRARY).write_bytes(b"not a database at all" * 1000)
    aside = backup.restore(folder, made.path)
    assert aside is not None
    assert aside.read_bytes() == b"not a database at all" * 1000
    with Workspace.open(folder) as workspace:
        assert workspace.reader.count(Query("standard")) == 2


_DIES = """
import os, signal, sys
from pathlib import Path
from desktop.app import setup
session = setup.open_library(Path(sys.argv[1]))
with session.write("五百条") as transaction:
    transaction.insert_many("standard", ("title",), [(f"标准 {n}",) for n in range(500)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
def test_rows_still_in_the_write_ahead_log_are_in_backup_and_set_aside_file(office: Session) -> None:
    folder = office.workspace.folder
    first = backup.make_backup(office.workspace, "手动")
    office.workspace.close()
    environment = {**os.environ, "PYTHONPATH": str(Path(setup.__file__).parents[2])}
    ended = subprocess.run([sys.executable, "-c", _DIES, str(folder)], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (folder / f"{LIBRARY}-wal").stat().st_size > 0
    aside = backup.restore(folder, first.path)
    assert aside is not None
    assert not (folder / f"{LIBRARY}-wal").exists()
    backup.restore(folder, aside)
    session = setup.open_library(folder)
    try:
        assert session.read.count(Query("standard")) == 502
        made = backup.make_backup(session.workspace, "手动")
    finally:
        session.workspace.close()
    connection = sqlite3.connect(made.path)
    assert backup.counts(connection)["standard"] == 502
    connection.close()


def test_another_organisations_backup_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    one = setup.found(tmp_path / "one", "office", "甲区中心", "330106", "甲")
    other = setup.found(tmp_path / "other", "office", "乙区中心", "330102", "乙")
    made = backup.make_backup(other.workspace, "手动")
    one.workspace.close()
    other.workspace.close()
    with pytest.raises(Refusal, match="其他单位的"):
        backup.restore(tmp_path / "one", made.path)
    session = setup.open_library(tmp_path / "one")
    assert session.identity.name == "甲区中心"
    session.workspace.close()


def test_an_emptied_library_is_damaged_and_a_half_founded_one_is_founded_anew(tmp_path: Path) -> None:
    office = setup.found(tmp_path / "a", "office", "甲区中心", "330106", "甲")
    office.workspace.close()
    (tmp_path / "a" / LIBRARY).write_bytes(b"")
    with pytest.raises(EnvironmentFault, match="可能已损坏"):
        setup.open_library(tmp_path / "a")
    office = setup.found(tmp_path / "b", "office", "甲区中心", "330106", "甲")
    with office.workspace.exclusive() as connection:
        connection.execute("DELETE FROM identity")
    office.workspace.close()
    with pytest.raises(EnvironmentFault, match="上次没有建完"):
        setup.open_library(tmp_path / "b")
    setup.found(tmp_path / "b", "office", "乙区中心", "330106", "乙").workspace.close()


def test_a_backup_of_a_newer_program_is_refused_before_it_takes_the_place(office: Session, tmp_path: Path) -> None:
    made = backup.make_backup(office.workspace, "手动").path
    with sqlite3.connect(made) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = dump(office)
    folder = office.workspace.folder
    office.workspace.close()
    with pytest.raises(EnvironmentFault, match="更新的版本"):
        backup.restore(folder, made)
    with pytest.raises(EnvironmentFault, match="更新的版本"):
        backup.live_rows(made, ["standard"])
    again = setup.open_library(folder)
    assert dump(again) == before
    again.workspace.close()


@pytest.mark.parametrize("target", ["library.db", "恢复前"])
def test_a_restore_that_cannot_replace_a_file_leaves_the_library_in_its_place(
    office: Session, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    made = backup.make_backup(office.workspace, "手动").path
    _add(office, "丙")
    after, folder, replace = dump(office), office.workspace.folder, Path.replace
    office.workspace.close()

    def held(path: Path, to: Path) -> Path:
        if target in to.name:
            raise PermissionError(13, "in use")
        return replace(path, to)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", held)
        with pytest.raises(EnvironmentFault, match="恢复没有做成，数据没有改动"):
            backup.restore(folder, made)
    again = setup.open_library(folder)
    assert dump(again) == after
    again.workspace.close()
    assert not list(folder.glob("*.part"))
