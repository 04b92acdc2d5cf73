"""Slack as a room: hears over Socket Mode or signed HTTP, shows what the outbox hands over, alone in its workspace."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import deciding
from bot.alone import Alone
from bot.commands.call import Surroundings
from bot.hearing import Hearing
from bot.losses import Channels, lose_thread, thread_of, waits_alone
from bot.oddities import Oddities
from bot.slack import connecting, losses
from bot.slack.acting import Acting
from bot.slack.answering import Answering
from bot.slack.door import Door
from bot.slack.gaps import Gaps
from bot.slack.homes import Homes
from bot.slack.keepingup import KeepingUp
from bot.slack.listening import Listening
from bot.slack.pace import Rates
from bot.slack.parts import Parts
from bot.slack.people import People
from bot.slack.sending import Sending, is_repeatable
from bot.slack.settings import Section
from bot.slack.sockets import Sockets, knock
from bot.slack.troubles import LostThread, MissingScope, ShutChannel, SlackAway, WrongAppToken, WrongKeys
from bot.slack.web import PASSING, UNKNOWN, Me, Web
from bot.slack.words import Wire
from bot.wiring import Wiring
from core.actor import SYSTEM
from core.connector import Finding, Found, Sent, Severity
from core.desk import Desk
from core.errors import DeskbellError, PermanentError
from core.room import Posting
from core.show import Text, text

log = logging.getLogger(__name__)

_LEASE = "room:slack"
_BOT, _APP = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
_AGAIN_S = 15.0
_PATIENCE_S = 5.0
"""How long something to be sent waits for who we are."""
_LARGEST_REQUEST = 1_000_000


class SlackRoom:
    """The desk in Slack."""

    name = "slack"
    is_pushed = True

    def __init__(self, wiring: Wiring, section: Section) -> None:
        self._section, self._desks = section, wiring.desks
        self._alone = Alone(wiring, _LEASE, _ANOTHER)
        web = Web(section)
        sending, people = Sending(web, wiring), People(web)
        hearing = Hearing(wiring.desks, self.name, wiring.commands, self._describe)
        answering = Answering(web, sending, wiring.commands)
        self._parts = Parts(
            section, wiring, web, people, hearing, sending, answering, Gaps(),
            Oddities(wiring, self.name, PASSING), Channels(wiring.desks, self.name),
        )  # fmt: skip
        homes = Homes(web, wiring.desks, hearing)
        self._listening = Listening(self._parts)
        self._listening.look_home = homes.look
        self._acting = Acting(self._parts, self._listening, homes.refresh)
        self._rates = Rates()
        self._me: Me | None = None
        self._door: Door | None = None
        self._sockets: Sockets | None = None
        self._asking = asyncio.Lock()
        self._troubles: dict[str, Text] = {}

    def routes(self) -> Sequence[Any]:
        """Where Slack calls us; nothing in Socket Mode, and nothing while no secret could prove that it is Slack."""
        if self._section.by_socket or not self._section.signing_secret:
            return ()
        return (Route("/slack/events", self._called, methods=["POST"]),)

    async def _called(self, request: Request) -> Response:
        """Slack calls whichever process it reaches: each commits to the same store."""
        size = request.headers.get("content-length", "")
        if not size.isdigit() or int(size) > _LARGEST_REQUEST:
            return PlainTextResponse("too large", 413)
        try:
            door = self._opened(await self._known())
        except DeskbellError:
            return PlainTextResponse("starting", 503)
        return await AsyncSlackRequestHandler(door.app).handle(request)

    def _opened(self, me: Me) -> Door:
        if self._door is None:
            self._door = Door(self._parts, self._listening, self._acting, me)
        return self._door

    async def run(self) -> None:
        """Works in the workspace until cancelled; waits while another does, or while the keys are wrong."""
        try:
            while True:
                await self._alone.take(_AGAIN_S / 3, lambda said: self._has_trouble(said, about=""))
                self._troubles.pop("", None)
                me = await self._who()
                if me is None or not await self._is_let_in():
                    await asyncio.sleep(_AGAIN_S)
                    continue
                await self._work(me)
        finally:
            await self._shut()
            await self._parts.web.close()
            await self._alone.give_back()

    async def _shut(self) -> None:
        """Nothing is taken in any more; where Slack calls us, its next call opens again."""
        door, self._door = self._door, None
        if door is not None:
            await door.close()

    async def is_connected(self) -> bool:
        """By a connection; where Slack calls us, whether it answers us."""
        if self._section.by_socket:
            return self._sockets is not None and await self._sockets.are_open()
        if self._door is None:
            return False
        try:
            await self._parts.web.me()
        except Exception as error:  # whatever the network raises
            log.info("slack does not answer: %s", type(error).__name__)
            return False
        return True

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
        door, keeping = self._opened(me), KeepingUp(self._parts, self._listening, me)
        sockets = Sockets(door.app, self._section, self._parts.gaps.opens) if self._section.by_socket else None
        self._sockets = sockets

        async def again(event: Wire) -> None:
            await self._listening.again(event, me)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._alone.keep()), group.create_task(keeping.run(sockets)),
                    group.create_task(self._parts.oddities.do_again(again)),
                ]  # fmt: skip
                if sockets is not None:
                    tasks.append(group.create_task(sockets.open()))
                await door.removed.wait()
                for task in tasks:
                    task.cancel()
        finally:
            self._sockets = None
            self._parts.gaps.opens()  # whoever hears now, it is not known here
            if sockets is not None:
                await sockets.close()
            await self._shut()

    async def _describe(self, place: str, account: str, with_people: bool) -> Surroundings:
        return await self._parts.people.describe(place, account, await self._known(), with_people=with_people)

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

    def rest(self, bucket: str) -> timedelta:
        """How long a bucket rests after something was sent through it."""
        return self._rates.rest(bucket)

    async def send(self, posting: Posting) -> Sent:
        """Shows one thing. Somebody is told of a thread or channel that is gone, and the thread goes on elsewhere."""
        try:
            me = await self._known()
            sent = await self._parts.sending.send(posting, me)
            await self._ask_writer(posting)
            return sent
        except LostThread:
            if posting.root is not None and posting.kind in ("card", "say", "line"):
                await self._lose(posting.place, posting.root)
            raise
        except ShutChannel as error:
            how = "archived" if error.code in ("is_archived", "is_inactive") else "left"
            await self._parts.losses.lost(posting.place, losses.shut(how))
            waits_alone(error, posting)
            raise
        except (WrongKeys, MissingScope) as error:
            self._has_trouble(error.said)
            raise
        except UNKNOWN as error:
            if is_repeatable(posting):
                raise SlackAway from error
            raise

    async def _ask_writer(self, posting: Posting) -> None:
        """Asks the writer of a line that was stopped; whom Slack lets nobody ask sees the mark alone."""
        asked = await deciding.question(self._parts.hearing, posting)
        if asked is None:
            return
        post = await self._parts.answering.post(asked.account, asked.heard, "")
        try:
            await self._parts.answering.whisper(posting.place, asked.root, asked.account, post)
        except PermanentError as error:
            log.warning("slack: the writer of line %s cannot be asked: %s", asked.line, error)

    async def _lose(self, place: str, root: str) -> None:
        def body(desk: Desk) -> None:
            thread_id = thread_of(desk, self.name, place, root)
            if thread_id is not None:
                lose_thread(desk, thread_id, losses.DELETED)

        await self._desks.change(SYSTEM, body)

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
        held = await self._alone.is_taken()
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
