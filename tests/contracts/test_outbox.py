"""The outbox against a platform that fails in every way: nothing lost, nothing doubled, everything in its order."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.sender import Sender
from core import lanes, outbox, settling
from core.desk import Desk
from core.errors import PermanentError
from core.models import Delivery, DeliveryState, Lane, Rank, Role
from core.outbox import Claimed, Wanted
from core.show import text
from tests.contracts.destination import FailingPlatform, Mood, Parcel
from tests.shop import Shop


def _parcel(desk: Desk, claimed: Claimed) -> Parcel:
    words = " ".join(each.facts["words"] for each in claimed.all)
    return Parcel(outbox.nonce(claimed.delivery), claimed.delivery.lane, words)


def _sender(shop: Shop, platform: FailingPlatform) -> Sender[Parcel]:
    return Sender(shop.desks, shop.bus, "channel:1", platform, _parcel)


def _wanted(lane: str, words: str, rank: Rank = Rank.WORDS) -> Wanted:
    return Wanted(lane=lane, destination="channel:1", kind="say", buckets=("bot",), rank=rank, facts={"words": words})


async def _put(shop: Shop, *wanted: Wanted) -> None:
    await shop.change(lambda desk: outbox.put(desk, *wanted))


async def _send_all(shop: Shop, platform: FailingPlatform, *, rounds: int = 400) -> None:
    """Lets senders come and go until nothing is left that can be sent."""
    for _ in range(rounds):
        if not await _sender(shop, platform).send_some():
            if await shop.read(lambda desk: lanes.next_at(desk, "channel:1")) is None:
                return
            shop.clock.now += timedelta(seconds=31)
    raise AssertionError("still something to send")


async def _states(shop: Shop) -> list[str]:
    statement = select(Delivery.state).order_by(Delivery.id)
    return await shop.read(lambda desk: [state.value for state in desk.execute(statement).scalars()])


async def test_what_is_put_is_sent_once_in_its_order(shop: Shop) -> None:
    platform = FailingPlatform()
    await _put(shop, *(_wanted("chat:1", f"{n}") for n in range(5)))
    await _send_all(shop, platform)
    assert [parcel.words for parcel in platform.got] == ["0", "1", "2", "3", "4"]
    assert await _states(shop) == ["sent"] * 5
    assert await shop.read(lambda desk: desk.execute(select(Lane.key)).all()) == []


@pytest.mark.parametrize("mood", [Mood.BUSY, Mood.LIMITED, Mood.LOST, Mood.DEAD])
async def test_trouble_that_passes_loses_and_doubles_nothing(shop: Shop, mood: Mood) -> None:
    platform = FailingPlatform([mood, mood, Mood.WELL, mood])
    await _put(shop, *(_wanted("chat:1", f"{n}") for n in range(4)))
    await _send_all(shop, platform)
    assert [parcel.words for parcel in platform.got] == ["0", "1", "2", "3"]
    assert await _states(shop) == ["sent"] * 4


async def test_what_can_never_arrive_fails_and_lets_the_next_pass(shop: Shop) -> None:
    platform = FailingPlatform([Mood.NEVER])
    await _put(shop, _wanted("chat:1", "0"), _wanted("chat:1", "1"))
    await _send_all(shop, platform)
    assert await _states(shop) == ["failed", "sent"]
    assert len(await shop.read(settling.troubled)) == 1


async def test_where_nobody_can_know_an_agent_decides(shop: Shop) -> None:
    platform = FailingPlatform([Mood.LOST], tells=False)
    await _put(shop, _wanted("chat:1", "0"))
    await _send_all(shop, platform)
    assert await _states(shop) == ["uncertain"]
    ines = await shop.agent("ines", Role.SUPERVISOR)
    assert await ines.types("desk undelivered") == "1 thing not delivered"
    await ines.types("desk resend 1")
    await _send_all(shop, platform)
    assert [parcel.words for parcel in platform.got] == ["0", "0"]
    assert await _states(shop) == ["sent"]


async def test_a_sender_that_died_while_sending_is_followed_by_one_that_asks(shop: Shop) -> None:
    platform = FailingPlatform()
    await _put(shop, _wanted("chat:1", "0"))
    await shop.change(lambda desk: lanes.lease(desk, "channel:1", "dead"))
    claimed = await shop.change(lambda desk: outbox.claim(desk, "chat:1", "dead"))
    assert claimed is not None
    await platform.send(Parcel(outbox.nonce(claimed.delivery), "chat:1", "0"))
    shop.clock.now += lanes.LEASE + timedelta(seconds=1)
    await _send_all(shop, platform)
    assert (len(platform.got), platform.asked, await _states(shop)) == (1, 1, ["sent"])


async def test_a_lane_has_one_sender_at_a_time(shop: Shop) -> None:
    await _put(shop, _wanted("chat:1", "0"))
    first = await shop.change(lambda desk: lanes.lease(desk, "channel:1", "one"))
    second = await shop.change(lambda desk: lanes.lease(desk, "channel:1", "two"))
    assert (first, second) == ("chat:1", None)


async def test_a_sender_whose_lease_was_taken_over_claims_nothing(shop: Shop) -> None:
    await _put(shop, _wanted("chat:1", "0"))
    await shop.change(lambda desk: lanes.lease(desk, "channel:1", "slow"))
    shop.clock.now += lanes.LEASE + timedelta(seconds=1)
    await shop.change(lambda desk: lanes.lease(desk, "channel:1", "fast"))
    assert await shop.change(lambda desk: outbox.claim(desk, "chat:1", "slow")) is None


async def test_peoples_words_go_before_alerts_and_those_before_cards(shop: Shop) -> None:
    platform = FailingPlatform()
    await _put(shop, _wanted("a", "card", Rank.CARD), _wanted("b", "alert", Rank.ALERT), _wanted("c", "words"))
    await _send_all(shop, platform)
    assert [parcel.words for parcel in platform.got] == ["words", "alert", "card"]


async def test_lanes_take_turns(shop: Shop) -> None:
    platform = FailingPlatform()
    await _put(shop, *(_wanted("busy", f"b{n}") for n in range(3)), *(_wanted("calm", f"c{n}") for n in range(3)))
    for _ in range(6):
        shop.clock.now += timedelta(seconds=1)
        await _sender(shop, platform).send_some()
    assert [parcel.lane for parcel in platform.got] == ["busy", "calm"] * 3


async def test_a_limited_bucket_holds_all_its_lanes_until_then(shop: Shop) -> None:
    platform = FailingPlatform([Mood.LIMITED])
    await _put(shop, _wanted("a", "0"), _wanted("b", "1"))
    while await _sender(shop, platform).send_some():
        pass
    assert (platform.tries, platform.got) == (1, [])
    shop.clock.now += timedelta(seconds=31)
    await _send_all(shop, platform)
    assert len(platform.got) == 2


async def test_thousands_of_lanes_of_a_shut_channel_hide_no_other(small_shop: Shop) -> None:
    platform, shut = FailingPlatform(), small_shop.clock.now + timedelta(hours=1)
    resting = [replace(_wanted(f"chat:{n}", "wait"), buckets=("shut",)) for n in range(1_100)]
    await _put(small_shop, *resting, replace(_wanted("chat:last", "go"), buckets=("open",)))
    await small_shop.change(lambda desk: lanes.hold(desk, "shut", shut))
    assert await _sender(small_shop, platform).send_some()
    assert [parcel.words for parcel in platform.got] == ["go"]


async def test_a_rate_is_kept_by_resting_and_lets_other_buckets_go_on(shop: Shop) -> None:
    platform = FailingPlatform()
    other = Wanted(lane="c", destination="channel:1", kind="say", buckets=("quick",), facts={"words": "2"})
    await _put(shop, _wanted("a", "0"), _wanted("b", "1"), other)
    rests = Sender(shop.desks, shop.bus, "channel:1", platform, _parcel, rest=_one_second_for_the_bot)
    while await rests.send_some():
        pass
    assert [parcel.words for parcel in platform.got] == ["0", "2"]
    coming = await shop.read(lambda desk: lanes.next_at(desk, "channel:1"))
    assert coming == shop.clock.now + timedelta(seconds=1)
    shop.clock.now = coming
    assert await rests.send_some()
    assert [parcel.words for parcel in platform.got] == ["0", "2", "1"]


def _one_second_for_the_bot(bucket: str) -> timedelta:
    return timedelta(seconds=1 if bucket == "bot" else 0)


async def test_what_waits_and_belongs_together_goes_out_as_one(shop: Shop) -> None:
    platform = FailingPlatform([Mood.BUSY])
    speakers = ["ana", "ana", "ben", "ana", "ana", "ana"]
    wanted = [_wanted("a", str(n)) for n in range(6)]
    await _put(shop, *(replace(w, facts=w.facts | {"joins": who}) for w, who in zip(wanted, speakers, strict=True)))
    await _send_all(shop, platform)
    assert [parcel.words for parcel in platform.got] == ["0 1", "2", "3 4 5"]
    assert await _states(shop) == ["sent"] * 6


async def test_what_went_out_as_one_is_asked_for_as_one(shop: Shop) -> None:
    platform = FailingPlatform([Mood.LOST])
    wanted = [_wanted("a", str(n)) for n in range(3)]
    await _put(shop, *(replace(each, facts=each.facts | {"joins": "ana"}) for each in wanted))
    await _send_all(shop, platform)
    assert ([parcel.words for parcel in platform.got], platform.asked) == (["0 1 2"], 1)
    assert await _states(shop) == ["sent"] * 3


async def test_a_platform_that_cannot_be_asked_now_is_asked_again(shop: Shop) -> None:
    platform = FailingPlatform([Mood.LOST], deaf=2)
    await _put(shop, _wanted("a", "0"), _wanted("a", "1"))
    await _send_all(shop, platform)
    assert [parcel.words for parcel in platform.got] == ["0", "1"]
    assert await _states(shop) == ["sent", "sent"]


async def test_what_cannot_even_be_read_has_failed_and_lets_the_next_pass(shop: Shop) -> None:
    platform = FailingPlatform()
    await _put(shop, _wanted("a", "a note"), _wanted("a", "1"))

    def reading(desk: Desk, claimed: Claimed) -> Parcel:
        if claimed.delivery.facts["words"] == "a note":
            raise PermanentError(text("A note is never sent to a customer."))
        return _parcel(desk, claimed)

    sender = Sender(shop.desks, shop.bus, "channel:1", platform, reading)
    while await sender.send_some():
        pass
    assert (await _states(shop), [parcel.words for parcel in platform.got]) == (["failed", "sent"], ["1"])


async def test_after_eight_tries_it_has_failed(shop: Shop) -> None:
    platform = FailingPlatform([Mood.BUSY] * 20)
    await _put(shop, _wanted("a", "0"))
    for _ in range(12):
        await _sender(shop, platform).send_some()
        shop.clock.now += timedelta(hours=1)
    assert (platform.tries, await _states(shop)) == (outbox.MOST_TRIES, ["failed"])


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_mood_it_is_in_every_lane_stays_in_order(small_shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    moods = [Mood.WELL, Mood.WELL, Mood.BUSY, Mood.LIMITED, Mood.LOST, Mood.DEAD, Mood.NEVER]
    platform = FailingPlatform.moody(chance, requests=60, moods=moods)
    await _put(small_shop, *(_wanted(f"lane:{chance.randrange(4)}", f"{n:02}") for n in range(30)))
    await _send_all(small_shop, platform)
    by_lane: dict[str, list[str]] = defaultdict(list)
    for parcel in platform.got:
        by_lane[parcel.lane].append(parcel.words)
    assert all(words == sorted(words) and len(set(words)) == len(words) for words in by_lane.values())
    states = await _states(small_shop)
    assert set(states) <= {DeliveryState.SENT.value, DeliveryState.FAILED.value}
    assert states.count("sent") == len(platform.got)
