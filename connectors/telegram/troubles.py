"""What Telegram's refusals mean. Its errors are not passed on: some name the token."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from core.errors import AddressGone, PermanentError, TemporaryError
from core.show import text

_AWAY = timedelta(seconds=5)
_GONE_CHATS = (
    "chat not found",
    "user is deactivated",
    "bot was kicked",
    "group chat was deactivated",
    "peer_id_invalid",
)
_GONE_POSTS = ("message to edit not found", "message to delete not found", "message_id_invalid")
_AS_IT_IS = "message is not modified"
_FIXED = ("message can't be deleted", "message can't be edited")
_GONE_TOPICS = ("message thread not found", "topic_deleted", "topic_id_invalid")


class WrongToken(PermanentError):
    """Telegram does not know the token."""

    def __init__(self) -> None:
        super().__init__(text("Telegram does not accept the bot's token. Ask @BotFather for it: /mybots, API Token."))


class AnotherPolls(TemporaryError):
    """Somebody else asks Telegram for this bot's messages."""

    def __init__(self) -> None:
        said = text("Another program works with this bot, too. Stop it, or give each a bot of its own.")
        super().__init__(said, retry_after=timedelta(seconds=10))


class TelegramAway(TemporaryError):
    """Telegram cannot be reached, and what was tried was surely not done."""

    def __init__(self) -> None:
        super().__init__(text("Telegram cannot be reached."), retry_after=_AWAY, is_alone=True)


class Shut(AddressGone):
    """The customer blocked the bot, or their account is gone."""

    def __init__(self) -> None:
        super().__init__(text("The customer has blocked the bot or left, or the bot was taken out of the group."))


class PostGone(PermanentError):
    """What is to be changed or taken back is not there any more."""

    def __init__(self) -> None:
        super().__init__(text("The message is not in Telegram any more."))


class PostFixed(PermanentError):
    """What is to be changed or taken back has become too old for it."""

    def __init__(self) -> None:
        super().__init__(text("Telegram cannot change or take back this message any more, it is too old."))


class TopicGone(PermanentError):
    """The topic of a forum something was to be sent to was deleted."""

    def __init__(self) -> None:
        super().__init__(text("The topic is not in the group any more."))


class AskedToWait(TelegramError):
    """Telegram wants no more calls for so long (429)."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__("asked to wait")
        self.pause = pause


class Moved(TelegramError):
    """A group became a supergroup, with another id."""

    def __init__(self, chat_id: int) -> None:
        super().__init__("moved")
        self.chat_id = chat_id


@contextmanager
def asking() -> Iterator[None]:
    """Turns what Telegram refuses into our errors. What nobody can know of is raised as `TimedOut`."""
    try:
        yield
    except TelegramError as error:
        if not _is_so_already(error):
            raise meaning(error) from None


def _is_so_already(error: TelegramError) -> bool:
    """Telegram refuses to change a message into what it says already."""
    return isinstance(error, BadRequest) and _AS_IT_IS in error.message.lower()


def meaning(error: TelegramError) -> Exception:
    """What an error of the SDK's says to us."""
    match error:
        case AskedToWait():
            return TemporaryError(text("Telegram asks to wait."), retry_after=error.pause + timedelta(milliseconds=100))
        case InvalidToken() | EndPointNotFound():
            return WrongToken()
        case Conflict():
            return AnotherPolls()
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Shut()
        case BadRequest():
            return _refused(error.message)
        case NetworkError():
            return TelegramAway() if _was_never_made(error) else TimedOut("Telegram did not answer")
        case _:
            return PermanentError(text("Telegram refuses it: {why}", why=_safe(error.message)))


def _refused(message: str) -> Exception:
    said = message.lower()
    if any(words in said for words in _GONE_CHATS):
        return Shut()
    if any(words in said for words in _GONE_POSTS):
        return PostGone()
    if any(words in said for words in _FIXED):
        return PostFixed()
    if any(words in said for words in _GONE_TOPICS):
        return TopicGone()
    return PermanentError(text("Telegram refuses it: {why}", why=_safe(message)))


def _was_never_made(error: NetworkError) -> bool:
    """A connection that was never made did nothing; of one that broke nobody knows what it did."""
    return type(error.__cause__).__name__ in ("ConnectError", "ConnectTimeout", "PoolTimeout")


def _safe(message: str) -> str:
    """Telegram's own words, without anything that may hold the token."""
    return "?" if "http" in message.lower() or "token" in message.lower() else message[:200]
