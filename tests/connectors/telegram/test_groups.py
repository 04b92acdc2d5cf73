"""Groups: ignored until an admin allows one; then what is said to the bot counts, and all see who reads along."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from core import messages
from core.models import Role
from tests.connectors.telegram.conftest import Desk, at_work
from tests.contracts.desk import eventually
from tests.platforms.fake_telegram import Chat, FakeTelegram, Person, picture
from tests.shop import Person as Agent

pytestmark = pytest.mark.xdist_group("telegram")


@dataclass
class Club:
    """A group with the bot in it, and the desk it belongs to."""

    desk: Desk
    group: Chat
    ana: Person
    ben: Person
    boss: Agent
    ines: Agent

    async def allow(self) -> None:
        """Has an admin allow it, once it is known."""

        async def look() -> str:
            await self.boss.types("desk groups")
            return "".join(button.line for button in self.boss.answers[-1].buttons)

        await self.boss.types(await eventually(look, bool))

    def heard(self) -> list[str]:
        """What the bot wrote there."""
        return [post.text for post in self.ana.sees(self.group) if post.sender.id == self.desk.bot.id]

    async def until_heard(self, words: str) -> None:
        """Waits for the bot's words there."""
        await self.desk.telegram.until(lambda: any(words in said for said in self.heard()))


@pytest.fixture
async def club(desk: Desk) -> Club:
    """A group of two people and the bot."""
    ana, ben = desk.telegram.person("Ana"), desk.telegram.person("Ben")
    group = desk.telegram.group("Club", [ana, ben])
    await ana.adds(desk.bot, group)
    return Club(desk, group, ana, ben, await desk.agent("admin", Role.ADMIN), await desk.agent())


async def test_a_group_is_ignored_until_an_admin_allows_it(club: Club) -> None:
    await club.ana.writes(club.group, "@shop_bot is anybody there?")
    await club.desk.telegram.settled(club.desk.bot)
    await club.allow()
    await club.ana.writes(club.group, "@shop_bot and now?")
    assert await club.desk.kept(1) == ["and now?"]
    await club.boss.types(f"desk group-ignore telegram {club.group.id}")
    await club.ana.writes(club.group, "@shop_bot ignored?")
    await club.desk.telegram.settled(club.desk.bot)
    assert await club.desk.kept(1) == ["and now?"]


async def test_only_agents_who_are_admins_decide_about_groups(club: Club) -> None:
    assert "admin" in await club.ines.types(f"desk group-allow telegram {club.group.id}")
    assert "in no group -17" in await club.boss.types("desk group-allow telegram -17")


async def test_only_what_speaks_to_the_bot_counts_and_each_writer_has_a_dialog(club: Club) -> None:
    await club.allow()
    club.desk.bot.has_privacy = False
    await club.ana.writes(club.group, "Hello all")
    await club.ana.writes(club.group, "@shop_bot2 is another")
    await club.ana.writes(club.group, "@shop_bot my lamp is broken")
    await club.ben.writes(club.group, "Mine too, @shop_bot!")
    assert sorted(await club.desk.kept(2)) == ["Mine too, @shop_bot!", "my lamp is broken"]
    assert {(await club.desk.message(words)).dialog_id for words in await club.desk.kept(2)} == {1, 2}
    first = (await club.desk.message("my lamp is broken")).dialog_id
    await club.ines.types(f"dialog take {first}")
    await club.ines.types(f"dialog say {first} Which one?")
    await club.until_heard("Which one?")
    answer = next(post for post in club.ana.sees(club.group) if post.text == "Which one?")
    assert answer.reply_to is not None
    assert answer.reply_to.text == "@shop_bot my lamp is broken"
    await club.ana.quotes(answer, "The red one")
    assert (await club.desk.message("The red one")).dialog_id == first


async def test_the_card_says_who_reads_along(club: Club) -> None:
    await club.allow()
    await club.ana.writes(club.group, "@shop_bot hello")
    await club.desk.kept(1)
    card = await club.desk.card(club.ines, 1)
    assert "Who reads it: everyone in Club (3)" in card
    assert "[Answer in private]" in card


async def test_a_ticket_from_a_group_says_so_and_its_replies_go_there(club: Club) -> None:
    await club.allow()
    await club.ana.writes(club.group, "@shop_bot hello")
    await club.desk.kept(1)
    await club.ines.types("dialog take 1")
    await club.ines.types("dialog end 1")
    await club.ines.types("ticket show 1")
    fields = {field.label.id: field.value for field in club.ines.answers[-1].cards[0].fields}
    assert fields["Who reads it"].args == {"group": "Club (3)"}
    await club.ines.types("ticket reply 1 It ships on Monday")
    await club.ines.types("message send 1")
    await club.until_heard("It ships on Monday")
    assert not any("How did we do?" in said for said in club.heard())


