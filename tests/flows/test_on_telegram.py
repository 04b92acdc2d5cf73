"""What the team sees of customers on a channel that is sent to: edits, quotes, reactions, blocks, groups."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select

from core import carrying, channels, groups, intake, privately, teams
from core.connector import Barred, Edited, Inbound, Met, Reacted, Said, Sender, Sent, Wish, Wished
from core.desk import Desk
from core.models import Delivery, Dialog, Identity, Message, Thread
from core.receipt import Receipt, Source
from tests.chat import Chat, people
from tests.shop import Shop


@dataclass
class Talker:
    """A customer with an app."""

    shop: Shop
    source: Source
    sender: Sender
    place: str = "5"
    said: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    async def does(self, inbound: Inbound) -> Receipt:
        """Whatever their app brings."""
        return await intake.take_in(self.shop.desks, self.source, inbound)

    async def writes(self, words: str, **more: Any) -> str:
        """Writes; returns the message's key."""
        self.said += 1
        key = f"{self.place}:{self.said}"
        await self.does(Said(key, self.sender, words, self.shop.clock(), **{**self.extra, **more}))
        return key

    async def edits(self, key: str, words: str) -> None:
        """Changes what they wrote."""
        await self.does(Edited(f"{key}:edit:{words}", self.sender, key, words, self.shop.clock()))

    async def blocks(self, *, barred: bool = True) -> None:
        """Shuts us out, or lets us in again."""
        self.said += 1
        await self.does(Barred(f"member:{self.said}", self.sender, barred, self.shop.clock()))


@dataclass
class Scene:
    """A desk with a bot's channel, a team in a chat, and Ana."""

    shop: Shop
    chat: Chat
    ana: Talker

    async def root(self) -> str:
        """The newest thread's."""
        statement = select(Thread.root).order_by(Thread.id.desc()).limit(1)
        return await self.shop.read(lambda desk: desk.execute(statement).scalar_one() or "")

    async def shows(self) -> list[str]:
        """What was posted since the last look, but for cards and marks."""
        return [line for line in await self.chat.shows() if not line.startswith(("card", "mark"))]

    async def sends(self) -> None:
        """Lets what waits for customers arrive."""

        def body(desk: Desk) -> None:
            waits = select(Delivery).where(Delivery.is_due, Delivery.lane.startswith("channel:")).order_by(Delivery.id)
            for number, delivery in enumerate(desk.session.scalars(waits).all()):
                delivery.state, delivery.is_due = delivery.state.SENT, False
                carrying.arrived(desk, delivery, Sent(f"5:{1000 + delivery.id + number}"))

        await self.shop.change(body)


@pytest.fixture
async def scene(shop: Shop) -> Scene:
    """Ines has a channel of her team in a chat before her."""
    chat = Chat(shop, members={"C1": people("BOSS", "INES")}, admins={"BOSS"})
    await chat.types("BOSS", "desk setup")
    await chat.shows()
    channel = await shop.change(lambda desk: channels.add(desk, "telegram", "telegram", teams.first_team(desk)))
    source = Source(channel.id, "telegram", channel.team_id)
    return Scene(shop, chat, Talker(shop, source, Sender("telegram", "5", "Ana")))


async def test_an_edit_shows_old_and_new_words_and_a_quote_a_line_of_what_it_quotes(scene: Scene) -> None:
    first = await scene.ana.writes("Order 17\nplease")
    assert await scene.shows() == ["say C1: Ana: Order 17\nplease"]
    await scene.ana.edits(first, "Order 71")
    assert await scene.shows() == ["edit C1: Ana: Order 71\n(before: Order 17\nplease)"]
    await scene.ana.writes("This one", answers=first)
    assert await scene.shows() == ["say C1: Ana: ↩ Ana – Order 71\nThis one"]


async def test_what_is_removed_for_good_goes_from_where_it_was_quoted_too(scene: Scene) -> None:
    first = await scene.ana.writes("My card is 4711")
    await scene.shows()
    await scene.ana.writes("This one", answers=first)
    await scene.shows()
    await scene.chat.types("BOSS", "message redact 1 yes")
    shown = await scene.shows()
    assert "edit C1: Ana: ↩ Ana – (removed)\nThis one" in shown
    assert "4711" not in str(shown)


async def test_a_reaction_is_a_line_in_the_thread(scene: Scene) -> None:
    await scene.ana.writes("My lamp is broken")
    await scene.shows()
    await scene.chat.types("INES", "take", root=await scene.root())
    await scene.chat.says("INES", "Which one?", root=await scene.root())
    await scene.shop.passes("5s")
    await scene.sends()
    await scene.shows()
    place = select(Message.id).where(Message.body == "Which one?")
    message_id = await scene.shop.read(lambda desk: desk.execute(place).scalar_one())
    delivery = await scene.shop.read(
        lambda desk: desk.session.scalars(select(Delivery).where(Delivery.message_id == message_id)).first()
    )
    assert delivery is not None
    await scene.ana.does(Reacted("r1", scene.ana.sender, f"5:{1000 + delivery.id}", "👍", scene.shop.clock()))
    assert await scene.shows() == ["line C1: the customer: reacted with 👍"]


