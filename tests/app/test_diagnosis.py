"""The file for whoever mends the program: logs and figures, and nothing that a person typed."""

import json
import zipfile
from pathlib import Path

import pytest

from desktop.app import diagnosis, editing
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault


def test_it_holds_logs_and_counts_but_no_cell(office: Session, tmp_path: Path) -> None:
    editing.add_row(office, "standard", {"title": "只在台账里的名称"})
    logs = office.workspace.folder / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "standards-desk.log").write_bytes(b"x" * diagnosis.LARGEST + b"the end")
    path = tmp_path / "诊断信息.zip"
    diagnosis.save(office, path)
    with zipfile.ZipFile(path) as archive:
        facts = json.loads(archive.read("概况.json"))
        log = archive.read("logs/standards-desk.log")
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert facts["rows"]["standard"] == 1 and facts["role"] == "office"
    assert log.endswith(b"the end") and len(log) == diagnosis.LARGEST
    assert "只在台账里的名称".encode() not in everything


def test_a_folder_that_is_gone_is_told(office: Session, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="文件夹不存在"):
        diagnosis.save(office, tmp_path / "无" / "诊断信息.zip")
