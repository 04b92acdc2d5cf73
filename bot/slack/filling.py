"""Forms in Slack: opened for what a line lacks, filled, sent; mistakes are shown at their fields, no word is lost."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot import forms
from bot.commands.call import Here
from bot.forms import Filled, Form, Unfit
from bot.hearing import Deed, Heard
from bot.saying import subject
from bot.slack import inbound, modals
from bot.slack.deeds import Done, Press, press
from bot.slack.lines import is_command
from bot.slack.listening import Listening
from bot.slack.modals import Context
from bot.slack.parts import Parts
from bot.slack.web import Me, asking
from bot.slack.words import Wire
from core import tickets
from core.desk import Desk
from core.errors import DeskbellError, UserError
from core.render import Voice
from core.show import Answer, Button, Text, Tone, text

_NOTE = "note"


class Filling:
    """Forms, from their opening to what they bring about."""

    def __init__(self, parts: Parts, listening: Listening, refresh: Callable[[str], Awaitable[None]]) -> None:
        self._parts, self._listening, self._refresh = parts, listening, refresh
        self._hearing, self._answering = parts.hearing, parts.answering
        self._desks, self._commands = parts.wiring.desks, parts.wiring.commands

    async def wanted(self, deed: Deed, *, offers: bool = False) -> tuple[Form, Context] | None:
        """The form for a line that lacks something, or may have more; None where it is done, or refused, as it is."""
        if not is_command(deed.line):
            return None
        actor, here = await self._hearing.here(deed)

        def body(desk: Desk) -> tuple[Form, Context] | None:
            call = self._hearing.call(desk, deed, here)
            wanted = forms.wanted(call, deed.line, self._commands, offers=offers)
            if wanted is None:
                return None
            seen = wanted.seen_seq if wanted.target in ("", "here") else _seen(desk, wanted.target)
            return wanted, Context(wanted.command, wanted.target, deed.place, deed.root, seen)

        try:
            return await self._desks.read(actor, body)
        except UserError:
            return None

    async def ask(self, who: Press, line: str, form: Form, context: Context) -> Done:
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
            again = Button(text("Open the form"), line, offers=True)
            said = Answer(text("That took too long for Slack to open the form. Press here:"), buttons=(again,))
            post = await self._answering.post(who.account, Heard(voice, said), line)
            return Done(follow=lambda: self._answering.reach(who, post))
        return Done()

    async def filled(self, body: Wire) -> Done:
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
            return self.wrong(view, error.wrong, error.said, voice)
        except UserError as error:
            return self.wrong(view, {"": error.said}, error.said, voice)
        deed = replace(deed, line=line)
        heard = await (self._hearing.makes(deed, note) if context.note else self._hearing.does(deed))
        if heard.answer is not None and heard.answer.tone is Tone.BAD:
            return self.wrong(view, {"": heard.answer.text}, heard.answer.text, voice)
        return self._sent(view, account, context, heard)

    async def _line_of(self, deed: Deed, filled: Filled) -> str:
        actor, here = await self._hearing.here(deed)
        return await self._desks.read(
            actor, lambda desk: forms.line_of(self._hearing.call(desk, deed, here), filled, self._commands)
        )

    def wrong(self, view: Wire, wrong: dict[str, Text], said: Text, voice: Voice) -> Done:
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

    async def offers(self, body: Wire) -> Wire:
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

    async def from_message(self, body: Wire, me: Me) -> Done:
        """Create ticket from message: a new ticket's form, its first note what the message says."""
        who, message = press(body), body.get("message") or {}
        who = replace(who, root=message.get("thread_ts", ""))
        deed = Deed(account=who.account, line="ticket new", key="", place=who.place)
        asked = await self.wanted(deed)
        if asked is None:
            heard = await self._hearing.does(replace(deed, line="ticket new internal -"))
            post = await self._answering.post(who.account, heard, "")
            return Done(follow=lambda: self._answering.reach(who, post))
        typed = inbound.typed(message, me, who.place)
        words = await self._listening.saying.words(str(message.get("text", "")), typed, me)
        filled = {"who": "internal", "subject": subject(words, "Slack message")}
        fields = [replace(each, value=filled.get(each.name, "")) for each in asked[0].fields]
        fields.append(forms.Field(_NOTE, text("First note"), is_long=True, is_optional=True, value=words[:2_900]))
        form = replace(asked[0], fields=tuple(fields), title=text("Ticket from message"))
        return await self.ask(who, "ticket new ", form, replace(asked[1], root=who.root, note=_NOTE))


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
