"""A bureau and an office that belongs to it, the files between them, and every library that a test opened besides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app.session import Session
from tests.libraries import pair
from tests.sync.mailing import Mail, Pair


@pytest.fixture
def mail(tmp_path: Path) -> Mail:
    return Mail(tmp_path)


@pytest.fixture
def opened() -> Iterator[list[Session]]:
    """Libraries to be closed in the end."""
    found: list[Session] = []
    yield found
    for session in found:
        session.workspace.close()


@pytest.fixture
def both(tmp_path: Path, opened: list[Session]) -> Pair:
    found = pair(tmp_path)
    opened.extend(found)
    return found
