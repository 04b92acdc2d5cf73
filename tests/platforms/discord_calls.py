"""A request as the routes read it, and the state they all share."""

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_gateway import Gateway
from tests.platforms.discord_intents import Intent, reads, without_content
from tests.platforms.discord_interactions import Interactions
from tests.platforms.discord_payloads import message_json
from tests.platforms.discord_permissions import May, permissions, sees
from tests.platforms.discord_registry import Commands
from tests.platforms.discord_rules import Upload
from tests.platforms.discord_world import Attachment, Channel, Message, World

NONCE_LASTS_S = 300


@dataclass
class Webhook:
    """A channel's webhook."""

    id: int
    token: str
    name: str
    channel: Channel


@dataclass
class Backend:
    """What all routes share."""

    world: World
    gateway: Gateway
    commands: Commands
    interactions: Interactions
    nonces: dict[str, tuple[float, Message]] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    dms_opened_at: list[float] = field(default_factory=list)
    limits: bool = False

    def shows(self, message: Message) -> Json:
        """A message as the API gives it: without content where the application lacks the intent."""
        said = message_json(self.world, message)
        may_read = Intent.MESSAGE_CONTENT in self.gateway.granted or reads(self.world, message)
        return said if may_read else without_content(said)


@dataclass(frozen=True)
class Call:
    """One request of the bot."""

    backend: Backend
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: tuple[Upload, ...] = ()

    @property
    def world(self) -> World:
        """The server."""
        return self.backend.world

    def id(self, name: str) -> int:
        """A number in the path; raises 50035 for anything else."""
        if not self.path[name].isdigit():
            raise Refused(
                50035, errors={name: {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": "not snowflake"}]}}
            )
        return int(self.path[name])

    def limit(self, *, default: int, most: int) -> int:
        """The `limit` asked for, which must be between 1 and `most`."""
        asked = int(self.query.get("limit") or default)
        if not 1 <= asked <= most:
            problem = {"code": "NUMBER_TYPE_MAX", "message": f"int value should be between 1 and {most}."}
            raise Refused(50035, errors={"limit": {"_errors": [problem]}})
        return asked

    def channel(self) -> Channel:
        """The channel of the path, which the bot must be able to see."""
        number = self.id("channel_id")
        dms = {channel.id: channel for channel in self.world.dms.values()}
        channel = self.world.channels.get(number) or dms.get(number)
        if channel is None:
            raise Refused(10003)
        if not sees(self.world, self.world.bot, channel):
            raise Refused(50001)
        return channel

    def message(self, channel: Channel) -> Message:
        """The message of the path."""
        message = channel.message(self.id("message_id"))
        if message is None:
            raise Refused(10008)
        return message

    def needs(self, permission: May, channel: Channel | None = None) -> None:
        """Raises 50013 unless the bot may do that there."""
        if permission not in self.may(channel):
            raise Refused(50013)

    def may(self, channel: Channel | None = None) -> May:
        """What the bot may do there."""
        return permissions(self.world, self.world.bot, channel)

    def attachments(self, listed: list[Json]) -> list[Attachment]:
        """The uploaded files as attachments, with the names and descriptions listed for them."""
        return uploaded(self.world, self.files, listed)


def uploaded(world: World, files: tuple[Upload, ...], listed: list[Json]) -> list[Attachment]:
    """Files as attachments; what the body lists for an index goes with it."""
    notes = {str(entry.get("id")): entry for entry in listed}
    made = []
    for file in files:
        note = notes.get(file.index, {})
        name = note.get("filename") or file.filename
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        made.append(Attachment(world.new_id(), name, file.content, kind, note.get("description")))
    return made


async def read_body(request: web.Request) -> tuple[Any, tuple[Upload, ...]]:
    """The JSON of a request, and its files when it is multipart; raises what Discord does for other kinds."""
    if not request.can_read_body:
        return {}, ()
    if request.content_type == "application/json":
        return _parsed(await request.text()), ()
    if request.content_type != "multipart/form-data":
        raise Refused(50035, errors={"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": request.content_type}]})
    body: Any = {}
    files = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            body = _parsed(await part.text())
        elif part.name is not None and part.name.startswith("files["):
            content = bytes(await part.read())
            files.append(Upload(part.name[6:-1], part.filename or "file", content))
    return body, tuple(files)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError as error:
        raise Refused(50109) from error
