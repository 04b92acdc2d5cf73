"""People of the workspace and their deeds, as tests tell them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.platforms import slack_events as events
from tests.platforms import slack_interactions as payloads
from tests.platforms.slack_blocks import find
from tests.platforms.slack_conversations import enter, leave
from tests.platforms.slack_delivery import Deliveries, Undelivered
from tests.platforms.slack_forms import Submitted, acted, submit, suggested
from tests.platforms.slack_messages import edit, post, react, remove
from tests.platforms.slack_seeing import Failed, Seen, look
from tests.platforms.slack_state import STATELESS, Values, chosen, initial
from tests.platforms.slack_triggers import respond
from tests.platforms.slack_typing import escaped, rich, wired
from tests.platforms.slack_views import view_wire
from tests.platforms.slack_world import Channel, File, Hook, Message, User, View, Wire, Workspace

At = Message | str
"""A message, or its time."""


@dataclass(frozen=True)
class Upload:
    """A file somebody drags into a message."""

    name: str
    content: bytes = b"content"


@dataclass
class Person:
    """Somebody at their Slack client. `look_s`: how long they wait to see what a deed brings."""

    world: Workspace
    deliveries: Deliveries
    user: User
    look_s: float = 2.0
    touched: dict[str, Values] = field(default_factory=dict)
    """What they chose in messages, by the message's time."""

    @property
    def id(self) -> str:
        """Their user id."""
        return self.user.id

    async def posts(
        self,
        channel: Channel | str,
        text: str,
        *,
        thread_ts: At = "",
        files: Sequence[Upload] = (),
        broadcast: bool = False,
    ) -> Message:
        """Types a message; "@ines", "#support", addresses and < > & become what Slack makes of them."""
        place = self._place(channel)
        if self.id not in place.members or place.is_archived:
            raise Failed(f"{self.user.name} cannot write in {place.name}.")
        text = wired(self.world, text)
        message = Message(self.world.new_ts(), place.id, self.id, text, rich(text), client_msg_id=str(uuid.uuid4()))
        message.thread_ts, message.files = _ts(thread_ts), [self._uploads(file) for file in files]
        if files:
            message.subtype = "file_share"
        elif broadcast:
            message.subtype = "thread_broadcast"
        return post(self.world, message)

    def _uploads(self, upload: Upload) -> str:
        file = File(self.world.new_id("F"), upload.name, len(upload.content), self.id, int(self.world.clock()))
        file.content = upload.content
        self.world.files[file.id] = file
        return file.id

    async def edits(self, message: At, text: str) -> Message:
        """Changes what they said."""
        text = wired(self.world, text)
        return edit(self.world, self.world.find(_ts(message)), text=text, blocks=rich(text))

    async def deletes(self, message: At) -> None:
        """Deletes a message."""
        remove(self.world, self.world.find(_ts(message)))

    async def reacts(self, channel: Channel | str, message: At, emoji: str) -> None:
        """Puts a reaction under a message."""
        react(self.world, self._message(channel, message), emoji, self.id)

    async def unreacts(self, channel: Channel | str, message: At, emoji: str) -> None:
        """Takes a reaction away."""
        react(self.world, self._message(channel, message), emoji, self.id, added=False)

    async def joins(self, channel: Channel | str) -> None:
        """Comes into a channel."""
        enter(self.world, self._place(channel), self.user)

    async def leaves(self, channel: Channel | str) -> None:
        """Goes out of a channel."""
        leave(self.world, self._place(channel), self.user, actor=self.id)

    async def invites(self, channel: Channel | str, name: str) -> None:
        """Brings somebody, or the app, into a channel."""
        enter(self.world, self._place(channel), self.world.user(name), inviter=self.id)

    async def removes(self, channel: Channel | str, name: str) -> None:
        """Throws somebody, or the app, out of a channel."""
        leave(self.world, self._place(channel), self.world.user(name), actor=self.id)

    async def archives(self, channel: Channel | str, *, again_open: bool = False) -> None:
        """Archives a channel, or brings it back."""
        place = self._place(channel)
        place.is_archived = not again_open
        events.channel_changed(self.world, place, "unarchive" if again_open else "archive", self.id)

    async def makes_private(self, channel: Channel | str) -> None:
        """Makes a channel private: its members stay in it, the app, too; nobody else sees it any more."""
        self._place(channel).is_private = True

    async def deletes_channel(self, channel: Channel | str) -> None:
        """Deletes a channel with all in it."""
        place = self._place(channel)
        events.channel_changed(self.world, place, "deleted", self.id)
        del self.world.channels[place.id]

    async def changes(self, **traits: Any) -> None:
        """Changes their profile or membership: real_name="…", is_admin=True, deleted=True."""
        for name, value in traits.items():
            setattr(self.user, name, value)
        events.user_changed(self.world, self.user)

    async def types(self, channel: Channel | str, line: str, *, look_s: float | None = None) -> Seen:
        """Types a slash command into a channel's own field (threads have none); returns what appears."""
        name, _, text = line.partition(" ")
        commands = self.world.app.commands
        if "commands" not in self.world.app.scopes or (commands is not None and name not in commands):
            return Seen(failed=f"{name} is not a valid command")
        if commands is not None and commands[name]:
            line = f"{name} {escaped(self.world, text)}"
        place = self._place(channel)
        payload = payloads.command(self.world, self.user, place, line)
        hook = Hook(self.id, place.id, self.world.clock())
        return await self._does("slash_commands", payload, look_s, hook=hook)

    async def presses(self, channel: Channel | str, message: At, button: str, *, look_s: float | None = None) -> Seen:
        """Presses a button of a message, an ephemeral one, too, by label or action_id."""
        found = self._message(channel, message)
        return await self._acts(found, acted(*find(found.blocks, button), {}), look_s)

    async def chooses(
        self, channel: Channel | str, message: At, what: str, choice: Any, *, look_s: float | None = None
    ) -> Seen:
        """Chooses from a select, overflow, date picker … of a message: options by label, people by name."""
        found = self._message(channel, message)
        block, element = find(found.blocks, what)
        value = await self._value(block, element, choice, found)
        if element["type"] not in STATELESS:
            touched = self.touched.setdefault(found.ts, {})
            touched.setdefault(block["block_id"], {})[element["action_id"]] = value
        return await self._acts(found, acted(block, element, value), look_s)

    async def _acts(self, message: Message, action: Wire, look_s: float | None) -> Seen:
        state = initial(message.blocks)
        for block_id, actions in self.touched.get(message.ts, {}).items():
            state.setdefault(block_id, {}).update(actions)
        action["action_ts"] = self.world.new_ts()
        payload = payloads.in_message(self.world, self.user, message, action, state)
        return await self._does("interactive", payload, look_s)

    async def _value(self, block: Wire, element: Wire, choice: Any, at: Message | View) -> Wire:
        if element["type"].endswith("external_select"):
            choice = await suggested(self.world, self.deliveries, self.user, block, element, choice, at=at)
        return chosen(self.world, element, choice)

    async def uses_shortcut(
        self, callback_id: str, channel: Channel | str = "", message: At = "", *, look_s: float | None = None
    ) -> Seen:
        """Uses a shortcut, of a message if there is one."""
        if message:
            found = self._message(channel, message)
            payload = payloads.message_shortcut(self.world, self.user, found, callback_id)
        else:
            payload = payloads.shortcut(self.world, self.user, callback_id)
        return await self._does("interactive", payload, look_s)

    async def opens_home(self, *, look_s: float | None = None) -> View | None:
        """Looks at the app's home tab; returns the view the app has published once it heard of it."""
        since, before = len(self.world.sights), self.world.homes.get(self.id)
        view = view_wire(self.world, before) if before else None
        events.home_opened(self.world, self.user, "home", self.world.dm(self.user), view)
        await look(self.world, self.user, since, within_s=self.look_s if look_s is None else look_s)
        return self.world.homes.get(self.id)

    async def _does(self, kind: str, payload: Wire, look_s: float | None, *, hook: Hook | None = None) -> Seen:
        since, failed = len(self.world.sights), ""
        try:
            answer = await self.deliveries.ask(kind, payload)
            if hook is not None and (answer.get("text") or answer.get("blocks")):
                respond(self.world, hook, answer)
        except Undelivered as failure:
            failed = "operation_timeout" if "timeout" in failure.reason else "dispatch_failed"
        within_s = self.look_s if look_s is None else look_s
        return await look(self.world, self.user, since, within_s=within_s, failed=failed)

    async def presses_in(self, view: View, button: str, *, look_s: float | None = None) -> Seen:
        """Presses a button in a modal or home tab."""
        block, element = find(view.body["blocks"], button)
        return await self._acts_in(view, acted(block, element, {}), look_s)

    async def chooses_in(self, view: View, what: str, choice: Any, *, look_s: float | None = None) -> Seen:
        """Chooses in a modal or home tab; in input blocks the app hears only where it asked to (dispatch_action)."""
        block, element = find(view.body["blocks"], what)
        value = await self._value(block, element, choice, view)
        if element["type"] not in STATELESS:
            view.values[block["block_id"]][element["action_id"]] = value
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Seen()
        return await self._acts_in(view, acted(block, element, value), look_s)

    async def _acts_in(self, view: View, action: Wire, look_s: float | None) -> Seen:
        self._must_see(view)
        action["action_ts"] = self.world.new_ts()
        return await self._does("interactive", payloads.in_view(self.world, self.user, view, action), look_s)

    async def submits(
        self, view: View | None, values: Mapping[str, Any] | None = None, *, look_s: float | None = None
    ) -> Submitted:
        """Fills a modal, by labels or ids, and sends it."""
        if view is None:
            raise Failed("There is no modal to submit.")
        self._must_see(view)
        for name, given in (values or {}).items():
            block, element = find(view.body["blocks"], name, but=frozenset({"button"}))
            value = await self._value(block, element, given, view)
            view.values[block["block_id"]][element["action_id"]] = value
        within_s = self.look_s if look_s is None else look_s
        return await submit(self.world, self.deliveries, self.user, view, within_s=within_s)

    async def closes(self, view: View, *, all_of_them: bool = False) -> None:
        """Closes a modal, or the whole stack; the app hears if it asked to (notify_on_close)."""
        self._must_see(view)
        stack, all_of_them = self.world.modals[self.id], all_of_them or view.body.get("clear_on_close", False)
        gone = list(stack) if all_of_them else [view]
        self.world.modals[self.id] = [one for one in stack if one not in gone]
        for one in gone:
            if one.body.get("notify_on_close"):
                payload = payloads.closed(self.world, self.user, one, all_of_them=all_of_them)
                await self._does("interactive", payload, 0.0)

    def _must_see(self, view: View) -> None:
        stack = self.world.modals.get(self.id, [])
        if view.body["type"] == "modal" and (not stack or stack[-1] is not view):
            raise Failed("That modal is not the one they have before them.")

    def _message(self, channel: Channel | str, message: At) -> Message:
        """A message they have before them in that channel."""
        found, place = self.world.find(_ts(message)), self._place(channel)
        if found.channel != place.id or self.id not in place.members or found.to not in ("", self.id):
            raise Failed(f"{self.user.name} sees no such message in {place.name}.")
        return found

    def _place(self, channel: Channel | str) -> Channel:
        if isinstance(channel, Channel):
            return channel
        if channel.lstrip("@") == self.world.app.name:
            return self.world.dm(self.user)
        return self.world.channel(channel)


def _ts(message: At) -> str:
    return message.ts if isinstance(message, Message) else message
