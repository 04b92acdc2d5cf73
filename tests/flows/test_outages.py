"""A team chat that falls silent: its team is called elsewhere, customers who wait are told, and nothing is lost."""

import pytest
from sqlalchemy import update

from core import outages, teams
from core.desk import Desk
from core.models import Place, Role, Team
from tests.chat import Chat, people
from tests.shop import Shop

TROUBLED = "Our team's chat has a hiccup right now, so an answer may take a little longer. Your message is safe."


@pytest.fixture
async def slack(shop: Shop) -> Chat:
    """A Slack with the first team's channel, which is heard of."""
    made = Chat(shop, members={"C1": people("BOSS", "INES")}, admins={"BOSS"})
    await made.types("BOSS", "desk setup")
    await made.shows()
    await shop.change(lambda desk: outages.heard(desk, "slack"))
    return made


async def _supervisors(shop: Shop) -> Chat:
    """A Discord where the supervisors are."""
    boss = shop.people.get("sue") or await shop.agent("sue", Role.ADMIN)
    discord = Chat(shop, room="discord", members={"D1": people("SUE")}, admins={"SUE"})
    code = (await boss.types("me link")).rsplit(" ", 1)[1]
    await discord.types("SUE", f"me link {code}", place="D1")
    await discord.types("SUE", "desk setup supervisors", place="D1")
    await discord.shows()
    await shop.change(lambda desk: outages.heard(desk, "discord"))
    return discord


async def test_a_chat_that_is_heard_of_again_and_again_is_there(shop: Shop, slack: Chat) -> None:
    for _ in range(10):
        await shop.passes("30s")
        await shop.change(lambda desk: outages.heard(desk, "slack"))
    assert await shop.read(outages.away) == frozenset()


async def test_a_minute_without_a_word_and_who_waits_is_told_and_the_team_called(shop: Shop, slack: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await shop.passes("61s")
    assert await shop.read(outages.away) == {"slack"}
    assert ("system", TROUBLED) in await shop.said()
    said = [each for each in await slack.shows() if each.startswith("dm INES")]
    assert said == ["dm INES: Slack cannot be reached, and a customer waits live: dialog 1. Answer in the team room."]


async def test_the_supervisors_in_the_other_chat_get_one_line_with_take(shop: Shop, slack: Chat) -> None:
    discord = await _supervisors(shop)
    await shop.customer("ana").writes("My lamp is broken")
    await shop.customer("ben").writes("Where is my order?")
    await shop.passes("30s")
    await shop.change(lambda desk: outages.heard(desk, "discord"))
    await shop.passes("31s")
    assert await shop.read(outages.away) == {"slack"}
    lines = [each for each in await discord.shows() if each.startswith("line D1")]
    assert lines == [
        "line D1: Slack cannot be reached, and 2 customers wait live: dialogs 1, 2. Answer in the team room. !team"
    ]


async def test_who_comes_while_it_is_away_is_told_at_once_and_called_out(shop: Shop, slack: Chat) -> None:
    discord = await _supervisors(shop)
    await shop.passes("61s")
    await shop.change(lambda desk: outages.heard(desk, "discord"))
    await discord.shows()
    await shop.customer("ana").writes("My lamp is broken")
    assert (await shop.said())[-1] == ("system", TROUBLED)
    assert any("dialog 1" in each for each in await discord.shows())
    await shop.change(lambda desk: outages.heard(desk, "slack"))
    await shop.customer("ben").writes("Hello")
    assert (await shop.said())[-1] == ("contact", "Hello")


async def test_a_team_with_a_channel_in_both_chats_goes_on_in_the_other(shop: Shop, slack: Chat) -> None:
    await _supervisors(shop)
    discord = Chat(shop, room="discord", members={"D2": people("SUE")}, admins={"SUE"}, typed=50)
    await discord.types("SUE", "desk setup", place="D2")
    await shop.customer("ana").writes("My lamp is broken")
    await shop.passes("30s")
    await shop.change(lambda desk: outages.heard(desk, "discord"))
    await shop.passes("31s")
    assert await shop.read(outages.away) == {"slack"}
    assert ("system", TROUBLED) not in await shop.said()


async def test_when_it_is_back_admins_hear_how_long_it_was_away(shop: Shop, slack: Chat) -> None:
    await shop.passes("11m")
    await shop.change(lambda desk: outages.heard(desk, "slack"))
    assert await shop.read(outages.away) == frozenset()
    assert any("Slack is back after 11 minutes" in each for each in await slack.shows())


async def test_the_desk_that_was_off_gives_a_chat_its_time_to_connect(shop: Shop, slack: Chat) -> None:
    shop.clock.now += outages.PATIENCE * 60
    await shop.change(lambda desk: outages.expect(desk, "slack"))
    await shop.passes("59s")
    assert await shop.read(outages.away) == frozenset()


async def test_a_chat_that_was_switched_off_is_waited_for_by_nobody(shop: Shop, slack: Chat) -> None:
    await shop.change(lambda desk: outages.unexpected(desk, "slack"))
    await shop.passes("1h")
    assert await shop.read(outages.away) == frozenset()


async def test_a_chat_that_comes_back_after_days_shows_what_was_said_but_no_old_news(shop: Shop, slack: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await slack.types("INES", "dialog take 1")
    await shop.change(lambda desk: outages.unexpected(desk, "slack"))
    await shop.passes("2d")
    await shop.change(lambda desk: outages.expect(desk, "slack"))
    posted = await slack.shows()
    assert "say C1: Customer 1: My lamp is broken" in posted
    assert not [each for each in posted if "took the dialog" in each]


async def test_a_desk_that_slept_itself_gives_the_chat_time_to_be_heard(shop: Shop, slack: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    shop.clock.now += outages.PATIENCE * 3
    await shop.passes("1s")
    assert await shop.read(outages.away) == frozenset()
    assert ("system", TROUBLED) not in await shop.said()
    await shop.passes("61s")
    assert await shop.read(outages.away) == {"slack"}


async def test_who_was_called_for_is_not_called_for_again_when_they_wait_longer(shop: Shop, slack: Chat) -> None:
    discord = await _supervisors(shop)
    await shop.passes("61s")
    await shop.customer("ana").writes("My lamp is broken")
    await discord.shows()
    for _ in range(4):
        await shop.passes("50s")
        await shop.change(lambda desk: outages.heard(desk, "discord"))
    assert not any("dialog 1" in each for each in await discord.shows())


async def test_the_customers_of_a_private_team_are_named_to_no_other(shop: Shop, slack: Chat) -> None:
    discord = await _supervisors(shop)
    await shop.change(_made_private)
    await shop.customer("ana").writes("A word with your lawyers")
    await shop.passes("30s")
    await shop.change(lambda desk: outages.heard(desk, "discord"))
    await shop.passes("31s")
    told = [each for each in await discord.shows() if "cannot be reached" in each and each.startswith("line")]
    assert told == [
        "line D1: Slack cannot be reached. Who works only there goes on in the team room until it is back; "
        "here all goes on."
    ]


def _made_private(desk: Desk) -> None:
    """The supervisors' channel is another team's than the customers', whose team is private."""
    elsewhere = teams.add_team(desk, "legal", "Legal")
    desk.execute(update(Place).where(Place.room == "discord").values(team_id=elsewhere.id))
    desk.execute(update(Team).where(Team.id != elsewhere.id).values(is_private=True))
