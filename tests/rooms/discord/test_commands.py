"""Slash commands, forms, menus and buttons: offered, kept when refused, answered in time and for one's eyes alone."""

import asyncio
import signal

import pytest
from sqlalchemy import select

from core.models import Copy, Role
from tests.contracts.desk import eventually
from tests.rooms.discord.guild import Guild, Team, plain


async def test_tickets_are_offered_while_one_types_and_only_to_agents(team: Team, guild: Guild) -> None:
    await team.becomes_ticket()
    number = team.post.name.split()[0].lstrip("#")
    found = await team.does(team.ines.person.completes("/ticket show", "ticket", number, "general"))
    assert number in [value for _, value in found]
    stranger = guild.discord.member("stranger")
    assert await team.does(stranger.completes("/ticket show", "ticket", "", "general")) == []


async def test_what_lacks_opens_a_form_and_the_customer_gets_its_words(team: Team) -> None:
    await team.becomes_ticket()
    reply = await team.commands("/ticket reply")
    assert reply.form.title.startswith("Answer")
    sent = await team.does(team.ines.person.submits(reply, {"Text": "12 of them are on their way"}))
    assert "Sending to the customer" in sent.text
    await team.says_eventually(("agent", "12 of them are on their way"))


async def test_a_button_that_asks_opens_the_same_form(team: Team) -> None:
    await team.becomes_ticket()
    await team.says("Status: open")
    reply = await team.does(team.ines.person.presses(team.post.messages[0], "Note"))
    await team.does(team.ines.person.submits(reply, {"Text": "7 days at most"}))
    await team.says_eventually(("note", "7 days at most"))


async def test_a_refused_form_says_what_is_wrong_and_opens_again_with_its_words(team: Team) -> None:
    await team.becomes_ticket()
    reply = await team.commands("/ticket reply-pending")
    form = {"Until when": "some day", "Text": "A long text nobody wants to type twice"}
    refused = await team.does(team.ines.person.submits(reply, form))
    assert "is no time" in refused.text
    again = await team.does(team.ines.person.presses(refused, "Open the form again"))
    assert again.form.filled_in == form
    await team.does(team.ines.person.submits(again, {"Until when": "3d"}))
    await team.says_eventually(("agent", "A long text nobody wants to type twice"))


async def test_a_message_becomes_one_ticket_however_often_it_is_asked_for(team: Team) -> None:
    await team.shop.agent("boss", Role.ADMIN)
    said = await team.does(team.ines.person.posts("general", f"The printer burns {team.post.id}"))
    for _ in range(2):
        await team.does(team.ines.person.uses_menu("Create ticket", said))
    await team.until(lambda: team.posts(f"The printer burns {team.post.id}"))
    assert sum("The printer burns" in subject for _, subject, _ in await team.shop.tickets()) == 1


async def test_a_reply_begins_with_the_words_of_a_message(team: Team) -> None:
    await team.becomes_ticket()
    note = await team.line("!n It ships on Monday", "note")
    reply = await team.does(team.ines.person.uses_menu("Reply with this", note))
    assert reply.form.filled_in["Text"] == "It ships on Monday"


async def test_a_reply_with_a_customers_words_has_none_of_ours_around_them(team: Team) -> None:
    await team.becomes_ticket()
    await team.customer.writes("Is *this* for @everyone?\nOr not?")
    said = await team.says("Or not?")
    stands = select(Copy.id).where(Copy.external_id == str(said.id))

    async def is_known() -> bool:
        return await team.shop.read(lambda desk: desk.execute(stands).first() is not None)

    assert await eventually(is_known, bool)  # the desk has heard that its post stands
    reply = await team.does(team.ines.person.uses_menu("Reply with this", said))
    assert reply.form.filled_in["Text"] == "Is *this* for @everyone?\nOr not?"
    line = await team.says("took the dialog")
    empty = await team.does(team.ines.person.uses_menu("Reply with this", line))
    assert not empty.form.filled_in.get("Text")


