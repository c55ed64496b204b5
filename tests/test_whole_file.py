"""A file is written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from desktop.domain.errors import EnvironmentFault
from desktop.whole_file import whole_file


def test_the_content_arrives_and_nothing_else_stays(tmp_path: Path) -> None:
    with whole_file(tmp_path / "表.txt") as stream:
        stream.write("内容".encode())
    assert (tmp_path / "表.txt").read_text("utf-8") == "内容"
    assert [entry.name for entry in tmp_path.iterdir()] == ["表.txt"]


def test_an_error_in_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "表.txt"
    path.write_text("旧", "utf-8")
    with pytest.raises(ValueError, match="boom"), whole_file(path) as stream:
        stream.write(b"half")
        raise ValueError("boom")
    assert path.read_text("utf-8") == "旧"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (errno.ENOSPC, "空间不足"),
        (errno.EACCES, "关闭该文件"),
        (errno.EROFS, "只读"),
        (errno.EIO, "换一个位置"),
    ],
)
def test_a_fault_of_the_disk_names_file_and_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, word: str
) -> None:
    path = tmp_path / "统计表.xlsx"
    path.write_text("旧", "utf-8")

    def fail(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(EnvironmentFault) as caught, whole_file(path) as stream:
        stream.write(b"new")
    assert caught.value.code == "write_failed"
    assert "统计表.xlsx" in caught.value.message
    assert word in caught.value.message
    assert caught.value.message.count("。") == 1
    assert path.read_text("utf-8") == "旧"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_and_a_folder_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="文件夹不存在"), whole_file(tmp_path / "无" / "表.txt"):
        pass
    (tmp_path / "占").mkdir()
    with pytest.raises(EnvironmentFault), whole_file(tmp_path / "占"):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["占"]
