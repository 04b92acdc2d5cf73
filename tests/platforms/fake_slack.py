"""A Slack of our own on 127.0.0.1: it keeps the platform's rules, has people in it, and breaks on purpose.

The product is told `SLACK_API_URL = fake.api_url` and the two tokens; it may be another process, killed and started
again while this one runs on.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web

from tests.platforms import slack_blocks as blocks
from tests.platforms import slack_events as events
from tests.platforms.slack_app import App
from tests.platforms.slack_delivery import Deliveries
from tests.platforms.slack_faults import Fault, Faults
from tests.platforms.slack_pace import Pace
from tests.platforms.slack_people import Person, Upload
from tests.platforms.slack_seeing import names, until
from tests.platforms.slack_signed import Signed
from tests.platforms.slack_sockets import Sockets
from tests.platforms.slack_web import Request, Web
from tests.platforms.slack_world import Channel, Clock, Group, Message, User, View, Wire, Workspace

__all__ = ["App", "FakeSlack", "Message", "Person", "Upload", "View"]

SIGNING_SECRET = "shh-deskbell"


class FakeSlack:
    """A workspace with the app installed and nobody in it.

    `limits` turns rate limits on; `patience_s` is how long an acknowledgement may take, and `retry_waits_s` how long
    Slack waits before an event's second to fourth attempt: 3 s, and 0, 60 and 300 s, all shorter in the same measure
    when only `patience_s` is given. `manifest` installs the app with only the scopes, events and commands it lists.
    """

    def __init__(
        self,
        *,
        limits: bool = False,
        patience_s: float = 3.0,
        retry_waits_s: tuple[float, ...] | None = None,
        manifest: Mapping[str, Any] | None = None,
    ) -> None:
        self.app = App.from_manifest(manifest) if manifest is not None else App()
        self.clock = Clock()
        self.sockets = Sockets(self.app.id)
        waits_s = (0.0, 20 * patience_s, 100 * patience_s) if retry_waits_s is None else retry_waits_s
        self.deliveries = Deliveries(self.sockets, patience_s, waits_s)
        self.world = Workspace(self.app, self.clock, self.deliveries.tell)
        self.pace, self.faults = Pace(self.clock, limits), Faults()
        self.web = Web(self.world, self.sockets, self.pace, self.faults)
        self.people: dict[str, Person] = {}
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._port = 0
        self._add(User(self.app.bot_user, self.app.name, self.world.team_id, self.app.name, is_bot=True))

    async def __aenter__(self) -> "FakeSlack":
        await self.comes_up()
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.deliveries.stop()
        await self.goes_down()
        if self._session is not None:
            await self._session.close()

    async def comes_up(self) -> None:
        """Listens, on the same port as before."""
        application = self.web.application()
        application.on_shutdown.append(self._shut)
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.world.base_url = self.sockets.base_url = f"http://127.0.0.1:{self._port}"

    async def _shut(self, application: web.Application) -> None:
        await self.sockets.close()

    async def goes_down(self) -> None:
        """Refuses connections and cuts those there are."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Is away for the time of a block."""
        await self.goes_down()
        yield
        await self.comes_up()

    @property
    def api_url(self) -> str:
        """What the product gets as SLACK_API_URL."""
        return f"{self.world.base_url}/api/"

    @property
    def bot_token(self) -> str:
        """The xoxb token."""
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        """The xapp token."""
        return self.app.app_token

    async def deliver_by_http(self, url: str, signing_secret: str = SIGNING_SECRET) -> Signed:
        """Sends all to a URL from now on, signed, instead of to sockets; the URL must meet the challenge first."""
        assert self._session is not None, "start the fake first"
        signed = Signed(url, signing_secret, self._session)
        assert await signed.verify(), f"{url} does not answer url_verification"
        self.deliveries.transport = signed
        return signed

    def add_user(self, name: str, **traits: Any) -> Person:
        """A member: is_admin=True, is_restricted=True, locale="de-DE", tz=…, email=…; strangers by is_stranger=True."""
        shown = {"real_name": name.title(), "display_name": name, "email": f"{name}@deskbell.example"} | traits
        team = "T0STRANGERS" if traits.get("is_stranger") else self.world.team_id
        return self._add(User(self.world.new_id("U"), name, shown.pop("team_id", team), **shown))

    def _add(self, user: User) -> Person:
        self.world.users[user.id] = user
        self.people[user.name] = Person(self.world, self.deliveries, user)
        return self.people[user.name]

    def add_channel(self, name: str, *members: str, has_bot: bool = True, **traits: Any) -> Channel:
        """A channel with members, and the app unless it shall not be in it: is_private=True, is_archived=True."""
        inside = [self.world.user(member).id for member in members] + ([self.app.bot_user] if has_bot else [])
        channel = Channel(self.world.new_id("C"), name, inside, **traits)
        self.world.channels[channel.id] = channel
        return channel

    def add_group(self, handle: str, *members: str) -> Group:
        """A user group."""
        group = Group(self.world.new_id("S"), handle, [self.world.user(member).id for member in members])
        self.world.groups[group.id] = group
        return group

    def user(self, name: str) -> Person:
        """Somebody, by handle."""
        return self.people[name]

    def channel(self, name: str) -> Channel:
        """A channel; its `messages` in order."""
        return self.world.channel(name)

    def thread(self, message: Message | str) -> list[Message]:
        """A thread from its first message on."""
        found = message if isinstance(message, Message) else self.world.find(message)
        return self.world.channels[found.channel].thread(found.thread_ts or found.ts)

    def dm(self, name: str) -> Channel:
        """Somebody's direct conversation with the app."""
        return self.world.dm(self.world.user(name))

    def dms_of(self, name: str) -> list[Message]:
        """What stands in somebody's direct conversation with the app."""
        return self.dm(name).messages

    def ephemerals_for(self, name: str) -> list[Message]:
        """What only they were shown, and was not taken away."""
        return [message for message in self.world.ephemerals if message.to == self.world.user(name).id]

    def modal_of(self, name: str) -> View | None:
        """The modal somebody has before them."""
        stack = self.world.modals.get(self.world.user(name).id, [])
        return stack[-1] if stack else None

    def home_of(self, name: str) -> View | None:
        """The home tab somebody would see."""
        return self.world.homes.get(self.world.user(name).id)

    def shown(self, thing: Message | View) -> str:
        """A message or view as plain text, ids as names."""
        return blocks.shown(thing, names(self.world))

    @property
    def requests(self) -> list[Request]:
        """All calls: method, args, at, outcome; posts to response_urls, too."""
        return self.web.requests

    def calls(self, method: str) -> list[Wire]:
        """The arguments of all calls of a method."""
        return [request.args for request in self.requests if request.method == method]

    @property
    def violations(self) -> list[str]:
        """Calls sent again before Retry-After ran out."""
        return self.pace.violations

    @property
    def pings(self) -> list[tuple[str, str]]:
        """Whom messages of the app notified: ("@here", ts), ("ines", ts), ("@oncall", ts)."""
        return self.world.pings

    @property
    def lost(self) -> list[Wire]:
        """Event payloads the app never took."""
        return self.deliveries.lost

    async def settled(self, *, within_s: float = 10.0) -> None:
        """Waits until every event was taken or given up."""
        await until(lambda: not self.deliveries.tasks, within_s=within_s, what="There are events on their way.")

    async def until(self, true: Callable[[], object], *, within_s: float = 10.0) -> None:
        """Waits until something is so."""
        await until(true, within_s=within_s)

    async def connected(self, sockets: int = 1, *, within_s: float = 10.0) -> None:
        """Waits until the app has so many sockets open that hear."""

        def ready() -> bool:
            return sum(not s.is_leaving and not s.is_deaf for s in self.sockets.open) >= sockets

        await until(ready, within_s=within_s, what=f"The app has {len(self.sockets.open)} sockets.")

    def fails(self, method: str, *, times: int = 1, with_: str | int = 500, retry_after_s: int = 1) -> None:
        """Troubles the next calls of a method ("*": any): an HTTP status, an error string, "ratelimited", "timeout"
        (no effect, no answer) or "answer_lost" (it happens, then the connection drops)."""
        self.faults.coming.append(Fault(method, with_, times, retry_after_s))

    def slow(self, seconds: float) -> None:
        """Lets every answer take so long; what it tells of happens at once."""
        self.faults.slow_s = seconds

    def slow_files(self, seconds: float) -> None:
        """Lets every download of a file take so long."""
        self.faults.slow_files_s = seconds

    def passes(self, seconds: float) -> None:
        """Lets Slack's time pass: triggers and response_urls grow old, rate limits end."""
        self.clock.ahead_s += seconds

    def loses_acks(self, times: int = 1) -> None:
        """Does not hear the next acknowledgements; events come again."""
        self.sockets.acks_to_lose += times

    def sends_twice(self, times: int = 1) -> None:
        """Sends the next envelopes twice, byte by byte the same."""
        transport = self.deliveries.transport
        assert isinstance(transport, Sockets | Signed)
        transport.to_send_twice += times

    def reorders(self, events: int = 2) -> None:
        """Holds the next events back until so many came, and sends them the last first."""
        self.deliveries.to_hold = events

    async def disconnects(self, reason: str = "refresh_requested", *, grace_s: float = 0.1) -> None:
        """Asks all sockets to go (refresh_requested, warning, link_disabled) and closes them after a while."""
        await self.sockets.disconnect(reason, grace_s=grace_s)

    def drops(self) -> None:
        """Cuts all sockets without a word."""
        self.sockets.drop()

    def deafens(self, *, pongs: bool = False) -> None:
        """Makes the open sockets silent: they stay open, take events that never arrive, and answer pings or not."""
        self.sockets.deafen(pongs=pongs)

    def revokes_token(self) -> None:
        """Takes the app out of the workspace; it is told, and its token is refused."""
        events.tokens_revoked(self.world)
        self.app.is_revoked = True

    def drops_scope(self, *scopes: str) -> None:
        """Takes scopes away."""
        self.app.scopes -= set(scopes)
