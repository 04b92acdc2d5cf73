"""Does what people do with commands, buttons, forms and shortcuts: answered in time, or by what follows.

Slack waits 3 s for an answer. What takes longer than 2 s is acknowledged, and its answer follows at the address that
came with it; what cannot be answered there any more is said directly. Nothing ends in silence.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot import forms
from bot.commands.call import Here
from bot.forms import Filled, Form, Unfit
from bot.hearing import Deed, Heard
from bot.slack import home, inbound, looking, modals
from bot.slack.answering import as_payload
from bot.slack.blocks import MORE, Post, answer
from bot.slack.home import Queue
from bot.slack.lines import is_command, meant
from bot.slack.listening import Listening, subject
from bot.slack.modals import Context
from bot.slack.parts import Parts
from bot.slack.web import Me, asking
from bot.slack.words import Wire
from core import tickets
from core.desk import Desk
from core.errors import DeskbellError, UserError
from core.render import Voice
from core.show import Answer, Button, Text, Tone, text

log = logging.getLogger(__name__)

IN_TIME_S = 2.0
SHORTCUT, NEW = "ticket_from_message", "new_ticket"
"""callback_ids of our shortcuts."""
_NOTE = "note"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of something: what Slack is answered, what follows, and what is done instead when it is too late."""

    payload: Wire | None = None
    follow: Callable[[], Awaitable[None]] | None = None
    late: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody did something: who, where, and how they can be answered."""

    account: str
    key: str
    trigger: str
    place: str = ""
    root: str = ""
    url: str = ""
    is_private: bool = False
    """Whether what they pressed is before their eyes alone, so that the answer may take its place."""
    view: Wire | None = None


def press(body: Wire) -> Press:
    """Who did what where, from an interaction."""
    container, message = body.get("container") or {}, body.get("message") or {}
    place = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    root = container.get("thread_ts") or message.get("thread_ts") or message.get("ts") or ""
    trigger = body.get("trigger_id", "")
    return Press(
        account=body["user"]["id"], key=f"press:{trigger}", trigger=trigger, place=place, root=root,
        url=body.get("response_url", ""), is_private=bool(container.get("is_ephemeral")), view=body.get("view"),
    )  # fmt: skip


class Acting:
    """The desk's hands in Slack."""

    def __init__(self, parts: Parts, listening: Listening, refresh: Callable[[str], Awaitable[None]]) -> None:
        self._parts, self._listening, self._refresh = parts, listening, refresh
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
                return await self._filled(body)
            case "block_suggestion":
                return Done(await self._offers(body))
            case "message_action" if body.get("callback_id") == SHORTCUT:
                return await self._from_message(body, me)
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
        words = await self._listening.words(body.get("text", ""), None, me)
        line = meant(words, self._commands)
        if not line and (await self._hearing.actor(who.account)).agent_id is not None:
            return await self._queue(who)
        done = await self._line(who, line or "help")
        return done

    async def _queue(self, who: Press) -> Done:
        queue, voice = await self._read_queue(who.account)
        return self._to_typist(who, home.queue_post(queue, voice))

    async def _read_queue(self, account: str) -> tuple[Queue, Voice]:
        actor, voice = await self._hearing.actor(account), await self._hearing.voice(account)
        return await self._desks.read(actor, looking.queue), voice

    def _to_typist(self, who: Press, post: Post) -> Done:
        """An answer to a command: as its answer in time, else at its address."""

        async def late() -> None:
            await self._reach(who, post)

        return Done(as_payload(post), late=late)

    async def _reach(self, who: Press, post: Post, *, replaces: bool = False) -> None:
        """Answers at the address that came with it, else in the channel, else directly."""
        if not (who.url and await self._answering.by_url(who.url, post, replaces=replaces)):
            await self._answering.whisper(who.place, who.root, who.account, post)

    async def _pressed(self, body: Wire) -> Done:
        action = body["actions"][0]
        if action.get("type") != "button":
            return Done()
        who, value = press(body), str(action.get("value", ""))
        if action["action_id"].startswith(MORE):
            page, _, line = value.partition(" ")
            return await self._line(replace(who, key=""), line, int(page) if page.isdigit() else 0)
        return await self._line(who, value)

    async def _line(self, who: Press, line: str, page: int = 0) -> Done:
        """Does a line, or asks for what it lacks."""
        deed = Deed(account=who.account, line=line, key=who.key, place=who.place, root=who.root)
        asked = await self._form(deed)
        if asked is not None:
            return await self._ask(who, line, *asked)
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
            await self._reach(who, post, replaces=True)
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

    async def _form(self, deed: Deed) -> tuple[Form, Context] | None:
        """The form for a line that lacks something; None where it can be done, or refused, as it is."""
        if not is_command(deed.line):
            return None
        actor, here = await self._hearing.here(deed)

        def body(desk: Desk) -> tuple[Form, Context] | None:
            wanted = forms.wanted(self._hearing.call(desk, deed, here), deed.line, self._commands)
            if wanted is None:
                return None
            seen = wanted.seen_seq if wanted.target in ("", "here") else _seen(desk, wanted.target)
            return wanted, Context(wanted.command, wanted.target, deed.place, deed.root, seen)

        try:
            return await self._desks.read(actor, body)
        except UserError:
            return None

    async def _ask(self, who: Press, line: str, form: Form, context: Context) -> Done:
        """Opens a form; one that Slack does not open any more is offered by a button."""
        voice = await self._hearing.voice(who.account, who.place)
        view = modals.form(form, context, voice)
        client = self._parts.web.client
        try:
            async with asking():
                if (who.view or {}).get("type") == "modal":
                    await client.views_push(trigger_id=who.trigger, view=view)
                else:
                    await client.views_open(trigger_id=who.trigger, view=view)
        except DeskbellError:
            again = Button(text("Open the form"), line, asks=True)
            said = Answer(text("That took too long for Slack to open the form. Press here:"), buttons=(again,))
            post = await self._answering.post(who.account, Heard(voice, said), line)
            return Done(follow=lambda: self._reach(who, post))
        return Done()

    async def _filled(self, body: Wire) -> Done:
        """A form was sent: what is wrong is shown in it, what is done is said where it was asked for."""
        view, account = body["view"], body["user"]["id"]
        context, voice = Context.of(view), await self._hearing.voice(account)
        key = f"view:{view['id']}:{view['hash']}"
        deed = Deed(account=account, line="", key=key, place=context.place, root=context.root, here=_here(context))
        if context.target == "here":
            deed = replace(deed, here=None)
        values = modals.values(view)
        note = values.pop(context.note, "") if context.note else ""
        try:
            line = await self._line_of(deed, Filled(context.command, context.target, values))
        except Unfit as error:
            return self._wrong(view, error.wrong, error.said, voice)
        except UserError as error:
            return self._wrong(view, {"": error.said}, error.said, voice)
        deed = replace(deed, line=line)
        heard = await (self._hearing.makes(deed, note) if context.note else self._hearing.does(deed))
        if heard.answer is not None and heard.answer.tone is Tone.BAD:
            return self._wrong(view, {"": heard.answer.text}, heard.answer.text, voice)
        return self._sent(view, account, context, heard)

    async def _line_of(self, deed: Deed, filled: Filled) -> str:
        actor, here = await self._hearing.here(deed)
        return await self._desks.read(
            actor, lambda desk: forms.line_of(self._hearing.call(desk, deed, here), filled, self._commands)
        )

    def _wrong(self, view: Wire, wrong: dict[str, Text], said: Text, voice: Voice) -> Done:
        async def late() -> None:
            await self._update(view, modals.again(view, said, voice))

        return Done(modals.errors(wrong, view, voice), late=late)

    def _sent(self, view: Wire, account: str, context: Context, heard: Heard) -> Done:
        async def follow() -> None:
            post = await self._answering.post(account, heard, "")
            await self._answering.whisper(context.place, context.root, account, post)
            await self._refresh(account)

        async def late() -> None:
            post = await self._answering.post(account, heard, "")
            await self._update(view, modals.result(post, view["title"]["text"], heard.voice))

        return Done(follow=follow, late=late)

    async def _update(self, view: Wire, shown: Wire) -> None:
        async with asking():
            await self._parts.web.client.views_update(view_id=view["id"], view=shown)

    async def _offers(self, body: Wire) -> Wire:
        """What may stand in a field, as far as who types may see it."""
        context, typed = Context.of(body["view"]), str(body.get("value", ""))
        actor = await self._hearing.actor(body["user"]["id"])
        command = next((each for each in self._commands if each.name == context.command), None)
        if command is None or actor.agent_id is None:
            return {"options": []}
        found = await self._desks.read(
            actor, lambda desk: forms.offers(desk, command, body["action_id"], typed, limit=90)
        )  # fmt: skip
        return modals.options(found, typed)

    async def _from_message(self, body: Wire, me: Me) -> Done:
        """Create ticket from message: a new ticket's form, its first note what the message says."""
        who, message = press(body), body.get("message") or {}
        who = replace(who, root=message.get("thread_ts", ""))
        deed = Deed(account=who.account, line="ticket new", key="", place=who.place)
        asked = await self._form(deed)
        if asked is None:
            return await self._line(replace(who, key=""), "ticket new internal -")
        typed = inbound.typed(message, me, who.place)
        words = await self._listening.words(str(message.get("text", "")), typed, me)
        filled = {"who": "internal", "subject": subject(words)}
        fields = [replace(each, value=filled.get(each.name, "")) for each in asked[0].fields]
        fields.append(forms.Field(_NOTE, text("First note"), is_long=True, is_optional=True, value=words[:2_900]))
        form = replace(asked[0], fields=tuple(fields), title=text("Ticket from message"))
        return await self._ask(who, "ticket new ", form, replace(asked[1], root=who.root, note=_NOTE))

    def troubled(self, body: Wire, said: Answer) -> Done:
        """What is told where something could not be done: in the form that was sent, or to who pressed or typed."""
        if body.get("type") == "view_submission":
            return self._wrong(body["view"], {"": said.text}, said.text, Voice())
        if body.get("type") in ("block_suggestion", "view_closed"):
            return Done()
        user = body.get("user_id") or (body.get("user") or {}).get("id", "")
        who = Press(
            account=user, key="", trigger="", url=body.get("response_url", ""), root="",
            place=body.get("channel_id") or (body.get("channel") or {}).get("id", ""),
        )  # fmt: skip
        post = answer(said, Voice())
        return Done(follow=lambda: self._reach(who, post))


def _here(context: Context) -> Here | None:
    """What a form was about when it was opened."""
    number = context.target.lstrip("#")
    if not number.isdigit() or context.seen_seq is None:
        return None
    return Here(ticket=int(number), seen_seq=context.seen_seq)


def _seen(desk: Desk, target: str) -> int | None:
    """How far a ticket has gone, when its form opens."""
    number = target.lstrip("#")
    if not number.isdigit():
        return None
    try:
        return tickets.read(desk, int(number)).last_seq
    except UserError:
        return None


async def in_time(work: "asyncio.Task[Done]", early: Wire | None) -> tuple[Wire | None, bool]:
    """What Slack is answered within 2 s: the outcome, or for now `early`; and whether the outcome is still to come."""
    await asyncio.wait({work}, timeout=IN_TIME_S)
    if work.done():
        return work.result().payload, False
    return early, True
