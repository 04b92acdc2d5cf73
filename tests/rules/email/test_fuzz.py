"""Mails broken at random are read."""

import pytest

from tests.rules.email import fuzz


@pytest.mark.parametrize("seed", range(4))
def test_broken_mails_are_read(seed: int) -> None:
    fuzz.run(seed, 100)
