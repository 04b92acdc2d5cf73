"""Slack as a room: hears over Socket Mode or signed HTTP, shows what the outbox hands over, alone in its workspace."""

import asyncio
import logging
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.commands.call import Surroundings
from bot.commands.ticket.replying import held_answer
from bot.hearing import Heard, Hearing
from bot.slack import connecting, home, looking, losses
from bot.slack.acting import Acting
from bot.slack.answering import Answering
from bot.slack.door import Door
from bot.slack.keepingup import KeepingUp
from bot.slack.listening import Listening
from bot.slack.pace import Rates
from bot.slack.parts import Parts
from bot.slack.people import People
from bot.slack.sending import Sending, is_repeatable
from bot.slack.settings import Section
from bot.slack.sockets import Sockets, knock
from bot.slack.troubles import LostThread, MissingScope, ShutChannel, SlackAway, WrongAppToken, WrongKeys
from bot.slack.web import UNKNOWN, Me, Web, asking
from bot.wiring import Wiring
from core import leases, threads
from core.actor import SYSTEM
from core.connector import Finding, Found, Sent, Severity
from core.desk import Desk
from core.errors import DeskbellError, StoreBusy, TemporaryError
from core.room import Mark, Marked, Posting
from core.show import Answer, Text, text

log = logging.getLogger(__name__)

_LEASE = "room:slack"
_BOT, _APP = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
_AGAIN_S = 15.0
_PATIENCE_S = 5.0
"""How long something to be sent waits for who we are."""
_LARGEST_REQUEST = 1_000_000
_TOLD_AGAIN_S = 3_600.0


