"""Libraries made once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import resources
from desktop.app import importing, setup, system
from desktop.app.practice import practice_library
from desktop.app.session import Session
from tests.libraries import lone_office

MESSY = resources.folder() / "sample" / "messy.xlsx"


@pytest.fixture(scope="session")
def planted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    session = lone_office(folder)
    system.plant(session, "hangzhou")
    session.workspace.close()
    return folder / "office"


@pytest.fixture(scope="session")
def imported_folder(planted_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imported") / "office"
    shutil.copytree(planted_folder, folder)
    session = setup.open_library(folder)
    importing.apply(session, importing.plan(session, MESSY), MESSY)
    session.workspace.close()
    return folder


@pytest.fixture(scope="session")
def practice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice") / "library"
    practice_library(folder).workspace.close()
    return folder


def _opened(source: Path, folder: Path) -> Iterator[Session]:
    shutil.copytree(source, folder)
    session = setup.open_library(folder)
    yield session
    session.workspace.close()


@pytest.fixture
def office(planted_folder: Path, tmp_path: Path) -> Iterator[Session]:
    """An office with the tree of six fields and no standard."""
    yield from _opened(planted_folder, tmp_path / "office")


@pytest.fixture
def imported(imported_folder: Path, tmp_path: Path) -> Iterator[Session]:
    """The same after the messy workbook was imported."""
    yield from _opened(imported_folder, tmp_path / "imported")


@pytest.fixture
def practice(practice_folder: Path, tmp_path: Path) -> Iterator[Session]:
    """The practice library."""
    yield from _opened(practice_folder, tmp_path / "practice")
