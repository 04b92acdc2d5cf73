"""What comes from Slack, verified by Bolt: done once, and acknowledged only after it is committed."""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack import modals
from bot.slack.acting import Acting, in_time
from bot.slack.deeds import Done
from bot.slack.listening import AppRemoved, Listening
from bot.slack.parts import Parts
from bot.slack.saying import After
from bot.slack.web import PASSING, Me, made_client, quiet_logger
from bot.slack.words import Wire
from core.render import Voice
from core.show import Answer, Button, Text, Tone, text

log = logging.getLogger(__name__)

_REMEMBERED = 4_000
"""Keys of what was done lately: the same envelope again is only acknowledged. What matters is known to the store."""
_REMEMBERED_DEEDS = 500


class Door:
    """One way in for events and interactions, whichever way they come."""

    def __init__(self, parts: Parts, listening: Listening, acting: Acting, me: Me) -> None:
        self._parts, self._listening, self._acting, self._me = parts, listening, acting, me
        self._done: OrderedDict[str, None] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[After | None]] = {}
        self._acted: OrderedDict[str, asyncio.Task[Done]] = OrderedDict()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.removed = asyncio.Event()
        """The app was taken out of the workspace."""
        self.app = self._made_app()

    def _made_app(self) -> AsyncApp:
        """Bolt, for signatures, challenges and envelopes; whose workspace it is, is known already."""
        section, me = self._parts.section, self._me

        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None, team_id=me.team, bot_user_id=me.user, bot_id=me.bot, bot_token=section.bot_token
            )

        app = AsyncApp(
            client=made_client(section), authorize=authorize, signing_secret=section.signing_secret,
            logger=quiet_logger(), ignoring_self_events_enabled=False, name="deskbell",
        )  # fmt: skip
        app.use(self._take)
        return app

    async def _take(self, req: AsyncBoltRequest) -> BoltResponse:
        body: Wire = dict(req.body)
        if body.get("type") == "event_callback":
            return await self._event(body)
        if body.get("team_id", (body.get("team") or {}).get("id", self._me.team)) != self._me.team:
            return BoltResponse(status=200)
        return await self._interaction(body)

    async def _event(self, body: Wire) -> BoltResponse:
        """Acknowledges after the commit; what cannot be kept now is not acknowledged, and Slack repeats it."""
        key = str(body["event_id"])
        if key in self._done:
            return BoltResponse(status=200)
        work = self._under_way.get(key) or self._begin(key, body["event"])
        try:
            after = await asyncio.shield(work)
        except AppRemoved:
            self.removed.set()
            return BoltResponse(status=200)
        except PASSING as error:
            log.warning("slack event %s is not taken in now: %s", key, type(error).__name__)
            return BoltResponse(status=503)
        except Exception:
            log.exception("slack event %s failed", key)
            return BoltResponse(status=500)
        if key not in self._done:
            self._remember(key)
            if after is not None:
                self.spawn(_quietly(after(), key))
        return BoltResponse(status=200)

    def _begin(self, key: str, event: Wire) -> "asyncio.Task[After | None]":
        """Work on an event; its repetitions wait for the same."""
        work = self.spawn(self._listening.take(event, self._me, key))
        self._under_way[key] = work
        work.add_done_callback(lambda _: self._under_way.pop(key, None))
        return work

    def _remember(self, key: str) -> None:
        self._done[key] = None
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Runs something beside the acknowledgement; it is awaited or cancelled when the room ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Lets what is under way end, for a moment, then cancels it."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _interaction(self, body: Wire) -> BoltResponse:
        """Answers in time: with the outcome, or for now with nothing, and the outcome follows. A repetition of the
        same is answered the same."""
        key = _key(body)
        work = self._acted.get(key) if key else None
        is_first = work is None
        if work is None:
            work = self._acted[key] = self.spawn(self._act(body, key))
            if len(self._acted) > _REMEMBERED_DEEDS:
                self._acted.popitem(last=False)
        payload, is_late = await in_time(work, _meanwhile(body))
        if is_first:
            self.spawn(_quietly(_follow(work, is_late=is_late), key))
        return _response(payload)

    async def _act(self, body: Wire, key: str) -> Done:
        """Does it; trouble is told to the one who caused it."""
        try:
            return await self._acting.act(body, self._me)
        except PASSING as error:
            log.warning("slack interaction %s met %s", key, type(error).__name__)
            return self._acting.troubled(body, Answer(_BUSY, buttons=_again(body), tone=Tone.BAD))
        except Exception:
            log.exception("slack interaction %s failed", key)
            return self._acting.troubled(body, Answer(text("That failed here; it was logged."), tone=Tone.BAD))


_BUSY: Text = text("The desk could not do that just now, and nothing was changed. Please try again.")


def _again(body: Wire) -> tuple[Button, ...]:
    """A button that tries the same once more, where there is a line to try."""
    line = next((str(action.get("value", "")) for action in body.get("actions", ())), "")
    return (Button(text("Try again"), line),) if line else ()


def _key(body: Wire) -> str:
    """What an interaction is known by; nothing for what only asks."""
    view = body.get("view") or {}
    match body.get("type"):
        case "view_submission":
            return f"view:{view.get('id')}:{view.get('hash')}:{body.get('trigger_id')}"
        case "block_suggestion":
            return ""
        case _:
            return str(body.get("trigger_id", ""))


def _meanwhile(body: Wire) -> Wire | None:
    """What Slack is answered while something takes longer: a form keeps its words."""
    if body.get("type") != "view_submission":
        return None
    return {"response_action": "update", "view": modals.waiting(body["view"], Voice())}


def _response(payload: Wire | None) -> BoltResponse:
    if payload is None:
        return BoltResponse(status=200)
    return BoltResponse(status=200, body=json.dumps(payload), headers={"content-type": ["application/json"]})


async def _follow(work: "asyncio.Task[Done]", *, is_late: bool) -> None:
    done = await work
    steps: list[Callable[[], Awaitable[None]] | None] = [done.late if is_late else None, done.follow]
    for step in steps:
        if step is not None:
            await step()


async def _quietly(work: Awaitable[None], key: str) -> None:
    """What follows an acknowledgement has nobody to tell its failure to but the log."""
    try:
        await work
    except Exception as error:
        log.warning("what follows %s in slack did not succeed: %s: %s", key, type(error).__name__, error)
