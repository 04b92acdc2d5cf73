"""Interactions: a command, press, choice or form; its one answer in time, and what may follow for 15 minutes."""

import asyncio
import secrets
from dataclasses import dataclass, field

from tests.platforms.discord_deeds import event_json
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_payloads import channel_json, member_json, message_json, user_json
from tests.platforms.discord_permissions import permissions
from tests.platforms.discord_rules import FILE_BYTES
from tests.platforms.discord_world import Account, Channel, Message, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
ANSWERS = {
    COMMAND: (MESSAGE, DEFERRED, FORM),
    COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, FORM),
    AUTOCOMPLETE: (CHOICES,),
    MODAL: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE),
}
TOKEN_LASTS_S = 15 * 60


@dataclass(eq=False)
class Interaction:
    """One interaction and everything that came of it."""

    id: int
    token: str
    kind: int
    person: Account
    channel: Channel
    data: Json
    began_at: float
    source: Message | None = None
    """The message whose component was used, or whose form was filled in."""
    answered_with: int | None = None
    original: Message | None = None
    """The message that answers it, or the one it updates."""
    thinks: bool = False
    followups: list[Message] = field(default_factory=list)
    form: Json | None = None
    choices: list[Json] | None = None
    history: list[str] = field(default_factory=list)
    """Every text the original message has had."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        """The command's name, for Discord's line above the answer."""
        return str(self.data.get("name", ""))

    def note(self) -> None:
        """Wakes whoever waits for news of it."""
        if self.original is not None and not self.thinks and self.history[-1:] != [self.original.content]:
            self.history.append(self.original.content)
        self.changed.set()

    def messages(self) -> list[Message]:
        """Its answer and follow-ups that still stand."""
        answer = [self.original] if self.original is not None else []
        return [message for message in (*answer, *self.followups) if not message.deleted]


@dataclass
class Interactions:
    """All interactions so far."""

    world: World
    answer_within_s: float = 3.0
    by_id: dict[int, Interaction] = field(default_factory=dict)

    def begin(
        self, kind: int, person: Account, channel: Channel, data: Json, source: Message | None = None
    ) -> Interaction:
        """Sends an interaction to the application."""
        now = self.world.clock.now()
        made = Interaction(self.world.new_id(), secrets.token_urlsafe(32), kind, person, channel, data, now, source)
        self.by_id[made.id] = made
        self.world.tell("INTERACTION_CREATE", self._payload(made))
        return made

    def _payload(self, made: Interaction) -> Json:
        world, channel = self.world, made.channel
        may = str(int(permissions(world, made.person, channel)))
        said: Json = {
            "id": str(made.id),
            "application_id": str(world.bot.id),
            "type": made.kind,
            "token": made.token,
            "version": 1,
            "data": made.data,
            "channel_id": str(channel.id),
            "channel": channel_json(world, channel) | {"permissions": may},
            "app_permissions": str(int(permissions(world, world.bot, channel))),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": "0" if channel.is_dm else str(world.id)},
            "context": 1 if channel.is_dm else 0,
            "attachment_size_limit": FILE_BYTES,
        }
        if channel.is_dm:
            said["user"] = user_json(made.person)
        else:
            said |= {"guild_id": str(world.id), "guild_locale": "en-US"}
            said["guild"] = {"id": str(world.id), "locale": "en-US", "features": []}
            said["member"] = member_json(world, made.person) | {"permissions": may}
        if made.source is not None:
            said["message"] = event_json(world, made.source)
        return said

    def awaiting(self, number: int, token: str) -> Interaction:
        """The interaction that may still be answered; raises 10062 when it is unknown or over, 40060 when it was."""
        made = self.by_id.get(number)
        if made is None or made.token != token:
            raise Refused(10062)
        if made.answered_with is not None:
            raise Refused(40060)
        if self.world.clock.now() - made.began_at > self.answer_within_s:
            raise Refused(10062)
        return made

    def tokened(self, token: str) -> Interaction:
        """The answered interaction of a token; raises 50027 after 15 minutes and 10015 before the first answer."""
        made = next((each for each in self.by_id.values() if each.token == token), None)
        if made is None or self.world.clock.now() - made.began_at > TOKEN_LASTS_S:
            raise Refused(50027, 401)
        if made.answered_with is None or made.answered_with in (CHOICES, FORM):
            raise Refused(10015)
        return made

    def metadata(self, made: Interaction) -> Json:
        """What a message says of the interaction it answers."""
        told: Json = {"id": str(made.id), "type": made.kind, "user": user_json(made.person)}
        said: Json = {"interaction_metadata": told | {"authorizing_integration_owners": {"0": str(self.world.id)}}}
        if made.kind == COMMAND:
            said["interaction"] = told | {"name": made.name}
        return said

    def shown(self, message: Message) -> Json:
        """A message as the interaction's endpoints give it: the application reads its own."""
        return message_json(self.world, message)