async def test_who_has_started_the_bot_is_answered_in_private(club: Club) -> None:
    await club.allow()
    await club.ana.starts(club.desk.bot)
    await club.desk.until_heard(club.ana, "Hello!")
    await club.ana.writes(club.group, "@shop_bot my password is lost")
    await club.desk.kept(1)
    await club.ines.types("dialog take 1")
    assert "only the customer reads it" in await club.ines.types("dialog private 1")
    await club.desk.until_heard(club.ana, "We go on here, where only you read along. It is about: my password is lost")
    await club.ines.types("dialog say 1 Here is a new one")
    await club.desk.until_heard(club.ana, "Here is a new one")
    await club.ana.writes(club.desk.bot, "Thank you")
    assert (await club.desk.message("Thank you")).dialog_id == 1
    assert "everyone in" not in await club.desk.card(club.ines, 1)
    assert club.heard() == []


async def test_who_has_not_started_the_bot_is_shown_how_and_it_goes_on_when_they_do(club: Club) -> None:
    await club.allow()
    await club.ana.writes(club.group, "@shop_bot my password is lost")
    await club.desk.kept(1)
    await club.ines.types("dialog take 1")
    assert "press Start first" in await club.ines.types("dialog private 1")
    await club.until_heard("https://t.me/shop_bot?start=dialog-1")
    await club.ben.starts(club.desk.bot, "dialog-1")
    await club.desk.until_heard(club.ben, "Hello!")
    await club.ana.starts(club.desk.bot, "dialog-1")
    await club.desk.until_heard(club.ana, "We go on here")
    await club.desk.until_thread(club.ines, "dialog:1", "went on in private")


async def test_a_group_that_became_a_supergroup_stays_allowed_and_its_dialogs_go_on(club: Club) -> None:
    await club.allow()
    await club.ana.writes(club.group, "@shop_bot hello")
    await club.desk.kept(1)
    await club.ines.types("dialog take 1")
    await club.ana.upgrades(club.group)
    await club.ana.writes(club.group, "@shop_bot still here")
    assert (await club.desk.message("still here")).dialog_id == 1
    await club.ines.types("dialog say 1 We see you")
    await club.until_heard("We see you")


async def test_an_answer_goes_to_the_topic_it_was_asked_in_and_survives_the_topics_end(club: Club) -> None:
    await club.allow()
    await club.ana.upgrades(club.group, is_forum=True)
    topic = await club.ana.opens_topic(club.group, "Lamps")
    await club.ana.writes(club.group, "@shop_bot hello", topic=topic)
    await club.desk.kept(1)
    await club.ines.types("dialog take 1")
    await club.ines.types("dialog say 1 In the topic")
    await club.until_heard("In the topic")
    post = next(post for post in club.ana.sees(club.group) if post.text == "In the topic")
    assert post.topic is topic
    await club.ana.deletes_topic(topic)
    await club.ines.types("dialog say 1 Beside it")
    await club.until_heard("Beside it")


async def test_what_stands_in_a_group_is_followed_when_it_is_edited_there(club: Club) -> None:
    await club.allow()
    said = await club.ana.writes(club.group, "@shop_bot order 17")
    await club.desk.kept(1)
    await club.ana.edits(said, "@shop_bot order 71")
    assert (await club.desk.message("order 71")).edited_at is not None


async def test_an_album_that_calls_the_bot_comes_whole_where_all_is_heard(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path
) -> None:
    ana, bot = telegram.person("Ana"), telegram.bot("shop_bot", has_privacy=False)
    bot.has_privacy = False
    group = telegram.group("Club", [ana])
    await ana.adds(bot, group)
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        club = Club(desk, group, ana, ana, await desk.agent("admin", Role.ADMIN), await desk.agent())
        await club.allow()
        await ana.sends_album(group, picture(), picture(), caption="@shop_bot look")
        await ana.sends_album(group, picture(), picture(), caption="not for you")
        message = await desk.message("look")
        await desk.telegram.settled(desk.bot)
        files = await desk.shop.read(lambda d: messages.files_of(d, [message.id]))
        assert (len(files[message.id]), await desk.kept(1)) == (2, ["look"])