async def test_an_admin_makes_an_agent_of_a_member_and_nobody_else_does(team: Team, guild: Guild) -> None:
    nora = guild.discord.member(f"nora-{team.post.id}")
    refused = await team.does(team.ines.person.uses_menu("Make agent", nora, "general"))
    assert "admin" in refused.text
    unseen = await team.does(guild.discord.owner.uses_menu("Make agent", nora, "general"))
    assert "see the team's channel first" in unseen.text
    await team.does(nora.gets_role(guild.agents))
    made = await team.does(guild.discord.owner.uses_menu("Make agent", nora, "general"))
    assert "is an agent now" in made.text
    assert "no agent" not in (await team.does(nora.types("/ticket list", "general"))).text


async def test_strangers_get_nothing_whatever_they_press_or_type(team: Team, guild: Guild) -> None:
    stranger = guild.discord.member("passer-by", guild.agents)
    for reply in (
        await team.does(stranger.presses(team.post.messages[0], "Take")),
        await team.does(stranger.types("/ticket reply", team.post)),
        await team.does(stranger.types("/desk setup", "general", channel=guild.forum)),
        await team.does(stranger.types("/customer find", "general", who="ana")),
    ):
        assert reply.ephemeral
        assert "agent" in reply.text or "admin" in reply.text


async def test_a_setting_up_asks_for_a_role_where_everybody_reads(team: Team, guild: Guild) -> None:
    reply = await team.does(guild.discord.owner.types("/desk setup", "general"))
    assert "Name the role" in reply.text
    reply = await team.does(guild.discord.owner.types("/desk setup", "general", role=guild.agents))
    assert "is Support's now" in reply.text
    await team.does(guild.discord.owner.types("/desk setup-off", "general"))


async def test_long_answers_come_as_a_file(team: Team) -> None:
    await team.becomes_ticket()
    reply = await team.commands("/ticket transcript")
    assert reply.message is not None
    assert "My lamp" in reply.message.attachments[0].content.decode()
    assert "ticket" in plain((await team.does(team.ines.person.types("/help", "general"))).text)


async def test_a_slow_discord_is_answered_in_time(team: Team, guild: Guild) -> None:
    with guild.discord.slow(0.8):
        reply = await team.does(team.ines.person.types("/desk health", "general"))
    assert not reply.failed


async def test_an_expired_interaction_is_done_once_and_explained(team: Team, guild: Guild) -> None:
    interactions, before = guild.discord.backend.interactions, len(team.ines.person.dms)
    interactions.answer_within_s = 0.0
    try:
        reply = await team.does(team.ines.person.presses(team.post.messages[0], "Take"))
        assert reply.failed
        told = await team.until(lambda: team.ines.person.dms[before:])
    finally:
        interactions.answer_within_s = 3.0
    assert "no answer in time" in told.content
    assert "is yours" in told.content
    await team.says("took the dialog")


async def test_buttons_and_forms_survive_a_restart_and_commands_are_not_registered_again(team: Team) -> None:
    discord = team.guild.discord
    await team.becomes_ticket()
    form = await team.commands("/ticket note")
    registered = len(discord.asked("PUT /applications/{application_id}/guilds/{guild_id}/commands"))
    team.desk.end(signal.SIGTERM)
    team.desk.start()
    await team.does(discord.connected())
    await team.until(lambda: [1] if discord.gateway.connected else [])
    await team.does(team.ines.person.submits(form, {"Text": "written before, sent afterwards"}))
    await team.says_eventually(("note", "written before, sent afterwards"))
    reply = await team.does(team.ines.person.presses(team.post.messages[0], "Pending"))
    assert "waits for the customer" in reply.text
    assert len(discord.asked("PUT /applications/{application_id}/guilds/{guild_id}/commands")) == registered == 1


@pytest.mark.parametrize("line", ["/ticket list", "/dialog list", "/customer blocked", "/me show", "/desk teams"])
async def test_every_group_answers(team: Team, line: str) -> None:
    reply = await team.does(team.ines.person.types(line, "general"))
    assert reply.ephemeral
    assert reply.text


async def test_two_in_two_places_press_take_and_one_hears_who_has_it(team: Team, guild: Guild) -> None:
    other = await Team.gathered(guild, team.desk, team.shop)
    card = team.post.messages[0]
    both = (team.ines.person, other.ines.person)
    said = await asyncio.gather(*(team.does(person.presses(card, "Take")) for person in both))
    assert sorted("is yours" in reply.text for reply in said) == [False, True]
