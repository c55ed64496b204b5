"""The window goes on while files are written and read; its process for them ends with it."""

import gc
import multiprocessing
import shutil
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import exporting, importing, setup
from desktop.app.session import Session
from tests.benchmarks.heartbeat import silence
from tests.benchmarks.library import filled
from tests.ui.desks import open_window

MOST = 200
"""Milliseconds; far above what is measured, far below openpyxl at work in a thread on a slow machine."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    with filled(folder):
        pass
    return folder / "library"


def test_export_and_import_leave_the_window_alone(qtbot: QtBot, large: Path, tmp_path: Path) -> None:
    shutil.copytree(large, tmp_path / "library")
    gc.freeze()  # what other tests left is not the window's to look through
    session: Session = setup.open_library(tmp_path / "library")
    path, steps, plans = tmp_path / "明细.xlsx", set[str](), list[Any]()
    with open_window(session) as window:
        desk = window.desk
        desk.worked.connect(lambda words, _done, _total: steps.add(words))

        def export(end: Any) -> None:
            desk.read(lambda job: exporting.export(session, "detail_entry", path, job=job), end)

        def plan(end: Any) -> None:
            def done(made: Any) -> None:
                plans.append(made)
                end()

            desk.read(lambda job: importing.plan(session, path, job=job), done)

        assert not multiprocessing.active_children(), "nothing is started before it is needed"
        assert silence(export) < MOST
        assert "写表格" in steps
        assert silence(plan) < MOST
        assert len(plans[0].rows) == 5_000
        assert [child.name for child in multiprocessing.active_children()] == ["worker"]
    assert not multiprocessing.active_children()
    gc.unfreeze()
