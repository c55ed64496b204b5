"""Attachments: added as one step, kept once, opened safely, cleaned only when nothing names them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from desktop.app import attachments, editing, history, setup
from desktop.app.attachments import Given
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query
from desktop.domain.record import Cell
from desktop.store import backup, blobs
from tests.libraries import pair, version_of


def first(session: Session) -> str:
    return str(session.read.rows(Query("system_version"))[0]["key"])


def names(session: Session, key: str) -> list[str]:
    return [item.name for item in attachments.of_record(session, "system_version", key)]


def test_several_files_are_one_step_and_equal_content_is_kept_once(office: Session, tmp_path: Path) -> None:
    key = first(office)
    (tmp_path / "批复.pdf").write_bytes(b"%PDF one")
    before = blobs.all_hashes(office.workspace.folder)
    attachments.add(office, "system_version", key, [tmp_path / "批复.pdf", Given("同样.pdf", b"%PDF one"),
                                                    Given("纪要.txt", b"two")])  # fmt: skip
    assert sorted(names(office, key)) == sorted(["批复.pdf", "纪要.txt"])
    assert len(blobs.all_hashes(office.workspace.folder)) == len(before) + 2
    with pytest.raises(Refusal) as refused:
        attachments.add(office, "system_version", key, [Given("又.pdf", b"%PDF one")])
    assert refused.value.code == "attached_already"
    history.undo(office)
    assert names(office, key) == []


def test_pictures_are_made_small_or_kept_or_both(office: Session, tmp_path: Path) -> None:
    key, photo = first(office), tmp_path / "现场.bmp"
    picture = QImage(800, 600, QImage.Format.Format_RGB32)
    picture.fill(0xFF336699)
    picture.save(str(photo))
    attachments.add(office, "system_version", key, [photo], shrink=True, keep_original=True)
    kept = {item.name: item.size for item in attachments.of_record(office, "system_version", key)}
    assert set(kept) == {"现场_压缩.jpg", "现场.bmp"}
    assert kept["现场_压缩.jpg"] <= 300_000 < kept["现场.bmp"] == photo.stat().st_size


def test_an_attachment_is_renamed_removed_and_comes_back(office: Session) -> None:
    key = first(office)
    attachments.add(office, "system_version", key, [Given("a.pdf", b"1")])
    (item,) = attachments.of_record(office, "system_version", key)
    attachments.rename(office, item.key, "../会议\u202e纪要")
    assert names(office, key) == ["会议纪要.pdf"]
    attachments.remove(office, [item.key])
    assert names(office, key) == [] and item.place is not None and item.place.exists()
    editing.restore_rows(office, "attachment", [item.key])
    assert names(office, key) == ["会议纪要.pdf"]


def test_the_attachments_of_a_deleted_row_stay_as_they_are(office: Session) -> None:
    values: dict[str, Cell] = {"version": first(office)}
    _, key = editing.add_row(office, "detail_entry", {"planned_title": "甲"}, fixed=values)
    attachments.add(office, "detail_entry", key, [Given("批文.txt", b"x")], shrink=False)
    (kept,) = attachments.of_record(office, "detail_entry", key)
    editing.delete_rows(office, "detail_entry", [key])
    changes: list[Callable[[], object]] = [
        lambda: attachments.remove(office, [kept.key]),
        lambda: attachments.rename(office, kept.key, "改名"),
        lambda: attachments.add(office, "detail_entry", key, [Given("二.txt", b"y")], shrink=False),
    ]
    for change in changes:
        with pytest.raises(Refusal, match="由陈立删除（删除 1 条标准明细），恢复后才能修改"):
            change()
    editing.restore_rows(office, "detail_entry", [key])
    attachments.remove(office, [kept.key])


@pytest.mark.parametrize("name", ["a.exe", "a.bat", "a.js", "a.lnk", "a.pdf.exe. ", "a.xlsm", "无后缀"])
def test_what_could_run_is_only_saved(office: Session, tmp_path: Path, name: str) -> None:
    key = first(office)
    attachments.add(office, "system_version", key, [Given(name, b"MZ")])
    (item,) = attachments.of_record(office, "system_version", key)
    with pytest.raises(Refusal) as refused:
        attachments.open_copy(office, item.key)
    assert refused.value.code == "not_openable"
    attachments.save_as(office, item.key, tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == b"MZ"


def test_an_opened_copy_is_apart_from_the_kept_file(office: Session) -> None:
    key = first(office)
    attachments.add(office, "system_version", key, [Given("批复.pdf", b"%PDF")])
    (item,) = attachments.of_record(office, "system_version", key)
    copy = attachments.open_copy(office, item.key)
    copy.write_bytes(b"changed")
    assert copy.name == "批复.pdf" and item.place is not None and item.place.read_bytes() == b"%PDF"


def test_a_file_that_has_not_arrived_is_marked(office: Session) -> None:
    key = first(office)
    attachments.add(office, "system_version", key, [Given("a.pdf", b"1")])
    (item,) = attachments.of_record(office, "system_version", key)
    assert item.place is not None
    item.place.unlink()
    assert attachments.of_record(office, "system_version", key)[0].place is None
    with pytest.raises(Refusal) as refused:
        attachments.open_copy(office, item.key)
    assert refused.value.code == "not_arrived"


def test_rows_of_others_take_no_attachment(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    theirs, ours = version_of(bureau), version_of(office)
    with pytest.raises(Refusal) as refused:
        attachments.add(office, "system_version", theirs, [Given("a.pdf", b"1")])
    assert refused.value.code == "foreign"
    assert attachments.add(office, "system_version", ours, [Given("a.pdf", b"1")])
    for session in (bureau, office):
        session.workspace.close()


@given(st.text(max_size=300))
def test_a_cleaned_name_is_harmless_and_stays(name: str) -> None:
    clean = attachments.clean_name(name)
    assert clean and len(clean) <= attachments.LONGEST_NAME + 1 and clean == attachments.clean_name(clean)
    assert not set(clean) & set('/\\:*?"<>|\0\n') and clean.strip(" .") == clean


def test_cleaning_leaves_what_a_row_or_backup_names(office: Session) -> None:
    folder, key = office.workspace.folder, first(office)
    for old in (folder / "backups").glob("*"):
        old.unlink()
    attachments.add(office, "system_version", key, [Given("a.pdf", b"deleted row")])
    attachments.remove(office, [attachments.of_record(office, "system_version", key)[0].key])
    in_backup = blobs.put(folder, b"in a backup")
    made = backup.make_backup(office.workspace, "手动")
    loose = blobs.put(folder, b"loose")
    assert attachments.unneeded(office) == ([loose], 5)
    assert attachments.clean(office) == (5, 0)
    assert in_backup in blobs.all_hashes(folder) and loose not in blobs.all_hashes(folder)
    made.path.with_suffix(".json").unlink()
    with pytest.raises(Refusal) as refused:
        attachments.clean(office)
    assert refused.value.code == "backup_without_list"
    made.path.unlink()
    assert attachments.clean(office) == (len(b"in a backup"), 0)
    assert blobs.all_hashes(folder)


def test_after_a_restore_cleaning_keeps_what_the_set_aside_library_names(office: Session) -> None:
    folder = office.workspace.folder
    made = backup.make_backup(office.workspace, "手动")
    key = first(office)
    attachments.add(office, "system_version", key, [Given("后来的.txt", b"named by the set-aside library alone")])
    office.workspace.close()
    aside = backup.restore(folder, made.path)
    assert aside is not None
    restored = setup.open_library(folder)
    loose = blobs.put(folder, b"loose")
    assert attachments.unneeded(restored) == ([loose], 5)
    restored.workspace.close()
    backup.restore(folder, aside)
    back = setup.open_library(folder)
    (item,) = attachments.of_record(back, "system_version", key)
    assert item.place is not None and item.place.read_bytes() == b"named by the set-aside library alone"
    back.workspace.close()
