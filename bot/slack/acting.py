"""Does what people do with commands, buttons, forms and shortcuts: answered in time, or by what follows.

Slack waits 3 s for an answer. What takes longer than 2 s is acknowledged, and its answer follows at the address that
came with it; what cannot be answered there any more is said directly. Nothing ends in silence.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.hearing import Deed
from bot.slack import home, looking, modals
from bot.slack.answering import as_payload
from bot.slack.blocks import ASK, MORE, Post, answer
from bot.slack.deeds import NEW, SHORTCUT, Done, Press, press
from bot.slack.filling import Filling
from bot.slack.home import Queue
from bot.slack.lines import meant
from bot.slack.listening import Listening
from bot.slack.parts import Parts
from bot.slack.web import Me, asking
from bot.slack.words import Wire
from core.errors import DeskbellError
from core.render import Voice
from core.show import Answer, text

IN_TIME_S = 2.0


class Acting:
    """The desk's hands in Slack."""

    def __init__(self, parts: Parts, listening: Listening, refresh: Callable[[str], Awaitable[None]]) -> None:
        self._parts, self._listening, self._refresh = parts, listening, refresh
        self._filling = Filling(parts, listening, refresh)
        self._hearing, self._answering = parts.hearing, parts.answering
        self._desks, self._commands = parts.wiring.desks, parts.wiring.commands

    async def act(self, body: Wire, me: Me) -> Done:
        """Does one thing and says how it is answered."""
        if "command" in body:
            return await self._command(body, me)
        match body.get("type"):
            case "block_actions":
                return await self._pressed(body)
            case "view_submission" if body["view"].get("callback_id") == modals.FORM:
                return await self._filling.filled(body)
            case "block_suggestion":
                return Done(await self._filling.offers(body))
            case "message_action" if body.get("callback_id") == SHORTCUT:
                return await self._filling.from_message(body, me)
            case "shortcut" if body.get("callback_id") == NEW:
                return await self._line(press(body), "ticket new ")
            case _:
                return Done()

    async def _command(self, body: Wire, me: Me) -> Done:
        """`/ticket …`; alone it opens the queue."""
        who = Press(
            account=body["user_id"], key=f"command:{body['trigger_id']}", trigger=body["trigger_id"],
            place=body["channel_id"], url=body["response_url"],
        )  # fmt: skip
        words = await self._listening.saying.words(body.get("text", ""), None, me, is_command=True)
        line = meant(words, self._commands)
        if not line and (await self._hearing.actor(who.account)).agent_id is not None:
            return await self._queue(who)
        return await self._line(who, line or "help")

    async def _queue(self, who: Press) -> Done:
        queue, voice = await self._read_queue(who.account)
        return self._to_typist(who, home.queue_post(queue, voice))

    async def _read_queue(self, account: str) -> tuple[Queue, Voice]:
        actor, voice = await self._hearing.actor(account), await self._hearing.voice(account)
        return await self._desks.read(actor, looking.queue), voice

    def _to_typist(self, who: Press, post: Post) -> Done:
        """An answer to a command: as its answer in time, else at its address."""

        async def late() -> None:
            await self._answering.reach(who, post)

        return Done(as_payload(post), late=late)

    async def _pressed(self, body: Wire) -> Done:
        action = body["actions"][0]
        if action.get("type") != "button":
            return Done()
        who, value = press(body), str(action.get("value", ""))
        if action["action_id"].startswith(MORE):
            page, _, line = value.partition(" ")
            return await self._line(replace(who, key=""), line, int(page) if page.isdigit() else 0)
        return await self._line(who, value, offers=action["action_id"].startswith(ASK))

    async def _line(self, who: Press, line: str, page: int = 0, *, offers: bool = False) -> Done:
        """Does a line, or asks for what it lacks; with `offers` also for what may be said besides."""
        deed = Deed(account=who.account, line=line, key=who.key, place=who.place, root=who.root)
        asked = await self._filling.wanted(deed, offers=offers)
        if asked is not None:
            return await self._filling.ask(who, line, *asked)
        heard = await self._hearing.does(deed)
        post = await self._answering.post(who.account, heard, line, page)
        if who.view is not None:
            return self._in_view(who, post, heard.voice)
        if not who.root and not who.is_private and who.key.startswith("command:"):
            return self._after_command(who, post)
        return Done(follow=lambda: self._show(who, post))

    def _after_command(self, who: Press, post: Post) -> Done:
        return replace(self._to_typist(who, post), follow=lambda: self._refresh(who.account))

    async def _show(self, who: Press, post: Post) -> None:
        """The answer to a press: in the place of what was pressed if only they saw it, else beside it."""
        if who.is_private:
            await self._answering.reach(who, post, replaces=True)
        else:
            await self._answering.whisper(who.place, who.root, who.account, post)
        await self._refresh(who.account)

    def _in_view(self, who: Press, post: Post, voice: Voice) -> Done:
        """The answer to a press in the home or a modal: a modal of its own, or another content of that one."""

        async def follow() -> None:
            view, client = who.view or {}, self._parts.web.client
            shown = modals.result(post, voice.say(text("Deskbell")), voice)
            try:
                async with asking():
                    if view.get("type") == "modal":
                        await client.views_update(view_id=view["id"], view=shown)
                    else:
                        await client.views_open(trigger_id=who.trigger, view=shown)
            except DeskbellError:
                await self._answering.directly(who.account, post)
            await self._refresh(who.account)

        return Done(follow=follow)

    def troubled(self, body: Wire, said: Answer) -> Done:
        """What is told where something could not be done: in the form that was sent, or to who pressed or typed."""
        if body.get("type") == "view_submission":
            return self._filling.wrong(body["view"], {"": said.text}, said.text, Voice())
        if body.get("type") in ("block_suggestion", "view_closed"):
            return Done()
        user = body.get("user_id") or (body.get("user") or {}).get("id", "")
        who = Press(
            account=user, key="", trigger="", url=body.get("response_url", ""), root="",
            place=body.get("channel_id") or (body.get("channel") or {}).get("id", ""),
        )  # fmt: skip
        post = answer(said, Voice())
        return Done(follow=lambda: self._answering.reach(who, post))


async def in_time(work: "asyncio.Task[Done]", early: Wire | None) -> tuple[Wire | None, bool]:
    """What Slack is answered within 2 s: the outcome, or for now `early`; and whether the outcome is still to come."""
    await asyncio.wait({work}, timeout=IN_TIME_S)
    if work.done():
        return work.result().payload, False
    return early, True
