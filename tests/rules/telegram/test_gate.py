"""A bot keeps within Telegram's rates by itself, and longer where it is asked to."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from connectors.telegram.gate import Gate
from core.errors import TemporaryError


@dataclass
class Clock:
    """Time that passes when somebody sleeps."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += max(0.0, seconds)


@pytest.fixture
def clock() -> Clock:
    """The gate's clock."""
    return Clock()


async def test_a_chat_takes_two_at_once_and_then_one_a_second(clock: Clock) -> None:
    way, moments = Gate(clock, clock.sleep), list[float]()
    for _ in range(4):
        await way.turn(5)
        moments.append(round(clock.now - 100, 2))
    assert moments == [0.0, 0.04, 1.0, 2.0]


async def test_a_hundred_chats_share_the_bots_rate(clock: Clock) -> None:
    way = Gate(clock, clock.sleep)
    for chat in range(1, 101):
        await way.turn(chat)
    assert clock.now - 100 == pytest.approx(99 / 25)


async def test_who_would_wait_long_is_sent_away_for_so_long(clock: Clock) -> None:
    way = Gate(clock, clock.sleep)
    await way.turn(-7, count=4)
    with pytest.raises(TemporaryError) as refused:
        await way.turn(-7)
    assert refused.value.is_alone
    assert refused.value.retry_after == timedelta(seconds=9)


async def test_a_pause_for_one_chat_holds_that_chat_alone(clock: Clock) -> None:
    way = Gate(clock, clock.sleep)
    await way.turn(5)
    way.hold(5, timedelta(seconds=30))
    await way.turn(6)
    assert clock.now - 100 < 1
    with pytest.raises(TemporaryError):
        await way.turn(5)


async def test_a_pause_no_chat_has_earned_holds_the_whole_bot(clock: Clock) -> None:
    way = Gate(clock, clock.sleep)
    way.hold(5, timedelta(seconds=30))
    with pytest.raises(TemporaryError):
        await way.turn(6)
