"""Somebody at their Slack client: what they see of the desk in a channel and its threads, and what they do there."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.slack.sending import SIGNS
from tests.contracts.desk import PATIENCE_S
from tests.contracts.room import Answer, Item, Shown
from tests.platforms import slack_interactions as payloads
from tests.platforms.fake_slack import FakeSlack, Message, Person
from tests.platforms.slack_blocks import elements_of, shown
from tests.platforms.slack_forms import acted
from tests.platforms.slack_seeing import Seen
from tests.platforms.slack_world import Channel, Wire

MARKS = {emoji: mark.value for mark, emoji in SIGNS.items()}
_SIDES = {":bust_in_silhouette:": "customer", ":speech_balloon:": "agent", ":memo:": "note"}


@dataclass
class Office:
    """A workspace with one team's channel, and what was handed in there by its key."""

    slack: FakeSlack
    channel: Channel
    lines: dict[str, Message] = field(default_factory=dict)
    presses: dict[str, Wire] = field(default_factory=dict)


@dataclass
class SlackSeat:
    """A seat in a team's channel."""

    office: Office
    person: Person

    async def leaves(self) -> None:
        """Closes Slack."""

    async def cards(self) -> list[Shown]:
        """The roots of the channel's threads."""
        roots = [m for m in self.office.channel.messages if not m.is_reply and m.app_id and _title(m)]
        return [Shown(_title(m), _facts(m), buttons_of(m), m.ts) for m in roots]

    async def thread(self, name: str) -> list[Item]:
        """A thread without its root and without what only happened."""
        items: list[Item] = []
        for message in self.office.slack.thread(name)[1:]:
            items += list(_items(message, self.office.slack))
        return items

    async def says(self, thread: str, words: str, *, key: str = "") -> Answer | None:
        """Reads what is there, then writes in a thread; waits until the line is marked or answered."""
        slack, before = self.office.slack, len(self.office.slack.world.ephemerals)
        await _until(lambda: any(m.app_id for m in slack.thread(thread)[1:]))
        message = self.office.lines.get(key) if key else None
        if message is not None:
            self._again(message)
        else:
            message = await self.person.posts(self.office.channel, words, thread_ts=thread)
            if key:
                self.office.lines[key] = message
        await _until(lambda: _mark(message, slack) or self._answers(before), within_s=PATIENCE_S)
        if not _mark(message, slack):
            await _until(lambda: _mark(message, slack), within_s=0.5)
        elif words.startswith("!r"):  # its Undo is a message of its own, which may come after the mark
            await _until(lambda: self._answers(before), within_s=2)
        answers = self._answers(before)
        return answer_of(answers, slack) if answers else None

    def _again(self, message: Message) -> None:
        """Slack sends the same event once more."""
        deliveries = self.office.slack.deliveries
        for payload in [*deliveries.taken, *deliveries.lost]:
            event = payload["event"]
            if event["type"] == "message" and event["ts"] == message.ts and not event.get("subtype"):
                deliveries.tell(payload)
                return

    def _answers(self, before: int) -> list[Message]:
        return [m for m in self.office.slack.world.ephemerals[before:] if m.to == self.person.id]

    async def types(self, line: str) -> Answer:
        """Types a slash command."""
        return seen(await self.person.types(self.office.channel, f"/ticket {line}", look_s=PATIENCE_S))

    async def presses(self, button: str, *, key: str = "") -> Answer:
        """Presses a button of the channel by the line it hands in."""
        payload = self.office.presses.get(key) if key else None
        if payload is None:
            payload = self._press(button)
        if key:
            self.office.presses[key] = payload
        before = len(self.office.slack.world.ephemerals)
        what = await self.person._does("interactive", payload, 0.5)
        await _until(lambda: what.failed or self._answers(before), within_s=0.5 if key else PATIENCE_S)
        answers = self._answers(before)
        return answer_of(answers, self.office.slack) if answers else seen(what)

    def _press(self, line: str) -> Wire:
        for message in reversed([*self.office.channel.messages, *self.office.slack.world.ephemerals]):
            for block in message.blocks:
                for element in elements_of(block):
                    if element.get("value") == line and message.to in ("", self.person.id):
                        action = acted(block, element, {}) | {"action_ts": self.person.world.new_ts()}
                        return payloads.in_message(self.person.world, self.person.user, message, action, {})
        raise LookupError(f"nobody offers {line!r}")


async def _until(true: Callable[[], object], within_s: float = 5.0) -> None:
    try:
        async with asyncio.timeout(within_s):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    except TimeoutError:
        pass


def seen(what: Seen) -> Answer:
    """What somebody saw after a deed."""
    buttons: dict[str, str] = {}
    for message in what.messages:
        buttons |= buttons_of(message)
    return Answer(what.text + what.failed, buttons)


def answer_of(messages: list[Message], slack: FakeSlack) -> Answer:
    """Messages for one reader as one answer."""
    buttons: dict[str, str] = {}
    for message in messages:
        buttons |= buttons_of(message)
    return Answer("\n".join(slack.shown(message) for message in messages), buttons)


def buttons_of(message: Message) -> dict[str, str]:
    """The buttons of a message and what each hands in."""
    found = [e for block in message.blocks for e in elements_of(block) if e["type"] == "button"]
    return {element["text"]["text"]: element["value"] for element in found}


def _title(message: Message) -> str:
    return next((block["text"]["text"] for block in message.blocks if block["type"] == "header"), "")


def _facts(message: Message) -> dict[str, str]:
    facts: dict[str, str] = {}
    for block in message.blocks:
        if block["type"] == "rich_text":
            label = ""
            for part in block["elements"][0]["elements"]:
                if part.get("style", {}).get("bold"):
                    label = part["text"].strip().rstrip(":")
                    facts[label] = ""
                elif label:
                    facts[label] = (facts[label] + str(part.get("text") or part.get("url") or "")).rstrip()
    return facts


def _mark(message: Message, slack: FakeSlack) -> str:
    found = [MARKS[name] for name, users in message.reactions.items() if slack.app.bot_user in users and name in MARKS]
    return found[-1] if found else ""


def _items(message: Message, slack: FakeSlack) -> list[Item]:
    if message.app_id:
        side = _SIDES.get(message.icons.get("emoji", ""), "")
        words = [shown(_only(message, block)) for block in message.blocks if block["type"] == "rich_text"]
        return [Item(side, "", message.username, each) for each in words] if side else []
    mark = _mark(message, slack)
    side = "note" if mark == "note" else "agent"
    return [Item(side, mark, slack.world.users[message.user].name, _typed(message.text))]


def _only(message: Message, block: Wire) -> Message:
    return Message(message.ts, message.channel, blocks=[block])


def _typed(text: str) -> str:
    plain = re.sub(r"<(?:[^<>|]*\|)?([^<>]*)>", r"\1", text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


async def office(slack: FakeSlack, types: Any = None) -> Office:
    """A workspace with a team's channel, its admin in it."""
    slack.add_user("boss", is_admin=True)
    return Office(slack, slack.add_channel("support", "boss"))
