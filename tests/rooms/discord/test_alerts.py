"""Alerts in Discord: a group of their own, a line with its buttons in the team's channel, who is on call."""

from core import messages
from core.desk import Desk
from core.messages import Where, Words
from core.models import Author, Reader
from tests.platforms.discord_reading import shown
from tests.platforms.discord_world import Message
from tests.rooms.discord.guild import Team, plain


async def _letter(team: Team) -> int:
    """The customer's ticket, which nobody has, gets a letter."""
    await team.becomes_ticket()
    number = int(team.post.name.split()[0].lstrip("#"))
    await team.commands("/ticket release")

    def body(desk: Desk) -> None:
        where = Where(ticket_id=number, on_ticket={"waiting_since": desk.now})
        messages.write(desk, Words(author=Author.CONTACT, reader=Reader.CUSTOMER, body="Hello?", contact_id=1), where)

    await team.shop.change(body)
    return number


async def _line(team: Team, words: str) -> Message:
    """A line of the bot outside any ticket's post."""
    every = team.guild.discord.world.channels.values
    return await team.until(
        lambda: [m for each in list(every()) for m in list(each.messages) if words in plain(shown(m)) and m.author.bot]
    )


async def test_alerts_are_a_group_of_their_own(team: Team) -> None:
    assert "Nobody is called for" in (await team.commands("/alert list")).text


async def test_an_alert_is_heard_put_off_and_taken_by_its_buttons(team: Team) -> None:
    number = await _letter(team)
    line = await _line(team, f"The customer of #{number} wrote")
    assert "stays quiet until" in (await team.does(team.ines.person.presses(line, "Snooze 30 m"))).text
    assert "You know of it" in (await team.does(team.ines.person.presses(line, "I know"))).text
    assert f"The customer of #{number} wrote" in plain((await team.commands("/alert list")).text)
    await team.says("knows of it and looks after it")
    assert "is yours now" in (await team.does(team.ines.person.presses(line, "Take"))).text
    assert f"The customer of #{number} wrote" not in plain((await team.commands("/alert list")).text)


async def test_only_supervisors_silence_and_name_who_is_on_call(team: Team) -> None:
    name = team.ines.person.name
    refused = await team.does(team.ines.person.types("/alert silence", "general", until="2h"))
    assert "for supervisors only" in refused.text
    owner = team.guild.discord.owner
    said = await team.does(owner.types("/alert oncall", "general", team="support", who=f"@{name}"))
    assert f"on call @{name}" in plain(said.text)
    number = await _letter(team)
    line = await _line(team, f"The customer of #{number} wrote")
    assert f"<@{team.ines.person.id}>" in line.content
    assert "on call nobody" in plain((await team.does(owner.types("/alert oncall", "general", who="nobody"))).text)


async def test_silence_ends_with_one_line(team: Team) -> None:
    owner = team.guild.discord.owner
    said = await team.does(owner.types("/alert silence", "general", team="support", until="2h"))
    assert "will not be called until" in said.text
    number = await _letter(team)
    await team.does(owner.types("/alert silence-off", "general"))
    line = await _line(team, f"still waiting: #{number}")
    assert f"#{number}" in plain((await team.does(team.ines.person.presses(line, "Show them"))).text)
