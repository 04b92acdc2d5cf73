"""The files.* methods: an upload is announced, its bytes come by a URL of its own, then it is completed and shared."""

from tests.platforms.slack_calls import Call, Method, inside
from tests.platforms.slack_chat import read_content
from tests.platforms.slack_messages import file_wire, post, remove
from tests.platforms.slack_world import Channel, File, Message, Refused, Wire, Workspace

LARGEST = 1_000_000_000


def announce(world: Workspace, call: Call) -> Wire:
    """Where to send the bytes of a file."""
    name, size = call.needed("filename"), call.number("length", 0)
    if size <= 0 or size > LARGEST:
        raise Refused("invalid_arguments" if size <= 0 else "file_upload_size_restricted")
    file = File(world.new_id("F"), name, size, world.app.bot_user, int(world.clock()))
    world.files[file.id] = file
    return {"upload_url": f"{world.base_url}/upload/v1/{file.id}", "file_id": file.id}


def complete(world: Workspace, call: Call) -> Wire:
    """Shares uploaded files. The answer bears no message's time, as on Slack; files.info tells it by `shares`."""
    given = call.json("files", "invalid_arguments") or []
    files = [_uploaded(world, one.get("id", ""), one.get("title") or "") for one in given]
    if not files:
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: files"]})
    named = [call.text("channel_id"), *call.text("channels").split(",")]
    for which in dict.fromkeys(name for name in named if name):
        _share(world, call, _shareable(world, which), files)
    return {"files": [file_wire(world, file) for file in files]}


def _uploaded(world: Workspace, file_id: str, title: str) -> File:
    file = world.files.get(file_id)
    if file is None or file.content is None:
        raise Refused("file_not_found")
    file.title = title
    return file


def _shareable(world: Workspace, which: str) -> Channel:
    channel = world.channels.get(which)
    if channel is None or (channel.kind != "channel" and world.app.bot_user not in channel.members):
        raise Refused("channel_not_found")
    if channel.is_archived:
        raise Refused("is_archived")
    return inside(world, channel)


def _share(world: Workspace, call: Call, channel: Channel, files: list[File]) -> None:
    thread_ts, content = call.text("thread_ts"), read_content(world, call)
    root = channel.message(thread_ts) if thread_ts else None
    if thread_ts and (root is None or root.is_reply):
        raise Refused("invalid_thread_ts")
    message = Message(world.new_ts(), channel.id, world.app.bot_user, call.text("initial_comment"))
    message.blocks, message.thread_ts, message.app_id = content.blocks or [], thread_ts, world.app.id
    message.subtype, message.files = "file_share", [file.id for file in files]
    post(world, message)


def info(world: Workspace, call: Call) -> Wire:
    """One file, a stranger's in full."""
    file = world.files.get(call.needed("file"))
    if file is None or file.content is None:
        raise Refused("file_not_found")
    return {"file": file_wire(world, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(world: Workspace, call: Call) -> Wire:
    """Deletes a file of the app's own; a message that was nothing but this file goes with it."""
    file = world.files.get(call.needed("file"))
    if file is None or file.content is None:
        raise Refused("file_not_found")
    if file.user != world.app.bot_user:
        raise Refused("cant_delete_file")
    for channel_id, ts in file.shares:
        message = world.channels[channel_id].message(ts)
        if message is not None:
            message.files = [each for each in message.files if each != file.id]
            if not (message.files or message.text or message.blocks):
                remove(world, message)
    del world.files[file.id]
    return {}


def may_download(world: Workspace, token: str) -> bool:
    """Whether a private URL opens; without a right token Slack shows its sign-in page instead."""
    app = world.app
    return token == app.bot_token and not app.is_revoked and "files:read" in app.scopes


METHODS = {
    "files.getUploadURLExternal": Method(announce, "files:write", tier=4),
    "files.completeUploadExternal": Method(complete, "files:write", tier=4, json=True),
    "files.delete": Method(delete, "files:write", json=True),
    "files.info": Method(info, "files:read", tier=4),
}
