"""Posts of a forum: card, name, tags, people; archived and awake; deleted, locked, and where there is no forum."""

from core.models import Role
from tests.platforms.discord_reading import shown
from tests.rooms.discord.guild import Guild, Team, plain


async def test_a_post_shows_its_card_and_bears_what_its_ticket_is_called(team: Team) -> None:
    await team.becomes_ticket()
    card = await team.says("Status: open")
    assert "Assignee: Ines" in plain(shown(card))
    assert not any(embed.get("footer") for embed in card.embeds)


async def test_a_new_card_shows_nothing_of_what_it_is_found_by(team: Team) -> None:
    card = team.post.messages[0]
    assert "deskbell-" not in shown(card)
    assert not any(embed.get("footer") for embed in card.embeds)


async def test_moments_on_a_card_are_in_its_readers_time(team: Team) -> None:
    await team.becomes_ticket()
    await team.commands("/ticket pending", until="2h")
    await team.says("pending until <t:")


async def test_who_takes_it_is_added_to_the_post_and_called_in_a_line(team: Team) -> None:
    await team.takes()
    line = await team.says("took")
    assert team.guild.discord.pings(line) == [team.ines.person.name]
    assert team.ines.person.id in team.post.thread_members


async def test_tags_are_mirrored_and_made_where_the_forum_lacks_them(team: Team, guild: Guild) -> None:
    await team.becomes_ticket()
    await team.commands("/ticket tag", changes="+billing +urgent")
    await team.until(lambda: [1] if sorted(team.post.tags) == ["billing", "urgent"] else [])
    await team.commands("/ticket tag", changes="-urgent")
    await team.until(lambda: [1] if team.post.tags == ["billing"] else [])
    assert {"billing", "urgent"} <= {tag.name for tag in guild.forum.available_tags}


async def test_a_closed_tickets_post_is_archived_not_locked_and_wakes_when_its_customer_writes(team: Team) -> None:
    await team.becomes_ticket()
    await team.commands("/ticket close")
    await team.until(lambda: [1] if team.post.archived else [])
    assert not team.post.locked
    await team.customer.writes("It is broken again")
    await team.says("It is broken again")
    await team.until(lambda: [] if team.post.archived else [1])


async def test_a_new_name_is_given_twice_in_ten_minutes_and_no_request_is_refused(team: Team, guild: Guild) -> None:
    await team.becomes_ticket()
    for title in ("one", "two", "three", "four"):
        await team.commands("/ticket-more title", subject=f"Lamp {title}")
        await team.says(f"Lamp {title}")
    assert len([m for m in team.post.messages if m.type == 4]) == 2
    assert not [asked for asked in guild.discord.requests if asked.status == 429]


async def test_a_deleted_post_goes_on_in_a_new_one_with_what_was_said_and_its_agent_called(team: Team) -> None:
    await team.takes()
    name, old = team.post.name, team.post
    await team.does(team.guild.discord.owner.deletes_thread(old))
    team.post = await team.until(lambda: [post for post in team.posts(name) if post is not old])
    line = await team.says("was deleted in Discord")
    assert team.guild.discord.pings(line) == [team.ines.person.name]
    await team.says(name)
    await team.line("Still there?", "held")


async def test_a_locked_post_goes_on_in_a_new_one(team: Team) -> None:
    name, old = team.post.name, team.post
    await team.does(team.guild.discord.owner.changes(old, locked=True, archived=True))
    team.post = await team.until(lambda: [post for post in team.posts(name) if post is not old])
    await team.says("was locked in Discord")


async def test_an_archived_post_wakes_by_what_is_said_in_it(team: Team) -> None:
    await team.takes()
    await team.does(team.guild.discord.owner.changes(team.post, archived=True))
    await team.line("Are you there?", "held")
    await team.customer.writes("Yes, I am")
    await team.says("Yes, I am")
    assert not team.post.archived


async def test_at_the_cap_the_quietest_are_archived_and_the_team_is_told(team: Team, guild: Guild) -> None:
    world = guild.discord.world
    world.active_threads_cap = len(world.active_threads())
    try:
        other = await Team.gathered(guild, team.desk, team.shop)
    finally:
        world.active_threads_cap = 1_000
    assert not other.post.archived
    told = await team.until(lambda: [post for post in guild.forum.posts if post.name == "Team: calls and news"])
    await team.until(lambda: [m for m in told.messages if "no room for more active threads" in m.content])


async def test_in_a_text_channel_each_gets_a_thread_below_its_card(team: Team, guild: Guild) -> None:
    channel = guild.discord.add_channel("second", private_to=(guild.agents, guild.discord.bot))
    await team.shop.agent("boss", Role.ADMIN)
    await team.shop.people["boss"].types("desk team-add second Second team")
    said = await team.does(guild.discord.owner.types("/desk setup", channel, what="second"))
    assert "Second team's now" in said.text
    await team.becomes_ticket()
    await team.commands("/ticket move", team="second")
    thread = await team.until(lambda: list(channel.posts))
    assert thread.name.startswith("#")
    assert "Team: Second team" in shown(channel.messages[0])
    await team.says("is with Second team now")
    await team.until(lambda: [1] if team.post.archived else [])


async def test_new_posts_call_the_teams_role_at_most_once_a_minute(team: Team, guild: Guild) -> None:
    said = await team.does(guild.discord.owner.types("/desk setup", "general", channel=guild.forum, role=guild.agents))
    assert "is Support's now" in said.text
    posts = [(await Team.gathered(guild, team.desk, team.shop)).post for _ in range(2)]
    called = [bool(guild.discord.pings(post.messages[0])) for post in posts]
    assert called == [True, False]
