"""Threads in a pushed room that fails in every way: in the end each shows what is and says what was said, once."""

import random

import pytest

from bot import cards
from bot.sender import Sender
from core import lanes, messages, settling, showing, tickets
from core.connector import Sent
from core.desk import Desk
from core.messages import Where
from core.mirrors import Typed
from core.models import CARD, DeliveryState, Message, Thread, Ticket
from core.outbox import Claimed
from core.render import Voice
from tests.contracts.destination import FailingPlatform, Mood, Parcel
from tests.shop import Person, Shop

ROOM = "room:slack"


def _parcel(desk: Desk, claimed: Claimed) -> Parcel:
    delivery = claimed.delivery
    nonce = f"deskbell-{delivery.id}"
    if delivery.kind != CARD:
        if delivery.message_id is None:
            return Parcel(nonce, delivery.lane, delivery.kind)
        said = [desk.session.get_one(Message, each.message_id, populate_existing=True).body for each in claimed.all]
        earlier = delivery.facts.get("external_id", "")
        return Parcel(nonce, delivery.lane, f"{delivery.kind} {' / '.join(said)} {earlier}".strip())
    ticket = desk.session.get(Ticket, desk.session.get_one(Thread, delivery.thread_id).ticket_id)
    return Parcel(nonce, delivery.lane, "a dialog" if ticket is None else _shows(desk, ticket))


def _shows(desk: Desk, ticket: Ticket) -> str:
    """What a ticket's card says, as its room would show it."""
    card, voice = cards.ticket_card(desk, ticket), Voice()
    return " ".join(f"{voice.say(field.label)}={voice.say(field.value)}" for field in card.fields)


class Room:
    """A pushed room with one ticket's thread, and a platform behind it."""

    def __init__(self, shop: Shop, platform: FailingPlatform) -> None:
        self.shop, self.platform = shop, platform

    async def opens(self) -> Person:
        """A ticket with its thread, and an agent who works on it."""
        ines = await self.shop.agent("ines")
        await ines.types("ticket new internal Lamps for the office")
        await self.shop.change(lambda desk: showing.open_thread(desk, "slack", "C1", ticket_id=1) and None)
        return ines

    async def sends(self) -> bool:
        """One try of a sender."""
        return await Sender(self.shop.desks, self.shop.bus, ROOM, self.platform, _parcel).send_some()

    async def sends_all(self) -> None:
        """Senders come and go until nothing is left that can be sent."""
        for _ in range(300):
            if not await self.sends():
                if await self.shop.read(lambda desk: lanes.next_at(desk, ROOM)) is None:
                    return
                self.shop.clock.now += lanes.LEASE
        raise AssertionError("still something to send")

    async def thread(self) -> Thread:
        """The thread's row."""
        return await self.shop.read(lambda desk: desk.session.get_one(Thread, 1))

    async def newest(self) -> str:
        """What its card should say."""
        return await self.shop.read(lambda desk: _shows(desk, tickets.read(desk, 1)))

    @property
    def got(self) -> list[str]:
        """What the platform has taken, in order."""
        return [parcel.words for parcel in self.platform.got]


async def test_a_thread_begins_with_its_card_and_a_hundred_changes_are_one_edit(shop: Shop) -> None:
    room = Room(shop, FailingPlatform())
    ines = await room.opens()
    await room.sends_all()
    assert ((await room.thread()).root, len(room.got)) == ("got-1", 1)
    for number in range(100):
        await ines.types(f"ticket priority 1 {('low', 'high')[number % 2]}")
    await room.sends_all()
    assert room.got[1:] == [await room.newest()]
    thread = await room.thread()
    assert thread.shown == thread.wanted


async def test_what_changes_while_a_card_is_on_its_way_is_shown_after_it(shop: Shop) -> None:
    room = Room(shop, FailingPlatform())
    ines = await room.opens()
    lane = await shop.change(lambda desk: lanes.lease(desk, ROOM, "me"))
    claimed = await shop.change(lambda desk: showing.claim(desk, lane or "", "me"))
    await ines.types("ticket priority 1 urgent")
    assert claimed is not None
    await shop.change(lambda desk: showing.sent(desk, claimed.delivery.id, Sent("got-0")))
    await shop.change(lambda desk: lanes.release(desk, lane or "", "me"))
    await room.sends_all()
    assert room.got == [await room.newest()]


async def test_a_threads_words_wait_until_it_is_there(shop: Shop) -> None:
    room = Room(shop, FailingPlatform([Mood.NEVER]))
    ines = await room.opens()
    await ines.types("ticket note 1 Ask the landlord")
    await room.sends_all()
    assert room.got == []
    await ines.types("desk resend 1")
    await room.sends_all()
    assert room.got[:2] == [await room.newest(), "say Ask the landlord"]


