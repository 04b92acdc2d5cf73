"""What a person does with commands, buttons, menus and forms, as a client lets them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.platforms.discord_calls import Backend
from tests.platforms.discord_command_rules import MESSAGE, USER
from tests.platforms.discord_component_rules import BUTTON, LINK, SELECTS, walk
from tests.platforms.discord_errors import Json
from tests.platforms.discord_forms import chosen_values, submission
from tests.platforms.discord_interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from tests.platforms.discord_payloads import message_json
from tests.platforms.discord_permissions import May, permissions, sees
from tests.platforms.discord_reading import label_of, shown
from tests.platforms.discord_replies import Form, Reply, first_answer
from tests.platforms.discord_typing import NotOffered, Resolved, Typed, filled, find
from tests.platforms.discord_world import Account, Channel, Kind, Message

PATIENCE_S = 10.0
"""How long a person watches "is thinking"."""


@dataclass(frozen=True)
class Hands:
    """A person at a client."""

    backend: Backend
    account: Account

    def place(self, where: Channel | str | None) -> Channel:
        """A channel by itself or by name; by default the first text channel the person sees."""
        world = self.backend.world
        if isinstance(where, str):
            return world.channel_named(where)
        if where is not None:
            return where
        for channel in world.channels.values():
            if channel.kind is Kind.TEXT and sees(world, self.account, channel):
                return channel
        raise NotOffered(f"{self.account.name} sees no text channel")

    def must(self, permission: May, channel: Channel) -> None:
        """Refuses what the person may not do there."""
        if channel.deleted or not sees(self.backend.world, self.account, channel):
            raise NotOffered(f"{self.account.name} does not see #{channel.name}")
        if permission not in permissions(self.backend.world, self.account, channel):
            raise NotOffered(f"{self.account.name} lacks {permission.name} in #{channel.name}")

    async def types(self, line: str, where: Channel | str | None = None, /, **options: Any) -> Reply:
        """Sends a slash command, `types("/ticket take", id=42)`; the options are checked as the client does."""
        channel = self.place(where)
        typed = find(self.backend.commands, line)
        self._must_use(typed.command, channel)
        resolved = self._resolved(channel)
        values = {name: getattr(value, "account", value) for name, value in options.items()}
        return await self._send(COMMAND, channel, typed.data(filled(typed, values, resolved), resolved.payload))

    async def completes(
        self, line: str, option: str, start: str, where: Channel | str | None = None, /, **others: Any
    ) -> list[tuple[str, Any]]:
        """The choices (name, value) offered while typing an option; an AssertionError when none came in time."""
        channel = self.place(where)
        typed = find(self.backend.commands, line)
        self._must_use(typed.command, channel)
        if not typed.option(option).get("autocomplete"):
            raise NotOffered(f"{option} of {line} has no autocomplete")
        data = typed.data([*_typed_so_far(typed, others), _focused(typed, option, start)], {})
        reply = await self._send(AUTOCOMPLETE, channel, data)
        if reply.interaction.choices is None:
            raise AssertionError("Loading options failed")
        return [(choice["name"], choice["value"]) for choice in reply.interaction.choices]

    async def uses_menu(self, name: str, on: "Message | Hands", where: Channel | str | None = None) -> Reply:
        """Uses a message's or a person's menu."""
        kind = MESSAGE if isinstance(on, Message) else USER
        command = self.backend.commands.named(kind, name)
        if command is None:
            raise NotOffered(f"There is no menu {name!r}")
        channel = on.channel if isinstance(on, Message) else self.place(where)
        self._must_use(command, channel)
        said = {"id": command["id"], "name": name, "type": kind}
        if isinstance(on, Message):
            said |= {"target_id": str(on.id)}
            said["resolved"] = {"messages": {str(on.id): message_json(self.backend.world, on)}}
        else:
            resolved = self._resolved(channel)
            said |= {"target_id": resolved.id_of(on.account), "resolved": resolved.payload}
        return await self._send(COMMAND, channel, said)

    async def presses(self, message: Message | Reply, button: str) -> Reply:
        """Presses a button, by its label or custom id."""
        message = self._standing(message)
        for part in walk(message.components):
            if part.get("type") == BUTTON and button in (label_of(part), part.get("custom_id")):
                if part.get("disabled") or part.get("style") == LINK:
                    raise NotOffered(f"{button!r} cannot be pressed")
                return await self._use(message, part, {})
        raise NotOffered(f"There is no button {button!r} in {shown(message)!r}")

    async def chooses(self, message: Message | Reply, menu: str, *values: Any) -> Reply:
        """Chooses from a menu, by its custom id or placeholder: labels or values, people, roles or channels."""
        message = self._standing(message)
        for part in walk(message.components):
            if part.get("type") in SELECTS and menu in (part["custom_id"], part.get("placeholder")):
                if part.get("disabled"):
                    raise NotOffered(f"{menu!r} is off")
                resolved = self._resolved(message.channel)
                chosen = chosen_values(part, _accounts(values), resolved)
                more = {"resolved": resolved.payload} if resolved.payload else {}
                return await self._use(message, part, {"values": chosen} | more)
        raise NotOffered(f"There is no menu {menu!r} in {shown(message)!r}")

    async def submits(self, form: Form | Reply, values: dict[str, Any] | None = None) -> Reply:
        """Sends a form, with values by label or custom id; the rest stays as it was prefilled."""
        form = form.form if isinstance(form, Reply) else form
        if form.interaction.person is not self.account:
            raise NotOffered("It opened for somebody else")
        resolved = self._resolved(form.interaction.channel)
        given = {name: _accounts([value])[0] for name, value in (values or {}).items()}
        data = submission(form, given, resolved)
        return await self._send(MODAL, form.interaction.channel, data, form.interaction.source)

    async def _use(self, message: Message, part: Json, more: Json) -> Reply:
        data = {"component_type": part["type"], "custom_id": part["custom_id"], "id": part["id"]} | more
        return await self._send(COMPONENT, message.channel, data, message)

    async def _send(self, kind: int, channel: Channel, data: Json, source: Message | None = None) -> Reply:
        interactions = self.backend.interactions
        made = interactions.begin(kind, self.account, channel, data, source)
        return await first_answer(made, answer_within_s=interactions.answer_within_s, patience_s=PATIENCE_S)

    def _standing(self, message: Message | Reply) -> Message:
        found = message.message if isinstance(message, Reply) else message
        if found is None or found.deleted:
            raise NotOffered("There is no such message any more")
        self.must(May.VIEW_CHANNEL, found.channel)
        told = (found.interaction or {}).get("interaction_metadata", {}).get("user", {}).get("id")
        if found.is_ephemeral and told != str(self.account.id):
            raise NotOffered("Somebody else alone sees that message")
        return found

    def _must_use(self, command: Json, channel: Channel) -> None:
        self.must(May.USE_APPLICATION_COMMANDS, channel)
        contexts, needed = command.get("contexts"), command.get("default_member_permissions")
        here = 1 if channel.is_dm else 0
        private = command.get("dm_permission") is False or "guild_id" in command
        if (contexts is not None and here not in contexts) or (channel.is_dm and private):
            raise NotOffered(f"{command['name']} is not offered in #{channel.name}")
        may = permissions(self.backend.world, self.account, channel)
        if needed is not None and (int(needed) & ~may or (not int(needed) and May.ADMINISTRATOR not in may)):
            raise NotOffered(f"{command['name']} is not offered to {self.account.name}")

    def _resolved(self, channel: Channel) -> Resolved:
        return Resolved(self.backend.world, channel)


def _accounts(values: Sequence[Any]) -> list[Any]:
    return [value.account if isinstance(value, Hands) else value for value in values]


def _focused(typed: Typed, option: str, start: str) -> Json:
    return {"name": option, "type": typed.option(option)["type"], "value": start, "focused": True}


def _typed_so_far(typed: Typed, others: dict[str, Any]) -> list[Json]:
    return [{"name": name, "type": typed.option(name)["type"], "value": value} for name, value in others.items()]
