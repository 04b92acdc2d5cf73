"""Mails made to hurt are read like any other."""

import subprocess
import sys
from collections.abc import Callable
from time import process_time

import pytest

from connectors.email.reading import read
from tests.rules.email import hostile

ENOUGH_S = 60
"""For all of them together: a reader that hangs takes minutes for one."""
ENOUGH_WORK_S = 0.05


def test_no_mail_hangs_the_reader() -> None:
    done = subprocess.run([sys.executable, "-m", hostile.__name__], capture_output=True, timeout=ENOUGH_S, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == list(hostile.MAILS)


@pytest.mark.parametrize("name", hostile.GROWING)
def test_eight_times_the_size_is_far_from_sixty_four_times_the_work(name: str) -> None:
    size, once = 500, 0.0
    while once < ENOUGH_WORK_S and size < 200_000:
        size *= 2
        once = _work(hostile.GROWING[name], size)
    assert _work(hostile.GROWING[name], 8 * size) < 32 * max(once, ENOUGH_WORK_S)


def _work(deed: Callable[[int], object], size: int) -> float:
    began = process_time()
    deed(size)
    return process_time() - began


def test_twenty_thousand_recipients_are_a_hundred() -> None:
    assert len(read(hostile.MAILS["20,000 recipients"]()).cc) == 100
