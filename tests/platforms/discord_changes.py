"""What a change of a channel or thread does, with its traces: events, and Discord's own lines in the channel."""

from tests.platforms.discord_deeds import Draft, write
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_server import tell_channel, watching_sight
from tests.platforms.discord_threads import note_rename, refuse_at_cap, tell_changed
from tests.platforms.discord_world import Account, Channel, Kind, Overwrite, Tag, World

REQUIRES_TAG = 1 << 4
PINNED = 1 << 1


def alter_thread(world: World, thread: Channel, who: Account, change: Json) -> None:
    """Changes a thread all at once; a new name counts towards two in ten minutes and is written into the thread."""
    assert thread.parent is not None
    tags = [int(tag) for tag in change.get("applied_tags", thread.applied_tags)]
    refuse_tags(thread.parent, tags)
    if change.get("archived") is False and thread.archived:
        refuse_at_cap(world)
    renamed = change.get("name", thread.name) != thread.name
    if renamed:
        note_rename(world, thread)
    thread.name, thread.applied_tags = change.get("name", thread.name), tags
    _alter_state(world, thread, change)
    tell_changed(world, thread)
    if renamed and not thread.archived:
        write(world, thread, who, Draft(thread.name, type=4))


def _alter_state(world: World, thread: Channel, change: Json) -> None:
    if "archived" in change and change["archived"] != thread.archived:
        thread.archived = change["archived"]
        thread.archive_changed_at, thread.active_at = world.clock.stamp(), world.clock.now()
    thread.locked = change.get("locked", thread.locked)
    thread.invitable = change.get("invitable", thread.invitable)
    thread.auto_archive_minutes = change.get("auto_archive_duration") or thread.auto_archive_minutes
    thread.slow_s = change.get("rate_limit_per_user") or 0 if "rate_limit_per_user" in change else thread.slow_s
    thread.flags = change.get("flags", thread.flags)


def refuse_tags(forum: Channel, tags: list[int]) -> None:
    """Raises for a tag the forum does not have, or for none where one is required."""
    if set(tags) - {tag.id for tag in forum.available_tags}:
        raise Refused(10087)
    if not tags and forum.kind is Kind.FORUM and forum.flags & REQUIRES_TAG:
        raise Refused(40067)


def alter_channel(world: World, channel: Channel, change: Json) -> None:
    """Changes a channel; a new name or topic counts towards two in ten minutes."""
    name = written(channel.kind, change.get("name", channel.name))
    if name != channel.name or change.get("topic", channel.topic) != channel.topic:
        note_rename(world, channel)
    with watching_sight(world):
        channel.name, channel.topic = name, change.get("topic", channel.topic)
        channel.position = change.get("position", channel.position)
        channel.flags = change.get("flags", channel.flags)
        channel.slow_s = change.get("rate_limit_per_user") or channel.slow_s
        if "parent_id" in change:
            channel.parent = parent_of(world, change)
        if "permission_overwrites" in change:
            channel.overwrites = overwrites_of(change)
        if "available_tags" in change:
            channel.available_tags = tags_of(world, change)
        tell_channel(world, channel)


def written(kind: Kind, name: str) -> str:
    """A channel's name as Discord writes it: text channels and forums in small letters, with dashes."""
    return name.lower().replace(" ", "-") if kind in (Kind.TEXT, Kind.FORUM, Kind.NEWS) else name


def parent_of(world: World, body: Json) -> Channel | None:
    """The category a body names; at most 50 channels fit into one."""
    if not body.get("parent_id"):
        return None
    parent = world.channels.get(int(body["parent_id"]))
    if parent is None or parent.kind is not Kind.CATEGORY:
        problem = {"code": "CHANNEL_PARENT_INVALID", "message": "Category does not exist"}
        raise Refused(50035, errors={"parent_id": {"_errors": [problem]}})
    if sum(each.parent is parent for each in world.channels.values()) >= 50:
        problem = {
            "code": "CHANNEL_PARENT_MAX_CHANNELS",
            "message": "Maximum number of channels in category reached (50)",
        }
        raise Refused(50035, errors={"parent_id": {"_errors": [problem]}})
    return parent


def overwrites_of(body: Json) -> list[Overwrite]:
    """The overwrites a body lists."""
    return [
        Overwrite(int(each["id"]), bool(each["type"]), int(each.get("allow") or 0), int(each.get("deny") or 0))
        for each in body.get("permission_overwrites") or []
    ]


def tags_of(world: World, body: Json) -> list[Tag]:
    """The tags a body lists; those with an id keep it."""
    return [
        Tag(
            int(each.get("id") or 0) or world.new_id(),
            each["name"],
            bool(each.get("moderated")),
            each.get("emoji_name"),
        )
        for each in body.get("available_tags") or []
    ]
