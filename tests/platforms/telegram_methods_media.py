"""Methods that send files, alone or as an album, and let them be fetched."""

from functools import partial
from typing import Any

from tests.platforms import telegram_deeds as deeds
from tests.platforms import telegram_files as files
from tests.platforms import telegram_sending as sending
from tests.platforms import telegram_wire as wire
from tests.platforms.telegram_calls import Call, Method
from tests.platforms.telegram_errors import Json, bad, too_large
from tests.platforms.telegram_world import File, Link

KINDS = ("photo", "document", "video", "voice", "audio", "video_note", "animation", "sticker")
IN_ALBUMS = ("photo", "video", "document", "audio")


def send_file(call: Call, kind: str) -> Json:
    """sendPhoto, sendDocument and so on: an upload, or the id of a file the bot knows."""
    chat, draft = sending.addressed(call)
    if kind not in ("sticker", "video_note"):
        draft.text, draft.entities = sending.caption_of(call)
    draft.kind, draft.file = kind, _file(call, kind, call.text(kind) or f"attach://{kind}", call.params)
    return wire.message(sending.send(call, chat, draft), call.bot)


def _file(call: Call, kind: str, given: str, said: dict[str, Any]) -> File:
    upload = call.uploads.get(given.removeprefix("attach://")) if given.startswith("attach://") else None
    if upload is None:
        return _known(call, kind, given)
    if not upload.content:
        raise bad("file must be non-empty")
    size = len(upload.content)
    if size > files.UPLOAD_MOST:
        raise too_large()
    if kind == "photo" and size > files.PHOTO_MOST:
        words = f"file of size {size} bytes is too big for a photo; the maximum size is {files.PHOTO_MOST} bytes"
        raise bad(words)
    return files.keep(call.world, kind, upload.content, upload.name, **files.traits(kind, said))


def _known(call: Call, kind: str, given: str) -> File:
    if given.startswith("attach://"):
        raise bad(f"there is no {kind.replace('_', ' ')} in the request")
    if given.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    refusal = bad("wrong file identifier/HTTP URL specified")
    file = files.found(call.world, call.bot, given, refusal)
    if file.kind != kind:
        raise bad(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def send_album(call: Call) -> list[Json]:
    """sendMediaGroup: 2 to 10 messages with one media_group_id, documents and audio among themselves."""
    chat, draft = sending.addressed(call)
    media = call.given("media")
    _must_fit(media)
    group = str(call.world.new_id() + 13_000_000_000)
    drafts = [_in_album(call, one, draft, group) for one in media]
    return [wire.message(sending.send(call, chat, one), call.bot) for one in drafts]


def _must_fit(media: Any) -> None:
    if not isinstance(media, list) or len(media) < 2:
        raise bad("Too few messages to send as an album")
    if len(media) > 10:
        raise bad("Too many messages to send as an album")
    kinds = {str(one.get("type")) for one in media}
    if strange := kinds - set(IN_ALBUMS):
        raise bad(f"can't parse InputMedia: Media type \"{min(strange)}\" can't be used in an album")
    for apart in ("document", "audio"):
        if len(kinds) > 1 and apart in kinds:
            raise bad(f"{apart.title()} can't be mixed with other media types")


def _in_album(call: Call, one: Json, shared: deeds.Draft, group: str) -> deeds.Draft:
    words, marks = sending.caption(one.get("caption", ""), one.get("parse_mode", ""), one.get("caption_entities"))
    file = _file(call, one["type"], one.get("media", ""), one)
    draft = deeds.Draft(words, marks, one["type"], file, reply_to=shared.reply_to, topic=shared.topic)
    draft.media_group_id, draft.is_silent = group, shared.is_silent
    return draft


def get_file(call: Call) -> Json:
    """getFile: a path that can be fetched for an hour."""
    refusal = bad("wrong file_id or the file is temporarily unavailable")
    file = files.found(call.world, call.bot, call.text("file_id"), refusal)
    if file.size > files.DOWNLOAD_MOST:
        raise bad("file is too big")
    where = files.path(file)
    call.world.links[call.bot.id, where] = Link(file, call.world.clock() + files.LINK_LASTS_S)
    plain = ("file_id", "file_unique_id", "file_size")
    return {key: value for key, value in files.shown(call.bot, file).items() if key in plain} | {"file_path": where}


def _name(kind: str) -> str:
    return "send" + "".join(part.title() for part in kind.split("_"))


METHODS: dict[str, Method] = {
    **{_name(kind): partial(send_file, kind=kind) for kind in KINDS},
    "sendMediaGroup": send_album,
    "getFile": get_file,
}