async def test_a_block_is_a_line_with_other_ways_and_answers_wait_or_fail_untried_until_it_ends(scene: Scene) -> None:
    await scene.ana.writes("My lamp is broken")
    await scene.shows()
    root = await scene.root()
    await scene.chat.types("INES", "take", root=root)
    await scene.chat.types("INES", "customer address #1 ana@example.com")
    await scene.shows()
    await scene.ana.blocks()
    await scene.ana.blocks()
    (line,) = await scene.shows()
    assert line.endswith("they have shut us out, or the address is gone. We know another way to reach them: e-mail")
    await scene.chat.says("INES", "Which one?", root=root)
    await scene.shop.passes("5s")
    assert "mark C1: 000004 stopped" in await scene.chat.shows()
    await scene.chat.types("INES", "message send 1")
    await scene.shop.passes("5s")
    assert [each for each in await scene.chat.shows() if "failed" in each or "delivered" in each] == [
        "line C1: a reply could not be delivered", "mark C1: 000004 failed",
    ]  # fmt: skip
    await scene.ana.blocks(barred=False)
    assert await scene.shows() == ["line C1: the customer lets us in again"]


async def test_any_word_of_a_customer_says_that_they_can_be_reached(scene: Scene) -> None:
    await scene.ana.writes("My lamp is broken")
    await scene.ana.blocks()
    await scene.ana.writes("I am back")

    def failed(desk: Desk) -> list[object]:
        return list(desk.execute(select(Identity.failed_at)).scalars())

    assert await scene.shop.read(failed) == [None]


async def test_a_groups_new_id_goes_along_with_all_that_is_known_of_it(scene: Scene) -> None:
    sender = Sender("telegram-group", "-7:5:", "Ana", person="telegram:5")
    club = replace(scene.ana, sender=sender, place="-7", extra={"audience": "Club (3)"})
    await club.does(Met("m1", "-7", "Club", scene.shop.clock()))
    await scene.chat.types("BOSS", "desk group-allow telegram -7")
    await club.writes("hello")
    for _ in range(2):
        await scene.shop.change(lambda desk: groups.moved(desk, scene.ana.source, "-7", "-1007"))
    known = await scene.shop.read(groups.known)
    assert [(each.id, each.title, each.is_allowed) for each in known] == [("-1007", "Club", True)]
    moved = replace(club, sender=replace(sender, address="-1007:5:"), place="-1007")
    await moved.writes("still here")
    dialogs = await scene.shop.read(lambda desk: list(desk.execute(select(Message.dialog_id)).scalars()))
    assert set(dialogs) == {1}


async def test_somebody_elses_link_into_private_opens_nothing(scene: Scene) -> None:
    sender = Sender("telegram-group", "-7:5:", "Ana", person="telegram:5")
    await replace(scene.ana, sender=sender, place="-7", extra={"audience": "Club (3)"}).writes("my secret")
    await scene.shop.change(
        lambda desk: privately.note_link(desk, scene.ana.source.channel_id, "https://t.me/b?start=")
    )
    await scene.shows()
    assert "press Start first" in await scene.chat.types("INES", "private", root=await scene.root())
    for number in ("6", "5"):
        eve = Sender("telegram", number, "Eve")
        await scene.ana.does(Wished(f"w{number}", eve, Wish.START, "dialog-1", scene.shop.clock()))
        private = [line for line in await scene.shows() if "went on in private" in line]
        assert len(private) == (number == "5")


async def test_in_a_group_status_tells_nothing_of_what_was_said_in_private(scene: Scene) -> None:
    await scene.ana.writes("My bankruptcy papers")
    await scene.chat.types("INES", "dialog end 1")
    sender = Sender("telegram-group", "-7:5:", "Ana", person="telegram:5")
    club = replace(scene.ana, sender=sender, place="-7", extra={"audience": "Club (3)"})
    for who, key in ((club, "w1"), (scene.ana, "w2")):
        await who.does(Wished(key, who.sender, Wish.STATUS, "", scene.shop.clock()))
    asked = select(Delivery.facts).where(Delivery.message_id.is_(None), Delivery.lane.startswith("channel:"))
    facts = await scene.shop.read(lambda desk: desk.execute(asked.order_by(Delivery.id)).scalars().all())
    in_group, in_private = map(str, facts)
    assert "bankruptcy" not in in_group
    assert "bankruptcy" in in_private


async def test_what_was_private_is_never_answered_in_a_group(scene: Scene) -> None:
    await scene.chat.shows()
    await scene.ana.writes("My medical invoice")
    await scene.chat.types("INES", "dialog take 1")
    await scene.chat.types("INES", "dialog end 1")
    sender = Sender("telegram-group", "-7:5", "Ana", person="telegram:5")
    club = replace(scene.ana, sender=sender, place="-7", extra={"audience": "Club (3)"})
    await club.writes("@shop_bot when do you open?")
    dialogs_ = await scene.shop.read(lambda desk: [(d.id, d.ticket_id) for d in desk.session.scalars(select(Dialog))])
    assert dialogs_ == [(1, 1), (2, None)]
    await scene.chat.types("INES", "ticket reply 1 It is 42 EUR")
    await scene.shop.passes("10s")
    said = select(Message.dialog_id).where(Message.body == "It is 42 EUR")
    assert await scene.shop.read(lambda desk: desk.execute(said).scalar_one()) == 1
