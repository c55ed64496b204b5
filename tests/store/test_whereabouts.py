"""A library that was copied, restored or replaced by an older one, or lies where it may be broken, is pointed out."""

from pathlib import Path

import pytest

from desktop.store import whereabouts


@pytest.fixture(autouse=True)
def _own_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "notes"))


def library(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "library.db").touch()
    return folder


def test_the_usual_library_raises_no_concern(tmp_path: Path) -> None:
    folder = library(tmp_path / "data")
    assert whereabouts.concerns(folder, "d", "i", 0, sent_before=False) == []
    whereabouts.remember(folder, "d", "i", 5)
    assert whereabouts.concerns(folder, "d", "i", 9, sent_before=True) == []


@pytest.mark.parametrize(
    ("instance", "step", "words"),
    [("other", 9, "从备份恢复"), ("i", 3, "比上次在这台电脑用的旧")],
)
def test_a_restored_or_older_library_is_told(tmp_path: Path, instance: str, step: int, words: str) -> None:
    folder = library(tmp_path / "data")
    whereabouts.remember(folder, "d", "i", 5)
    (sentence,) = whereabouts.concerns(folder, "d", instance, step, sent_before=True)
    assert words in sentence


def test_a_second_copy_on_this_pc_and_one_from_another_are_told(tmp_path: Path) -> None:
    first, second = library(tmp_path / "data"), library(tmp_path / "copy")
    whereabouts.remember(first, "d", "i", 5)
    (sentence,) = whereabouts.concerns(second, "d", "i", 5, sent_before=True)
    assert str(first.resolve()) in sentence
    (sentence,) = whereabouts.concerns(second, "never seen", "i", 5, sent_before=True)
    assert "别的电脑复制来的" in sentence


def test_a_folder_moved_away_is_the_same_library(tmp_path: Path) -> None:
    first = library(tmp_path / "data")
    whereabouts.remember(first, "d", "i", 5)
    moved = first.rename(tmp_path / "moved")
    assert whereabouts.concerns(moved, "d", "i", 5, sent_before=True) == []


@pytest.mark.parametrize("name", ["OneDrive", "我的坚果云", "WPS云盘"])
def test_a_folder_of_a_cloud_program_is_told(tmp_path: Path, name: str) -> None:
    (sentence,) = whereabouts.concerns(library(tmp_path / name / "数据"), "d", "i", 0, sent_before=False)
    assert "网盘" in sentence


@pytest.mark.parametrize(("kind", "words"), [("network", "网络盘"), ("removable", "U 盘")])
def test_a_network_drive_and_a_stick_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, words: str
) -> None:
    monkeypatch.setattr(whereabouts, "_kind_of_drive", lambda _folder: kind)
    (sentence,) = whereabouts.concerns(library(tmp_path / "data"), "d", "i", 0, sent_before=False)
    assert words in sentence


@pytest.mark.parametrize("text", ["", "[]", "{", '{"folder": 3}'])
def test_a_damaged_note_does_no_harm(tmp_path: Path, text: str) -> None:
    folder = library(tmp_path / "data")
    whereabouts.remember(folder, "d", "i", 5)
    (note,) = (tmp_path / "notes").rglob("d.json")
    note.write_text(text)
    assert len(whereabouts.concerns(folder, "d", "i", 5, sent_before=True)) <= 1
