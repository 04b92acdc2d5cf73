"""What happens to threads and forum posts: opened, entered, renamed, tagged, archived, revived, deleted."""

from dataclasses import dataclass, field

from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_payloads import member_json, thread_json, thread_member_json
from tests.platforms.discord_world import Account, Channel, Kind, Message, World

RENAME_WINDOW_S = 600


@dataclass
class RenamedTooOften(Exception):
    """A channel was renamed more than twice in ten minutes."""

    retry_after_s: float


@dataclass(frozen=True)
class Opening:
    """A thread about to be opened."""

    name: str
    owner: Account
    kind: Kind = Kind.PUBLIC_THREAD
    starter: Message | None = None
    tags: list[int] = field(default_factory=list)
    auto_archive_minutes: int = 4320
    invitable: bool = True


def open_thread(world: World, parent: Channel, opening: Opening) -> Channel:
    """Opens a thread under a message (whose id it takes) or alone; refuses at the cap of active threads."""
    refuse_at_cap(world)
    if opening.starter is not None and opening.starter.id in world.channels:
        raise Refused(160004)
    now = world.clock.stamp()
    thread = Channel(
        opening.starter.id if opening.starter else world.new_id(), opening.kind, opening.name, parent=parent,
        owner=opening.owner, auto_archive_minutes=opening.auto_archive_minutes, invitable=opening.invitable,
        archive_changed_at=now, created_at=now, active_at=world.clock.now(), applied_tags=opening.tags,
        thread_members={opening.owner.id: now},
    )  # fmt: skip
    world.channels[thread.id] = thread
    parent.posts.append(thread)
    if parent.kind is Kind.FORUM:
        parent.last_message_id = thread.id
    if opening.starter is not None:
        opening.starter.thread = thread
    world.tell("THREAD_CREATE", thread_json(world, thread) | {"newly_created": True}, channel=thread)
    return thread


def refuse_at_cap(world: World) -> None:
    """Raises 160006 when no further thread may be active."""
    if len(world.active_threads()) >= world.active_threads_cap:
        raise Refused(160006)


def revive(world: World, thread: Channel) -> None:
    """Takes a thread out of the archive, if it is there."""
    if thread.archived:
        refuse_at_cap(world)
        archive(world, thread, archived=False)


def archive(world: World, thread: Channel, *, archived: bool) -> None:
    """Puts a thread into the archive, or takes it out."""
    thread.archived, thread.archive_changed_at = archived, world.clock.stamp()
    thread.active_at = world.clock.now()
    tell_changed(world, thread)


def tell_changed(world: World, thread: Channel) -> None:
    """Tells of a thread's new state."""
    world.tell("THREAD_UPDATE", thread_json(world, thread), channel=thread)


def note_rename(world: World, channel: Channel) -> None:
    """Counts a change of name; raises at the third within ten minutes."""
    now = world.clock.now()
    channel.renamed_at = [at for at in channel.renamed_at if at > now - RENAME_WINDOW_S]
    if len(channel.renamed_at) >= world.renames_in_ten_minutes:
        raise RenamedTooOften(round(channel.renamed_at[0] + RENAME_WINDOW_S - now, 3))
    channel.renamed_at.append(now)


def join_thread(world: World, thread: Channel, *accounts: Account) -> None:
    """Adds members to a thread; those in it stay as they are."""
    added = [account for account in accounts if account.id not in thread.thread_members and account.id in world.members]
    if not added:
        return
    thread.thread_members |= {account.id: world.clock.stamp() for account in added}
    places = [
        thread_member_json(thread, account.id) | {"member": member_json(world, account), "presence": None}
        for account in added
    ]
    _tell_members(world, thread, {"added_members": places})


def leave_thread(world: World, thread: Channel, account: Account) -> None:
    """Takes a member out of a thread."""
    if thread.thread_members.pop(account.id, None) is not None:
        _tell_members(world, thread, {"removed_member_ids": [str(account.id)]})


def _tell_members(world: World, thread: Channel, change: Json) -> None:
    said = {"id": str(thread.id), "guild_id": str(world.id), "member_count": min(len(thread.thread_members), 50)}
    world.tell("THREAD_MEMBERS_UPDATE", said | change, channel=thread)


def delete_thread(world: World, thread: Channel) -> None:
    """Deletes a thread with all in it."""
    assert thread.parent is not None
    thread.deleted = True
    del world.channels[thread.id]
    thread.parent.posts.remove(thread)
    said = {"id": str(thread.id), "guild_id": str(world.id), "parent_id": str(thread.parent.id)}
    world.tell("THREAD_DELETE", said | {"type": int(thread.kind)}, channel=thread)


def archive_idle(world: World) -> None:
    """Archives the threads nobody wrote in for as long as they allow."""
    for thread in world.active_threads():
        if world.clock.now() - thread.active_at >= thread.auto_archive_minutes * 60:
            archive(world, thread, archived=True)
