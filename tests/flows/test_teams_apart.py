"""Several teams in one chat: what is made in a channel is its team's, and no thread holds another ticket's words."""

import pytest
from sqlalchemy import select

from core import teams
from core.models import Agent, Member, Role, Team
from tests.chat import Chat, people
from tests.shop import Shop


@pytest.fixture
async def chat(shop: Shop) -> Chat:
    """Support's channel, and a private one of the people who look after people."""
    made = Chat(shop, members={"C1": people("BOSS", "INES"), "C2": people("BOSS", "HANNA")}, admins={"BOSS"})
    await made.types("BOSS", "desk setup")
    await made.types("BOSS", "desk set team hr = Personnel private:yes")
    await made.types("BOSS", "desk setup hr", place="C2")
    await made.shows()
    return made


async def test_a_new_thread_holds_the_words_of_its_own_ticket_alone(shop: Shop, chat: Chat) -> None:
    await chat.types("HANNA", "ticket new internal Secret matter", place="C2")
    await chat.types("HANNA", "ticket note 1 TOPSECRET", place="C2")
    await chat.types("INES", "ticket new internal Boxes")
    await chat.types("INES", "ticket note 2 From the shelf")
    await chat.shows()
    await chat.types("INES", "ticket new internal Harmless")
    shown = " ".join(await chat.shows())
    assert "Harmless" in shown
    assert "TOPSECRET" not in shown
    assert "From the shelf" not in shown


async def test_what_is_made_in_a_teams_channel_is_that_teams(shop: Shop, chat: Chat) -> None:
    await chat.types("HANNA", "ticket new internal Secret matter", place="C2")
    ticket = await shop.ticket(1)
    assert ticket.team_id == await shop.read(lambda desk: teams.team_named(desk, "hr").id)
    posted = await chat.shows()
    assert posted
    assert all("C1" not in each for each in posted)
    assert "no ticket #1" in await chat.types("INES", "ticket show 1")


async def test_who_is_in_one_team_alone_makes_tickets_for_it_wherever_they_type(shop: Shop, chat: Chat) -> None:
    await chat.types("HANNA", "ticket new internal Secret matter", place="D-hanna")
    assert (await shop.ticket(1)).team_id == await shop.read(lambda desk: teams.team_named(desk, "hr").id)


async def test_setting_up_a_team_makes_nobody_a_member_of_the_first_one(shop: Shop, chat: Chat) -> None:
    named = select(Agent.name).join(Member, Member.agent_id == Agent.id).join(Team, Team.id == Member.team_id)
    support = await shop.read(lambda desk: set(desk.execute(named.where(Team.name == "support")).scalars()))
    assert support == {"boss", "ines"}


async def test_who_has_no_team_at_all_makes_tickets_for_the_first(shop: Shop, chat: Chat) -> None:
    boss = await shop.agent("root", Role.ADMIN)
    await boss.types("ticket new internal Boxes")
    assert (await shop.ticket(1)).team_id == await shop.read(lambda desk: teams.first_team(desk).id)
