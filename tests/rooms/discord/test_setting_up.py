"""A channel of Discord is set up from another one: it is asked first where many would become agents."""

from core import teams
from tests.rooms.discord.guild import Guild, Team, plain


async def test_many_are_asked_about_and_buttons_mean_the_channel_that_was_named(team: Team, guild: Guild) -> None:
    discord = guild.discord
    crowd = discord.add_role("Crowd")
    forum = discord.add_channel("crowded", "forum", private_to=(crowd, discord.bot))
    for number in range(22):
        discord.member(f"one-of-many-{number:02}", crowd)
    asked = await team.does(discord.owner.types("/desk setup", "general", channel=forum, role=crowd))
    assert "This makes 22 people agents of Support" in asked.text
    before = await team.shop.read(lambda desk: len(teams.agents(desk)))
    done = await team.does(discord.owner.presses(asked, "Yes, all 22"))
    assert "is Support's now" in done.text
    assert await team.shop.read(lambda desk: len(teams.agents(desk))) == before + 22
    await team.becomes_ticket()
    off = await team.does(discord.owner.types("/desk setup-off", "general", channel=forum))
    assert "no team's any more" in off.text


async def test_a_forum_without_a_role_says_that_nobody_is_notified_and_with_one_calls_it(
    team: Team, guild: Guild
) -> None:  # fmt: skip
    discord = guild.discord
    crew = discord.add_role("Crew", mentionable=True)
    forum = discord.add_channel("quiet", "forum", private_to=(crew, discord.bot))
    said = await team.does(discord.owner.types("/desk setup", "general", channel=forum))
    assert "Nobody is notified of new tickets and calls here" in plain(said.text)
    said = await team.does(discord.owner.types("/desk setup", "general", channel=forum, role=crew))
    assert "Nobody is notified" not in plain(said.text)
    await team.does(discord.owner.types("/desk setup-off", "general", channel=forum))


async def test_who_may_not_set_up_a_channel_has_nobody_looked_up(team: Team, guild: Guild) -> None:
    asked = "GET /guilds/{guild_id}/members"
    before = len(guild.discord.asked(asked))
    refused = await team.does(team.ines.person.types("/desk setup", "general", channel=guild.forum))
    assert "Only an admin" in refused.text
    assert len(guild.discord.asked(asked)) == before