async def test_words_stand_in_every_thread_and_change_and_go_in_all_of_them(shop: Shop) -> None:
    room = Room(shop, FailingPlatform())
    ines = await room.opens()
    await shop.change(lambda desk: showing.open_thread(desk, "slack", "C2", ticket_id=1) and None)
    await room.sends_all()
    before = len(room.got)
    await ines.types("ticket note 1 Ask the landlord")
    await room.sends_all()
    said = [at for at, words in enumerate(room.got, 1) if words == "say Ask the landlord"]
    assert len(said) == 2
    await shop.change(lambda desk: messages.edit(desk, messages.by_id(desk, 1), "Ask the owner"))
    await room.sends_all()
    await shop.change(lambda desk: messages.redact(desk, [messages.by_id(desk, 1)]))
    await room.sends_all()
    changed = [words for words in room.got[before:] if words.startswith(("edit", "retract"))]
    assert sorted(changed) == [f"edit Ask the owner got-{at}" for at in said] + [f"retract  got-{at}" for at in said]


async def test_a_ticket_keeps_the_thread_of_its_dialog(shop: Shop) -> None:
    room = Room(shop, FailingPlatform())
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await shop.change(lambda desk: showing.open_thread(desk, "slack", "C1", dialog_id=1) and None)
    await shop.customer("ana").writes("Since the storm")
    await ines.types("dialog take 1")
    await ines.types("dialog end 1")
    await ines.types("ticket note 1 Ask the landlord")
    assert (await room.thread()).ticket_id == 1
    await room.sends_all()
    said = ["say My lamp is broken / Since the storm", "say Ask the landlord"]
    assert [words for words in room.got if words.startswith("say")] == said


async def test_words_never_go_back_to_where_they_came_from(shop: Shop) -> None:
    room = Room(shop, FailingPlatform())
    ines = await room.opens()
    await room.sends_all()

    def typed_there(desk: Desk) -> None:
        messages.note(desk, "Typed in the room itself", Where(ticket_id=1), typed=Typed(1, "ts-1"))

    await shop.change(typed_there, ines.actor)
    await room.sends_all()
    assert not any("Typed in the room" in words for words in room.got)


async def test_words_a_room_does_not_take_are_no_failed_reply(shop: Shop) -> None:
    room = Room(shop, FailingPlatform([Mood.WELL, Mood.WELL, Mood.NEVER]))
    ines = await room.opens()
    await room.sends_all()
    await ines.types("ticket note 1 Ask the landlord")
    await room.sends_all()
    assert await shop.read(lambda desk: messages.by_id(desk, 1).failed_at) is None
    states = await shop.read(lambda desk: [delivery.state for delivery in settling.troubled(desk)])
    assert states == [DeliveryState.FAILED]


async def test_words_taken_back_before_they_went_are_never_said(shop: Shop) -> None:
    room = Room(shop, FailingPlatform())
    ines = await room.opens()
    await ines.types("ticket note 1 Wrong thread")
    await shop.change(lambda desk: messages.take_back(desk, messages.by_id(desk, 1)))
    await room.sends_all()
    assert not any("Wrong thread" in words for words in room.got)


async def test_a_card_nobody_knows_of_is_not_made_twice(shop: Shop) -> None:
    room = Room(shop, FailingPlatform([Mood.LOST], tells=False))
    ines = await room.opens()
    await room.sends_all()
    await ines.types("ticket priority 1 urgent")
    await ines.types("ticket note 1 Ask the landlord")
    await room.sends_all()
    assert len(room.got) == 1
    states = await shop.read(lambda desk: [delivery.state for delivery in settling.troubled(desk)])
    assert states == [DeliveryState.UNCERTAIN]


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_mood_the_room_is_in_the_card_shows_what_is(small_shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    moods = [Mood.WELL, Mood.WELL, Mood.BUSY, Mood.LIMITED, Mood.LOST, Mood.DEAD]
    room = Room(small_shop, FailingPlatform.moody(chance, requests=40, moods=moods))
    ines = await room.opens()
    for _ in range(25):
        await ines.types(f"ticket priority 1 {chance.choice(['low', 'normal', 'high', 'urgent'])}")
        for _ in range(chance.randrange(3)):
            await room.sends()
        small_shop.clock.now += lanes.LEASE / 2
    await room.sends_all()
    thread = await room.thread()
    assert thread.shown == thread.wanted
    assert room.got[-1] == await room.newest()
    assert thread.root == "got-1"
