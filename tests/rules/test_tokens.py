"""Tokens expire by the clock they are given."""

from datetime import timedelta

import pytest

from core.errors import NotAllowed
from core.tokens import Tokens
from tests.shop import Clock


def test_a_token_is_believed_until_its_life_is_over_by_the_desks_clock() -> None:
    clock = Clock()
    tokens = Tokens("k" * 40, "file", timedelta(hours=1), clock)
    token = tokens.made([7, "ana"])
    clock.now += timedelta(minutes=59)
    assert tokens.read(token) == [7, "ana"]
    clock.now += timedelta(minutes=2)
    with pytest.raises(NotAllowed):
        tokens.read(token)


def test_a_token_of_another_kind_is_not_believed() -> None:
    clock = Clock()
    token = Tokens("k" * 40, "file", timedelta(hours=1), clock).made(7)
    with pytest.raises(NotAllowed):
        Tokens("k" * 40, "visitor", timedelta(hours=1), clock).read(token)
