"""Answers an interaction once and in time: at once, or later where it takes longer; one that expired is explained."""

import logging
import time
from datetime import datetime

from bot.discord.inbound import moment
from bot.discord.rest import Rest, Wire
from bot.discord.sending import Sending
from bot.discord.shapes import Post
from bot.discord.troubles import Away, Refused
from core.errors import DeskbellError

log = logging.getLogger(__name__)

_SAY, _LATER, _CHOICES, _FORM = 4, 5, 8, 9
_EPHEMERAL = 1 << 6
_DEFER_S, _WAITS_S = 1.5, 3.0
"""How old an interaction may be before Discord is told that its answer comes later, and how long Discord waits: what
is left is for the way there. One that seems older than that, or not made yet, tells that our clock is wrong."""


class Expired(Exception):
    """Discord waits for no answer to this any more."""


class Reply:
    """The one answer to an interaction; for the eyes of who did it alone."""

    def __init__(self, rest: Rest, sending: Sending, interaction: Wire, *, now: datetime) -> None:
        self._rest, self._sending = rest, sending
        self._id, self._token = str(interaction["id"]), str(interaction["token"])
        self._app = str(interaction["application_id"])
        self.is_deferred = self.is_expired = False
        self._defer_at = time.monotonic() + _DEFER_S - _age_s(self._id, now)

    @property
    def is_late(self) -> bool:
        """Whether it cannot be answered at once any more: no form can be opened."""
        return self.is_deferred or self.is_expired

    def left_s(self) -> float:
        """How long one may still wait before Discord is told that the answer comes later."""
        return max(0.0, self._defer_at - time.monotonic())

    async def later(self) -> None:
        """Says that the answer comes later (“is thinking”); one that expired meanwhile is noted."""
        if self.is_late:
            return
        try:
            await self._callback({"type": _LATER, "data": {"flags": _EPHEMERAL}})
        except (Expired, Away, TimeoutError):
            self.is_expired = True
        else:
            self.is_deferred = True

    async def form(self, modal: Wire) -> None:
        """Opens a form. Raises Expired."""
        await self._callback({"type": _FORM, "data": modal})

    async def choices(self, found: list[Wire]) -> None:
        """Offers values. Raises Expired."""
        await self._callback({"type": _CHOICES, "data": {"choices": found}})

    async def say(self, post: Post) -> None:
        """Answers. Raises Expired where nobody sees it."""
        body = post.body() | {"flags": post.flags | _EPHEMERAL}
        if self.is_expired:
            raise Expired
        if not self.is_deferred:
            await self._callback({"type": _SAY, "data": body}, post)
            return
        try:
            await self._rest.ask(
                "PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original", webhook_id=self._app,
                webhook_token=self._token, body=body, files=post.files,
            )  # fmt: skip
        except DeskbellError as error:
            raise Expired from error

    async def _callback(self, body: Wire, post: Post | None = None) -> None:
        try:
            await self._rest.ask(
                "POST", "/interactions/{webhook_id}/{webhook_token}/callback", webhook_id=self._id,
                webhook_token=self._token, body=body, files=post.files if post is not None else (),
            )  # fmt: skip
        except Refused as error:
            log.warning("discord: interaction %s was not answered in time (%s)", self._id, error.code)
            raise Expired from error

    async def explain(self, account: str, post: Post) -> None:
        """Says directly what could not be said where it was asked."""
        try:
            channel = await self._sending.dm(account)
            body = post.body()
            await self._rest.ask(
                "POST", "/channels/{channel_id}/messages", channel_id=channel, body=body, files=post.files
            )  # fmt: skip
        except DeskbellError as error:
            log.warning("discord: interaction %s stays unexplained: %s", self._id, error)


def _age_s(id_: str, now: datetime) -> float:
    """How long ago an interaction was made; nothing where the clocks contradict each other."""
    age_s = (now - moment(id_)).total_seconds()
    return age_s if 0 <= age_s <= _WAITS_S else 0.0
