"""Killed at any moment, a step of the exchange is whole or absent, and doing it again completes it."""

import shutil
import signal
from pathlib import Path

import pytest

from desktop.store.workspace import Workspace
from desktop.sync import bundles
from tests.sync import kills

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> kills.Prepared:
    return kills.Prepared(tmp_path_factory.mktemp("kills"))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", list(kills.KINDS))
def test_killed_at_any_moment_it_is_whole_or_absent(
    prepared: kills.Prepared, tmp_path: Path, kind: str, seed: int
) -> None:
    kills.killed(prepared, kind, tmp_path, seed)


def test_what_was_half_written_goes_at_the_next_opening(prepared: kills.Prepared, tmp_path: Path) -> None:
    library, _ = prepared.copy("make", tmp_path)
    halves = ("restoring.part", "blobs/0123456789abcdef.part", "backups/20261121-101500-000000_同步前.part")
    for name in halves:
        (library / name).parent.mkdir(exist_ok=True)
        (library / name).write_bytes(b"half")
    kept = library / "backups" / "20261121-101500-000000_同步前.db"
    kept.write_bytes(b"a backup")
    Workspace.open(library).close()
    assert not any((library / name).exists() for name in halves)
    assert kept.exists()


def test_half_a_bundle_goes_at_the_next_making_and_that_of_another_pc_stays(
    prepared: kills.Prepared, tmp_path: Path
) -> None:
    library, target = prepared.copy("make", tmp_path)
    with Workspace.open(library) as workspace:
        ours = target.with_name(f"上一次.bzb.{workspace.identity.device}.part")
        theirs = target.with_name(f"上报.bzb.{'f' * 16}.part")
        for half in (ours, theirs):
            shutil.copy(prepared.bundle, half)
        bundles.make(workspace, "某人", target, prepared.recipient)
    assert sorted(target.parent.iterdir()) == sorted([target, theirs])
