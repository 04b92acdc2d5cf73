"""What Slack refuses, as errors that know how they are answered: each says what to do, none holds a token."""

from datetime import timedelta

from slack_sdk.errors import SlackApiError

from core.errors import DeskbellError, PermanentError, TemporaryError
from core.show import Text, text

AWAY = timedelta(seconds=5)
"""How long is waited while Slack cannot be reached; such waiting is no failed try, however long it lasts."""
_SOON = timedelta(seconds=1.2)
"""The shortest pause that is kept as one Slack has asked for."""
_WHILE_KEYS_ARE_WRONG = timedelta(seconds=30)
_WHILE_A_CHANNEL_IS_SHUT = timedelta(minutes=2)

KEYS = frozenset(
    ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type")
)
"""The bot token is worth nothing."""
GONE = frozenset(("message_not_found", "thread_not_found", "cant_update_message", "invalid_thread_ts"))
"""What was to be changed or answered is not there any more."""
NO_DM = frozenset(
    ("cannot_dm_bot", "user_disabled", "user_not_found", "users_not_found", "messages_tab_disabled", "user_not_visible")
)
"""Somebody takes no direct messages."""
_UNKNOWN = frozenset(("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"))
"""Slack stumbled: whether it did what was asked nobody knows."""


class LostThread(PermanentError):
    """A thread's root is gone from Slack."""

    def __init__(self) -> None:
        super().__init__(text("The thread is gone from Slack."))


class ShutChannel(TemporaryError):
    """A channel is archived, gone, or the app is not in it; what is for it waits until that is put right."""

    def __init__(self, code: str) -> None:
        super().__init__(_SHUT[code], retry_after=_WHILE_A_CHANNEL_IS_SHUT)
        self.code = code


_INVITE: Text = text("The app is not in this Slack channel any more. Invite it again: /invite @deskbell")
_SHUT: dict[str, Text] = {
    "channel_not_found": text(
        "Slack does not show this channel to the app: it was deleted, or made private without the app in it. "
        "Invite the app, or type “/ticket desk setup” in another channel."
    ),
    "is_archived": text("This Slack channel is archived. Unarchive it, or type “/ticket desk setup” in another one."),
    "is_inactive": text("This Slack channel is archived. Unarchive it, or type “/ticket desk setup” in another one."),
    "not_in_channel": _INVITE,
    "restricted_action": text("The app may not post in this Slack channel. Allow it in the channel's settings."),
}


class WrongKeys(TemporaryError):
    """Slack takes the token no more; everything waits until there is another."""

    def __init__(self, code: str) -> None:
        said = text(
            "Slack refuses the bot token ({code}). Install the app again and put the new token into "
            "SLACK_BOT_TOKEN: deskbell connect slack", code=code,
        )  # fmt: skip
        super().__init__(said, retry_after=_WHILE_KEYS_ARE_WRONG)


class WrongAppToken(TemporaryError):
    """Slack opens no connection for the app-level token; nothing is heard until there is another."""

    def __init__(self, code: str) -> None:
        said = text(
            "Slack refuses the app-level token ({code}), so nothing is heard. Generate one with the scope "
            "connections:write and put it into SLACK_APP_TOKEN: deskbell connect slack", code=code,
        )  # fmt: skip
        super().__init__(said, retry_after=_WHILE_KEYS_ARE_WRONG)


class MissingScope(TemporaryError):
    """The app may not do something it needs; what needs it waits until it may."""

    def __init__(self, scope: str) -> None:
        said = text(
            "The Slack app lacks the scope {scope}. Add it under OAuth & Permissions, then install the app again.",
            scope=scope,
        )
        super().__init__(said, retry_after=_WHILE_KEYS_ARE_WRONG)
        self.scope = scope


class SlackAway(TemporaryError):
    """Slack cannot be reached, or stumbles."""

    def __init__(self) -> None:
        super().__init__(text("Slack cannot be reached."), retry_after=AWAY)


class AskedToWait(TemporaryError):
    """Slack is asked too often; it says for how long it wants to be left alone."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(text("Slack asks to wait."), retry_after=retry_after)


def code_of(error: SlackApiError) -> str:
    """Slack's own word for what went wrong; nothing where it did not answer properly."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def meaning(error: SlackApiError) -> DeskbellError | None:
    """What a refusal means for what was to be sent; None where nobody knows whether it was done."""
    code, status = code_of(error), getattr(error.response, "status_code", 0)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return AskedToWait(_asked(error))
    if status >= 500 or not code or code in _UNKNOWN:
        return None
    if code in KEYS:
        return WrongKeys(code)
    if code == "missing_scope":
        return MissingScope(str(error.response.get("needed", "?")))
    if code in GONE:
        return LostThread()
    if code in _SHUT:
        return ShutChannel(code)
    return PermanentError(text("Slack does not take it: {code}", code=_detailed(error, code)))


def _asked(error: SlackApiError) -> timedelta:
    """How long Slack wants us to wait, and a little longer: it counts whole seconds."""
    try:
        seconds = float(error.response.headers.get("Retry-After", 1))
    except (ValueError, AttributeError):
        seconds = 1.0
    return max(_SOON, timedelta(seconds=seconds + 0.2))


def _detailed(error: SlackApiError, code: str) -> str:
    said = error.response.get("response_metadata", {}).get("messages", [])
    return "; ".join([code, *(str(each) for each in said[:3])])[:250]