class SlackRoom:
    """The desk in Slack."""

    name = "slack"
    is_pushed = True

    def __init__(self, wiring: Wiring, section: Section) -> None:
        self._section, self._desks = section, wiring.desks
        self._holder = "alone" if wiring.is_embedded else uuid.uuid4().hex
        web = Web(section)
        sending, people = Sending(web, wiring), People(web)
        hearing = Hearing(wiring.desks, self.name, wiring.commands, self._describe)
        answering = Answering(web, sending, wiring.commands)
        self._parts = Parts(section, wiring, web, people, hearing, sending, answering)
        self._listening = Listening(self._parts)
        self._listening.look_home = self._look_home
        self._acting = Acting(self._parts, self._listening, self._refresh)
        self._rates = Rates()
        self._me: Me | None = None
        self._door: Door | None = None
        self._sockets: Sockets | None = None
        self._asking = asyncio.Lock()
        self._troubles: dict[str, Text] = {}
        self._homes: set[str] = set()
        self._told: dict[str, float] = {}

    def routes(self) -> Sequence[Any]:
        """Where Slack calls us; nothing in Socket Mode, and nothing while no secret could prove that it is Slack."""
        if self._section.by_socket or not self._section.signing_secret:
            return ()
        return (Route("/slack/events", self._called, methods=["POST"]),)

    async def _called(self, request: Request) -> Response:
        if self._door is None:
            return PlainTextResponse("starting", 503)
        size = request.headers.get("content-length", "")
        if not size.isdigit() or int(size) > _LARGEST_REQUEST:
            return PlainTextResponse("too large", 413)
        return await AsyncSlackRequestHandler(self._door.app).handle(request)

    async def run(self) -> None:
        """Works in the workspace until cancelled; waits while another does, or while the keys are wrong."""
        try:
            while True:
                await self._take_lease()
                me = await self._who()
                if me is None or not await self._is_let_in():
                    await asyncio.sleep(_AGAIN_S)
                    continue
                await self._work(me)
        finally:
            await self._parts.web.close()
            with suppress(DeskbellError):
                await self._desks.change(SYSTEM, lambda desk: leases.give_back(desk, _LEASE, self._holder))

    async def is_connected(self) -> bool:
        """By a connection; where Slack calls us, whether it answers us."""
        if self._door is None:
            return False
        if self._sockets is not None:
            return await self._sockets.are_open()
        try:
            await self._parts.web.me()
        except Exception as error:  # whatever the network raises
            log.info("slack does not answer: %s", type(error).__name__)
            return False
        return True

    async def _take_lease(self) -> None:
        while not await self._hold():
            self._has_trouble(_ANOTHER, about="")
            await asyncio.sleep(_AGAIN_S / 3)
        self._troubles.pop("", None)

    async def _hold(self) -> bool:
        return await self._desks.change(SYSTEM, lambda desk: leases.hold(desk, _LEASE, self._holder))

    async def _keep_lease(self) -> None:
        """Renews the lease; while the store is busy it lasts for a while yet."""
        while True:
            await asyncio.sleep(leases.RENEW_S)
            with suppress(StoreBusy):
                if not await self._hold():
                    raise TemporaryError(_ANOTHER)

    async def _who(self) -> Me | None:
        """Who we are in Slack; None while it refuses our keys or cannot be reached, which is said once."""
        try:
            me = await self._parts.web.me()
        except DeskbellError as error:
            self._has_trouble(error.said)
            return None
        except Exception as error:  # whatever the network raises
            self._has_trouble(text("Slack cannot be reached ({why}).", why=type(error).__name__))
            return None
        self._me = me
        self._troubles.pop(_BOT, None)
        return me

    async def _is_let_in(self) -> bool:
        """Whether Slack opens connections for us; a refusal of the app-level token is said once."""
        if self._section.by_socket:
            try:
                await knock(self._section)
            except WrongAppToken as error:
                self._has_trouble(error.said, about=_APP)
                return False
        self._troubles.pop(_APP, None)
        return True

    def _has_trouble(self, said: Text, *, about: str = _BOT) -> None:
        if self._troubles.get(about) != said:
            log.warning("slack: %s", DeskbellError(said))
        self._troubles[about] = said

    async def _work(self, me: Me) -> None:
        """Hears and catches up until the app is removed or something fails."""
        self._door = door = Door(self._parts, self._listening, self._acting, me)
        keeping = KeepingUp(self._parts, self._listening, me)
        sockets = Sockets(door.app, self._section, keeping.said_hello) if self._section.by_socket else None
        self._sockets = sockets
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._keep_lease()), group.create_task(keeping.run(sockets))]
                if sockets is not None:
                    tasks.append(group.create_task(sockets.open()))
                await door.removed.wait()
                for task in tasks:
                    task.cancel()
        finally:
            self._door = self._sockets = None
            if sockets is not None:
                await sockets.close()
            await door.close()

    async def _describe(self, place: str, account: str) -> Surroundings:
        return await self._parts.people.describe(place, account, await self._known())

    async def _known(self) -> Me:
        """Who we are in Slack, asked for once, with or without the lease: every process sends."""
        if self._me is None:
            try:
                async with asyncio.timeout(_PATIENCE_S), self._asking:
                    self._me = self._me or await self._parts.web.me()
            except UNKNOWN as error:
                raise SlackAway from error
            self._troubles.pop(_BOT, None)
        return self._me

    async def _look_home(self, account: str) -> None:
        """Somebody opened the app's home."""
        self._homes.add(account)
        await self._publish(account)

    async def _refresh(self, account: str) -> None:
        """Shows the home anew to who has looked at it, after they did something."""
        if account in self._homes:
            await self._publish(account)

    async def _publish(self, account: str) -> None:
        hearing = self._parts.hearing
        actor, voice = await hearing.actor(account), await hearing.voice(account)
        if actor.agent_id is None:
            said = text("You are no agent of this desk yet. Ask an admin to add you, or type: me link CODE")
            view = home.closed_home(said, voice)
        else:
            view = home.home(await self._desks.read(actor, looking.queue), voice)
        async with asking():
            await self._parts.web.client.views_publish(user_id=account, view=view)

    def rest(self, bucket: str) -> timedelta:
        """How long a bucket rests after something was sent through it."""
        return self._rates.rest(bucket)

    async def send(self, posting: Posting) -> Sent:
        """Shows one thing. Somebody is told of a thread or channel that is gone, and the thread goes on elsewhere."""
        try:
            me = await self._known()
            sent = await self._parts.sending.send(posting, me)
            if isinstance(posting.shown, Marked) and posting.shown.mark is Mark.STOPPED:
                await self._ask_writer(posting.place, posting.shown.line)
            return sent
        except LostThread:
            if posting.root is not None and posting.kind in ("card", "say", "line"):
                await self._lose(posting.place, posting.root)
            raise
        except ShutChannel as error:
            how = "archived" if error.code in ("is_archived", "is_inactive") else "left"
            await self._tell_of_channel(posting.place, how)
            raise
        except (WrongKeys, MissingScope) as error:
            self._has_trouble(error.said)
            raise
        except UNKNOWN as error:
            if is_repeatable(posting):
                raise SlackAway from error
            raise

    async def _ask_writer(self, place: str, line: str) -> None:
        """Asks the writer of a line that was stopped whether it is for the customer."""

        def body(desk: Desk) -> tuple[str, str, Answer] | None:
            found = threads.stopped_at(desk, self.name, place, line)
            return None if found is None else (found[0], found[1], held_answer(found[2]))

        asked = await self._desks.read(SYSTEM, body)
        if asked is None:
            return
        account, root, answer = asked
        heard = Heard(await self._parts.hearing.voice(account, place), answer)
        post = await self._parts.answering.post(account, heard, "")
        await self._parts.answering.whisper(place, root, account, post)

    async def _lose(self, place: str, root: str) -> None:
        def body(desk: Desk) -> None:
            thread_id = losses.thread_of(desk, place, root)
            if thread_id is not None:
                losses.lose_thread(desk, thread_id)

        await self._desks.change(SYSTEM, body)

    async def _tell_of_channel(self, place: str, how: str) -> None:
        """Tells of a channel that cannot be used, once an hour."""
        now = time.monotonic()
        if now - self._told.get(place, -_TOLD_AGAIN_S) >= _TOLD_AGAIN_S:
            self._told[place] = now
            key = f"{place}:{self._desks.clock():%Y-%m-%dT%H}"
            await self._desks.change(SYSTEM, lambda desk: losses.lose_channel(desk, place, how, key))

    async def find(self, posting: Posting) -> Sent | Found:
        """Asks Slack whether a posting of unknown fate arrived."""
        try:
            return await self._parts.sending.find(posting, await self._known())
        except UNKNOWN as error:
            raise SlackAway from error

    async def check(self) -> Sequence[Finding]:
        """What is on, and what is wrong as far as it shows without asking Slack."""
        if not self._section.by_socket and not self._section.signing_secret:
            return (Finding(Severity.ERROR, _DEAF, "SLACK_APP_TOKEN"),)
        if self._troubles:
            return [Finding(Severity.ERROR, said, about) for about, said in self._troubles.items()]
        held = await self._desks.read(SYSTEM, lambda desk: leases.is_held(desk, _LEASE))
        found = [Finding(Severity.ON, _HOW[self._section.by_socket])]
        if held and not self._parts.wiring.is_embedded:
            found.append(Finding(Severity.WARNING, text("A running Deskbell works in Slack; another one would wait.")))
        return found

    async def connect(self) -> Sequence[Finding]:
        """Tries the configured keys against Slack."""
        return await connecting.tried_with(self._section)


_ANOTHER = text("Another Deskbell works in this Slack workspace; this one waits until it ends.")
_DEAF = text("Slack has neither an app token nor a signing secret, so nothing is heard: deskbell connect slack")
_HOW = {
    True: text("Slack is on, over Socket Mode."),
    False: text("Slack is on, over signed requests at /slack/events."),
}
