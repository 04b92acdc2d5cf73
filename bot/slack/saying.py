"""Takes in lines typed in our threads, new and changed, with their files; what is answered comes afterwards."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from bot.carrying import Carrying
from bot.hearing import Heard, Said
from bot.saying import asked, asks
from bot.slack import carrying, inbound
from bot.slack.inbound import Typed
from bot.slack.losses import ROOM
from bot.slack.parts import Parts
from bot.slack.web import Me
from core import accounts
from core.actor import SYSTEM
from core.desk import Desk

After = Callable[[], Awaitable[None]]
"""What is done once an event was acknowledged."""


class Saying:
    """What people say in our threads."""

    def __init__(self, parts: Parts) -> None:
        self._desks, self._gaps = parts.wiring.desks, parts.gaps
        self._hearing, self._people, self._answering = parts.hearing, parts.people, parts.answering
        self._carrying = Carrying(parts.wiring, ROOM, partial(carrying.fetch, parts.web))

    async def said(self, typed: Typed, me: Me, *, is_again: bool = False) -> After | None:
        """A line in one of our threads, with its files. One that is known already is only looked at; `is_again` does
        one from quarantine nevertheless."""
        if not is_again and await self._hearing.is_known(typed.place, typed.ts):
            return None
        files, trouble = await self._carrying.take(typed.account, typed.files)
        said = await self._as_said(typed, me, files=files)
        heard = await self._hearing.said(said)
        if heard is None:
            return None
        answers = [Heard(heard.voice, each) for each in trouble]
        return self._whispers(typed, [heard, *answers], said.words)

    async def edited(self, typed: Typed, me: Me) -> After | None:
        """A line of one of our threads was changed by its writer."""
        heard = await self._hearing.edited(await self._as_said(typed, me, files=()))
        return None if heard is None else self._whispers(typed, [heard], "")

    async def _as_said(self, typed: Typed, me: Me, *, files: tuple[int, ...]) -> Said:
        command = inbound.to_us(typed.text, me)
        is_command = command is not None or typed.text.lstrip().startswith(("!", "/"))
        words = await self.words(typed.text if command is None else command, typed, me, is_command=is_command)
        return Said(
            place=typed.place, root=typed.root, id=typed.ts, order=typed.ts, account=typed.account,
            words=words if command is None else f"!{words.lstrip('!') or 'help'}", at=typed.at, files=files,
            leads_inside=inbound.leads_inside(typed.text, me), moves_cursor=self._gaps.is_read(typed.place, typed.root),
            names_somebody=inbound.calls_somebody(typed.text, me),
        )  # fmt: skip

    async def words(self, said: str, typed: Typed | None, me: Me, *, is_command: bool = False) -> str:
        """A text of Slack's as people read it; agents bear the name they have at the desk."""
        called = inbound.mentioned(said)
        agents = await self._desks.read(SYSTEM, lambda desk: _handles(desk, called)) if called else {}
        others = {account: await self._people.name(account, me) for account in called - agents.keys()}
        if is_command and asks(said):
            said = inbound.calling(said, {account: asked(ROOM, account, name) for account, name in others.items()})
        return inbound.as_words(said, agents | others, typed.emoji if typed else None).strip()

    def _whispers(self, typed: Typed, heard: Iterable[Heard], line: str) -> After | None:
        told = [each for each in heard if each.answer is not None]
        if not told:
            return None

        async def after() -> None:
            for each in told:
                post = await self._answering.post(typed.account, each, line)
                await self._answering.whisper(typed.place, typed.root, typed.account, post)

        return after


def _handles(desk: Desk, called: Iterable[str]) -> dict[str, str]:
    """The names agents have at the desk, by their accounts."""
    found = ((account, accounts.agent_at(desk, ROOM, account)) for account in called)
    return {account: agent.name for account, agent in found if agent is not None}
