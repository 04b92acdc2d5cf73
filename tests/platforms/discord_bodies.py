"""From a request's body to a message: checked, with its files, and what an edit changes."""

from typing import Any

from tests.platforms.discord_deeds import Draft, changed, numbered
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_mentions import names_in
from tests.platforms.discord_rules import V2, Upload, check_message, refuse_empty
from tests.platforms.discord_world import Attachment, Message, World

SETTABLE_FLAGS = 1 << 2 | 1 << 6 | 1 << 12 | V2


def drafted(body: Json, attachments: list[Attachment], files: tuple[Upload, ...], *, starts: str = "") -> Draft:
    """A message to be written; raises 50035 or 50006 for what Discord would not take."""
    flags = int(body.get("flags") or 0) & SETTABLE_FLAGS
    check_message(body, files, flags=flags, starts=starts)
    refuse_empty(_content(body), body.get("embeds"), body.get("components"), attachments, body.get("sticker_ids"))
    return Draft(
        _content(body), embeds=_embeds(body), components=body.get("components") or [], attachments=attachments,
        allowed=body.get("allowed_mentions"), nonce=_text(body.get("nonce")), flags=flags,
    )  # fmt: skip


def edit(world: World, message: Message, body: Json, attachments: list[Attachment], files: tuple[Upload, ...]) -> None:
    """Changes a message by the fields a body has; a layout of components stays one."""
    flags = message.flags & (V2 | 64) | int(body.get("flags") or 0) & SETTABLE_FLAGS
    kept = _kept(message, body)
    check_message(_merged(message, body, flags), files, flags=flags, kept=len(kept))
    content = _content(body) if "content" in body else message.content
    embeds = _embeds(body) if "embeds" in body else message.embeds
    components = numbered(body["components"] or []) if "components" in body else message.components
    refuse_empty(content, embeds, components, kept, attachments)
    message.content, message.embeds, message.components, message.flags = content, embeds, components, flags
    message.attachments = [*kept, *attachments]
    message.names = names_in(world, message)
    world.files |= {file.id: file for file in attachments}
    changed(world, message)


def _kept(message: Message, body: Json) -> list[Attachment]:
    if body.get("attachments") is None:
        return list(message.attachments)
    listed = {str(entry.get("id")) for entry in body["attachments"]}
    return [file for file in message.attachments if str(file.id) in listed]


def _merged(message: Message, body: Json, flags: int) -> Json:
    """What the layout rules look at: the old contents count when a message becomes one of components."""
    if not flags & V2 or message.is_v2:
        return body
    return {"content": message.content, "embeds": message.embeds} | body


def _content(body: Json) -> str:
    return str(body.get("content") or "").strip()


def _embeds(body: Json) -> list[Json]:
    return [{"type": "rich"} | embed for embed in body.get("embeds") or []]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def refuse_system(message: Message) -> None:
    """Raises 50021 for messages Discord itself wrote."""
    if message.type in (4, 6, 18, 21):
        raise Refused(50021)
