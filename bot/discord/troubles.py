"""What Discord's refusals mean: what is tried again, what never arrives, and what somebody has to do about it."""

from datetime import timedelta

import aiohttp
import discord

from core.errors import DeskbellError, PermanentError, TemporaryError
from core.show import text

UNKNOWN_CHANNEL, UNKNOWN_MEMBER, UNKNOWN_MESSAGE, UNKNOWN_USER, UNKNOWN_EMOJI = 10003, 10007, 10008, 10013, 10014
TOO_MANY_DMS = 40003
NO_ACCESS, NO_DM, NO_PERMISSION, ARCHIVED = 50001, 50007, 50013, 50083
THREAD_THERE, LOCKED, AT_CAP, SLOWED_DOWN = 160004, 160005, 160006, 20016
AWAY_S = 5.0
"""How long we wait before we try a Discord that does not answer again."""
_WHILE_KEYS_ARE_WRONG = timedelta(seconds=60)
_WHILE_A_CHANNEL_IS_SHUT = timedelta(seconds=10)
BESIDE_IT = timedelta(minutes=2)
"""How long each card and mark waits that is for a channel which is shut: there may be hundreds, and Discord shuts out
who is refused ten thousand times in ten minutes."""


class Refused(PermanentError):
    """Discord does not do it; `code` is its own word for why."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(text("Discord does not take it: {why}", why=f"{why} ({code})"[:250]))
        self.code = code


class LostThread(PermanentError):
    """The thread, its first message or its channel is gone there."""

    def __init__(self, code: int) -> None:
        super().__init__(text("It was deleted in Discord."))
        self.code = code


class MadeAgain(TemporaryError):
    """What was being made was deleted meanwhile, where another can be made."""

    def __init__(self) -> None:
        super().__init__(text("It was deleted in Discord while it was made; it is made again."), is_alone=True)


class Crowded(TemporaryError):
    """Discord has no room for it now: too many threads are active, or a channel is slowed down."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.said, retry_after=_WHILE_A_CHANNEL_IS_SHUT)


class Shut(TemporaryError):
    """The bot may not do something where it has to; what is for there waits until it may."""

    def __init__(self, code: int, needs: str) -> None:
        said = text(
            "The Discord bot may not do this here: it lacks the permission “{permission}”. Give it to the bot's role "
            "in the channel's settings: what waits for it is sent then.", permission=needs,
        )  # fmt: skip
        super().__init__(said, retry_after=_WHILE_A_CHANNEL_IS_SHUT)
        self.code, self.needs = code, needs


class WrongToken(TemporaryError):
    """The token is worth nothing (any more)."""

    def __init__(self) -> None:
        said = text(
            "Discord does not know the bot's token. Make a new one in the Developer Portal under Bot, Reset Token, and "
            "put it into DISCORD_TOKEN, or run: deskbell connect discord"
        )
        super().__init__(said, retry_after=_WHILE_KEYS_ARE_WRONG)


class MissingIntents(TemporaryError):
    """The bot may not hear what it has to hear."""

    def __init__(self) -> None:
        said = text(
            "Discord does not let the bot read along: switch on “Server Members Intent” and “Message Content Intent” "
            "in the Developer Portal under Bot, Privileged Gateway Intents."
        )
        super().__init__(said, retry_after=_WHILE_KEYS_ARE_WRONG)


class Away(TemporaryError):
    """Discord cannot be reached: surely nothing arrived."""

    def __init__(self) -> None:
        super().__init__(text("Discord cannot be reached."), retry_after=timedelta(seconds=AWAY_S))


class Unanswered(Exception):
    """Discord's server failed: nobody knows whether it was done."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Discord answered with {status}")
        self.status = status


PASSING = (TemporaryError, OSError, TimeoutError, aiohttp.ClientError, discord.HTTPException, Unanswered)
"""What passes by itself: what met it is read again."""


def meaning(error: discord.HTTPException, needs: str) -> DeskbellError | None:
    """What a refusal means; None where nobody knows whether it was done."""
    code = error.code
    if error.status >= 500:
        return None
    if error.status == 401 and code == 0:
        return WrongToken()
    if error.status == 429:
        return wait(AWAY_S)
    if code in (UNKNOWN_CHANNEL, UNKNOWN_MESSAGE):
        return LostThread(code)
    if code in (NO_ACCESS, NO_PERMISSION):
        return Shut(code, needs)
    if code == TOO_MANY_DMS:
        return wait(60.0)
    return Refused(code, error.text or str(error.status))


def wait(seconds: float) -> TemporaryError:
    """Discord asks to wait: its rates are per thread, so nothing else has to."""
    return TemporaryError(text("Discord asks to wait."), retry_after=timedelta(seconds=seconds + 0.05), is_alone=True)
