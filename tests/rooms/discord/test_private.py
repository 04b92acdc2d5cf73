"""A forum made private, or one the bot lost its access to: somebody is told, its tickets go on, nothing is lost."""

import pytest

from tests.platforms.discord_world import Message
from tests.rooms.discord.guild import Guild, Team, plain

pytestmark = pytest.mark.xdist_group("discord-private")

SEE, HIDE = ("view_channel",), ("view_channel",)
SHUT = "closed to the bot"


async def _hides(team: Team) -> None:
    """The bot may not see the team's forum any more."""
    await team.does(_overwritten(team, deny=HIDE))


async def _shows(team: Team) -> None:
    """The bot may see it again."""
    await team.does(_overwritten(team, allow=SEE))


async def _overwritten(team: Team, **how: tuple[str, ...]) -> None:
    team.guild.discord.overwrite(team.guild.forum, team.guild.discord.bot, **how)


async def _refused(team: Team) -> None:
    """Waits until Discord has refused to show something in the post."""
    asked = team.guild.discord.requests
    await team.until(lambda: [each for each in asked if each.status == 403 and str(team.post.id) in each.path])


def _told(team: Team) -> list[Message]:
    """What the server's owner, who administers the desk, was told of a channel that cannot be used."""
    return [m for m in team.guild.discord.owner.dms if SHUT in plain(m.content)]


def _shown(team: Team, *words: str) -> list[str]:
    """In their order, those of these words that stand in the post, each as often as it does."""
    lines = [plain(line.strip()) for m in team.post.messages for line in m.content.split("\n")]
    return [line for line in lines if line in words]


async def test_a_forum_made_private_with_the_bot_in_it_works_on(team: Team, guild: Guild) -> None:
    async def deed() -> None:
        guild.discord.overwrite(guild.forum, None, deny=HIDE)
        guild.discord.overwrite(guild.forum, guild.agents, allow=SEE)

    await team.does(deed())
    await team.customer.writes("Are you there?")
    await team.says("Are you there?")
    await team.takes()
    await team.line("I am", "sent")
    other = await Team.gathered(guild, team.desk, team.shop)
    assert other.post is not team.post


async def test_supervisors_hear_once_whatever_cannot_be_shown_there(team: Team) -> None:
    """Words for a post that is there, and a new post; what customers say meanwhile is kept."""
    words = f"still here {team.post.id}"
    await _hides(team)
    try:
        await team.customer.writes(words)
        await _refused(team)
        told = await team.until(lambda: _told(team))
        await team.shop.customer(f"new-{team.post.id}").writes("My chair is broken")
        assert "#support" in plain(told.content)
        assert "/desk setup" in plain(told.content)
    finally:
        await _shows(team)
    await team.until(lambda: team.posts("My chair is broken"))
    assert len(_told(team)) == 1
    assert [said for _, said in await team.shop.said() if said in (words, "My chair is broken")] == [
        words, "My chair is broken",
    ]  # fmt: skip


async def test_once_the_bot_sees_it_again_everything_arrives_in_order(team: Team) -> None:
    await team.becomes_ticket()
    words = [f"meanwhile {number} {team.post.id}" for number in range(3)]
    await _hides(team)
    try:
        for each in words:
            await team.customer.writes(each)
        await _refused(team)
    finally:
        await _shows(team)
    await team.until(lambda: _shown(team, words[-1]))
    assert _shown(team, *words) == words


async def test_a_ticket_of_a_lost_forum_goes_on_in_a_new_post_of_another(team: Team, guild: Guild) -> None:
    await team.becomes_ticket()
    old, name = team.post, team.post.name
    await _hides(team)
    other = guild.discord.add_channel(f"helpdesk-{old.id}", "forum", private_to=(guild.agents, guild.discord.bot))
    try:
        await team.customer.writes("still here")
        await _refused(team)
        said = await team.does(guild.discord.owner.types("/desk setup", "general", channel=other))
        assert "is Support's now" in said.text
        await team.customer.writes("and waiting")
        fresh = await team.until(lambda: [post for post in other.posts if name in post.name])
        team.post = fresh
        expected = [team.asked, "still here", "and waiting"]
        await team.until(lambda: _shown(team, "and waiting"))
        assert _shown(team, *expected) == expected
        await team.line("Here we go on", "note")
    finally:
        await _shows(team)
        await team.does(guild.discord.owner.types("/desk setup-off", other))


async def test_a_line_typed_while_the_bot_was_shut_out_is_read_once_it_is_let_in(team: Team) -> None:
    await team.becomes_ticket()
    await _hides(team)
    await team.does(team.ines.person.posts(team.post, f"Nobody hears me {team.post.id}"))
    await _shows(team)
    await team.says_eventually(("note", f"Nobody hears me {team.post.id}"))
