"""What goes wrong on purpose: calls that fail or lose their answers, updates that come twice, late or broken."""

from dataclasses import dataclass, field
from typing import Literal

from tests.platforms.telegram_errors import Json
from tests.platforms.telegram_world import Bot, Message

Trouble = Literal["answer_lost", "dropped", "slow", "flood", "status"]


@dataclass
class Fault:
    """A trouble for the next `times` calls of a method ("*": any)."""

    method: str
    trouble: Trouble
    times: int
    number: float = 0
    """Seconds of a slow answer, retry_after of a flood, or the HTTP status."""


@dataclass
class Faults:
    """The troubles still to come."""

    coming: list[Fault] = field(default_factory=list)

    def lose_answer(self, method: str = "*", *, times: int = 1) -> None:
        """It happens, then the connection drops."""
        self.coming.append(Fault(method, "answer_lost", times))

    def drop(self, method: str = "*", *, times: int = 1) -> None:
        """The connection drops before anything happens."""
        self.coming.append(Fault(method, "dropped", times))

    def slow(self, seconds: float, method: str = "*", *, times: int = 1) -> None:
        """It happens at once; the answer takes that long."""
        self.coming.append(Fault(method, "slow", times, seconds))

    def fail(self, status: int, method: str = "*", *, times: int = 1) -> None:
        """An answer of 500 or 502 before anything happens."""
        self.coming.append(Fault(method, "status", times, status))

    def flood(self, method: str = "*", *, retry_after: int = 1, times: int = 1) -> None:
        """429, and whoever does not wait meets it again until the time is over."""
        self.coming.append(Fault(method, "flood", times, retry_after))

    def next(self, method: str) -> Fault | None:
        """The trouble this call meets."""
        for fault in self.coming:
            if fault.method.lower() in (method.lower(), "*") and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    # Updates.

    def deliver_twice(self, bot: Bot, *, times: int = 1) -> None:
        """The next updates come once more after they were confirmed, under the same number."""
        bot.inbox.to_repeat += times

    def duplicate(self, bot: Bot, *, times: int = 1) -> None:
        """The next updates come under two numbers each."""
        bot.inbox.to_double += times

    def replay(self, bot: Bot, updates: int = 10) -> None:
        """Telegram was started again: the last confirmed updates come once more, whatever the offset says."""
        bot.inbox.replay(updates)

    def edit_first(self, bot: Bot) -> None:
        """The next message is held back until an edit has come."""
        bot.inbox.holds_message = True

    def unknown_kind(self, bot: Bot) -> None:
        """An update of a kind nobody knows yet."""
        bot.inbox.put_raw({"telepathy": {"id": "1", "thought": "…"}})

    def missing_fields(self, bot: Bot) -> None:
        """Updates whose objects lack what they must have."""
        broken: list[Json] = [{"message": {"message_id": 1}}, {"callback_query": {}}, {"message": None}, {}]
        for body in broken:
            bot.inbox.put_raw(body)

    def unknown_content(self, bot: Bot, like: Message) -> None:
        """A message that bears something new, which this Bot API does not tell yet."""
        body: Json = {"message_id": like.id + 100_000, "date": like.at, "hologram": {"file_id": "X"}}
        people = {"id": like.sender.id, "is_bot": False, "first_name": like.sender.first_name}
        chat = {"id": like.chat.id, "type": like.chat.kind, "first_name": like.sender.first_name}
        bot.inbox.put_raw({"message": body | {"from": people, "chat": chat}})

    def huge(self, bot: Bot, like: Message, *, characters: int = 1_000_000) -> None:
        """A message with far more words and far longer names than there can be."""
        person = {"id": like.sender.id, "is_bot": False, "first_name": "A" * characters}
        chat = {"id": like.chat.id, "type": like.chat.kind, "first_name": "A" * characters}
        words: Json = {"message_id": like.id + 200_000, "date": like.at, "text": "x" * characters}
        bot.inbox.put_raw({"message": words | {"from": person, "chat": chat}})
