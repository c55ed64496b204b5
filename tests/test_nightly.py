"""The nightly command itself works; its full size is not for the suite."""

import pytest

from tests.nightly.__main__ import SUBJECTS


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_small_run_ends_well(subject: str) -> None:
    scale = {"machine": 0.001, "fuzz": 0.003, "counties": 0.0, "kills": 0.0, "long": 0.02}[subject]
    assert SUBJECTS[subject](scale, 1)
