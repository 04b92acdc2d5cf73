"""Takes in commands, presses, menus and forms: each is done once, and answered within Discord's three seconds."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from bot import forms
from bot.commands import completing
from bot.commands.call import Here
from bot.commands.registry import Command
from bot.commands.running import surrounded
from bot.discord import inbound, modals, shapes, slash
from bot.discord.menus import Menus
from bot.discord.modals import FORM, Context, Sent
from bot.discord.people import People
from bot.discord.replying import Expired, Reply
from bot.discord.rest import Rest, Wire
from bot.discord.sending import Sending
from bot.discord.shapes import AGAIN, ASK, BEARS, DO
from bot.forms import Filled, Form, Unfit
from bot.hearing import Deed, Heard, Hearing
from bot.wiring import Wiring
from core import pressed
from core.actor import ActorKind
from core.desk import Desk
from core.errors import DeskbellError, UserError
from core.render import Voice, language_of
from core.show import Answer, Button, Tone, text

log = logging.getLogger(__name__)

T = TypeVar("T")
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
_OFFER_S = 2.0
_MOST_LOCALES = 5_000
_NOT_IN_TIME = text("Discord did not wait for the answer to your last command or press. Please try it again.")


class Interacting:
    """The desk's hands in Discord."""

    def __init__(self, rest: Rest, wiring: Wiring, hearing: Hearing, people: People, sending: Sending) -> None:
        self._rest, self._desks, self._hearing = rest, wiring.desks, hearing
        self._people, self._sending = people, sending
        self._commands: list[Command] = list(wiring.commands)
        self._menus = Menus(wiring, hearing, people)

    async def take(self, interaction: Wire) -> None:
        """Does what an interaction asks for, and answers it."""
        deed = _deed(interaction)
        self._note_locale(interaction, deed.account)
        reply = Reply(self._rest, self._sending, interaction, now=self._desks.clock())
        try:
            await self._take(interaction, deed, reply)
        except Expired:
            await self._too_late(reply, deed, Answer(_NOT_IN_TIME, tone=Tone.WARN))
        except DeskbellError as error:
            voice = await self._in_time(self._voice(deed), reply)
            await self._answered(reply, deed, Heard(voice, Answer(error.said, tone=Tone.BAD)))

    def _note_locale(self, interaction: Wire, account: str) -> None:
        if len(self._people.locales) > _MOST_LOCALES:
            self._people.locales.clear()
        self._people.locales[account] = language_of(str(interaction.get("locale", "")))

    async def _take(self, interaction: Wire, deed: Deed, reply: Reply) -> None:
        data = interaction.get("data") or {}
        match interaction.get("type"):
            case kind if kind == AUTOCOMPLETE:
                await self._offer(data, deed, reply)
            case kind if kind == COMMAND and data.get("type", slash.CHAT) == slash.CHAT:
                await self._command(data, deed, reply)
            case kind if kind == COMMAND:
                await self._menu(data, deed, reply)
            case kind if kind == COMPONENT:
                await self._component(interaction, deed, reply)
            case kind if kind == MODAL:
                await self._form(data, deed, reply)

    async def _voice(self, deed: Deed) -> Voice:
        """How somebody is spoken to; who is no agent, in the language of their Discord."""
        found, actor = await self._hearing.voice(deed.account, deed.place), await self._hearing.actor(deed.account)
        if actor.kind is ActorKind.AGENT:
            return found
        return replace(found, language=self._people.locales.get(deed.account, found.language))

    async def _offer(self, data: Wire, deed: Deed, reply: Reply) -> None:
        """The values one may go on with, of those the typist may see."""
        sent, found = slash.typed(data, self._commands), list[tuple[str, str]]()
        try:
            async with asyncio.timeout(_OFFER_S):
                found = await self._offered(sent, deed) if sent is not None else found
        except TimeoutError:
            log.warning("discord: nothing was offered in time")
        await reply.choices(slash.choices(found))

    async def _offered(self, sent: slash.Typed, deed: Deed) -> list[tuple[str, str]]:
        actor, start = await self._hearing.actor(deed.account), sent.values.get(sent.focused, "")
        offering = next((each for each in sent.command.parameters if each.name == sent.focused), None)
        if offering is None or actor.kind is not ActorKind.AGENT:
            return []
        return await self._desks.read(actor, lambda desk: list(completing.offered(desk, offering, start)))

    async def _command(self, data: Wire, deed: Deed, reply: Reply) -> None:
        sent = slash.typed(data, self._commands)
        if sent is None:
            raise UserError(text("This command does not exist any more. Press Ctrl+R, or type /help."))
        if sent.channel:
            deed = replace(deed, place=sent.channel, root="")
        line = slash.line(sent, (await self._in_time(self._hearing.here(deed), reply))[1])
        line = await self._in_time(self._people.read(line, {}, is_command=True), reply)
        if not await self._asked(line, deed, reply):
            await self._do(replace(deed, line=line), reply)

    async def _asked(self, line: str, deed: Deed, reply: Reply, *, offers: bool = False) -> bool:
        """Opens the form of a line that lacks something, or may have more; where it took too long, a button does."""
        actor, here = await self._in_time(self._hearing.here(deed), reply)
        if actor.kind is not ActorKind.AGENT:
            return False

        def body(desk: Desk) -> Form | None:
            return forms.wanted(self._hearing.call(desk, deed, here), line, self._commands, offers=offers)

        try:
            form = await self._in_time(self._desks.read(actor, body), reply)
        except UserError:
            return False
        if form is None:
            return False
        ready = Answer(text("Here is the form."), buttons=(Button(text("Open the form"), line, offers=True),))
        await self._open(form, deed, reply, ready)
        return True

    async def _open(self, form: Form, deed: Deed, reply: Reply, late: Answer) -> None:
        """Opens a form; where Discord takes none any more, answers `late`."""
        context = Context(form.command, form.target, form.seen_seq)
        voice = await self._in_time(self._voice(deed), reply)
        opened = modals.modal(form, context, voice)
        if reply.is_late:
            await self._answered(reply, deed, Heard(voice, late))
        else:
            await reply.form(opened)

    async def _in_time(self, doing: Awaitable[T], reply: Reply) -> T:
        """Waits for something; where it takes long, Discord is told that the answer comes later."""
        task = asyncio.ensure_future(doing)
        try:
            if not reply.is_late:
                done, _ = await asyncio.wait({task}, timeout=reply.left_s())
                if not done:
                    await reply.later()
            return await task
        finally:
            task.cancel()

    async def _do(self, deed: Deed, reply: Reply) -> Heard:
        if surrounded(deed.line, self._commands) is not None:
            await reply.later()  # Discord itself is asked for the channel and its people
        heard = await self._in_time(self._hearing.does(deed), reply)
        if heard.voice.language != self._people.locales.get(deed.account):
            heard = replace(heard, voice=await self._in_time(self._voice(deed), reply))
        await self._answered(reply, deed, heard)
        return heard

    async def _answered(self, reply: Reply, deed: Deed, heard: Heard) -> None:
        """Brings an answer to who asked: where they did, or directly, where Discord would not wait."""
        answer = heard.answer or Answer(text("Done."))
        try:
            await reply.say(shapes.answer(answer, heard.voice))
        except Expired:
            await self._too_late(reply, deed, answer)

    async def _too_late(self, reply: Reply, deed: Deed, answer: Answer) -> None:
        said = text("Discord showed no answer in time; here it is. {answer}", answer=answer.text)
        await reply.explain(deed.account, shapes.answer(replace(answer, text=said), await self._voice(deed)))

    async def _component(self, interaction: Wire, deed: Deed, reply: Reply) -> None:
        custom_id = str((interaction.get("data") or {}).get("custom_id", "")).partition(BEARS)[0]
        if custom_id.startswith(AGAIN):
            await self._open_again(custom_id.removeprefix(AGAIN), deed, reply)
        elif custom_id.startswith(ASK) and await self._asked(
            custom_id.removeprefix(ASK).strip(), deed, reply, offers=True
        ):
            return
        elif custom_id.startswith((DO, ASK)):
            line = custom_id.partition(":")[2].strip()
            heard = await self._do(replace(deed, line=line), reply)
            await self._tidy(interaction, heard)
        else:
            raise UserError(text("This button is too old. Use the newest card."))

    async def _tidy(self, interaction: Wire, heard: Heard) -> None:
        """A question under somebody's line goes once it is decided."""
        message = interaction.get("message") or {}
        if not message.get("message_reference") or (heard.answer is not None and heard.answer.tone is Tone.BAD):
            return
        try:
            await self._rest.ask(
                "DELETE", "/channels/{channel_id}/messages/{message_id}", channel_id=message["channel_id"],
                message_id=message["id"],
            )  # fmt: skip
        except DeskbellError:
            return

    async def _open_again(self, key: str, deed: Deed, reply: Reply) -> None:
        """A form that was refused, with its words."""
        actor, here = await self._in_time(self._hearing.here(deed), reply)

        def body(desk: Desk) -> Form:
            kept = pressed.kept(desk, key)
            sent = None if kept is None else Sent.of(kept)
            command = next((each for each in self._commands if sent and each.name == sent.context.command), None)
            if sent is None or command is None:
                raise UserError(text("That form is too old. Type the command again."))
            call = self._hearing.call(desk, deed, replace(here, seen_seq=sent.context.seen_seq))
            return forms.made(call, command, sent.context.target, sent.values)

        again = Button(text("Open the form again"), f"{AGAIN}{key}", Tone.WARN)
        form = await self._in_time(self._desks.read(actor, body), reply)
        await self._open(form, deed, reply, Answer(text("Here is the form."), buttons=(again,)))

    async def _form(self, data: Wire, deed: Deed, reply: Reply) -> None:
        """A form that was sent; what is wrong with it is said, and a button opens it again with its words."""
        context, values = Context.of(str(data.get("custom_id", FORM + "::"))), modals.values(data)
        actor, here = await self._in_time(self._hearing.here(deed), reply)
        here = replace(here, seen_seq=context.seen_seq if context.seen_seq is not None else here.seen_seq)
        filled = Filled(context.command, context.target, values)

        def body(desk: Desk) -> str:
            return forms.line_of(self._hearing.call(desk, deed, here), filled, self._commands)

        try:
            line = await self._in_time(self._desks.read(actor, body), reply)
            line = await self._in_time(self._people.read(line, {}, is_command=True), reply)
            heard = await self._in_time(self._hearing.does(replace(deed, line=line, here=here)), reply)
        except UserError as error:
            heard = Heard(await self._in_time(self._voice(deed), reply), _wrong(error))
        answer = heard.answer
        if answer is not None and answer.tone is Tone.BAD and actor.kind is ActorKind.AGENT:
            again = self._with_form(answer, deed, here, Sent(context, values))
            heard = replace(heard, answer=await self._in_time(again, reply))
        await self._answered(reply, deed, heard)

    async def _with_form(self, answer: Answer, deed: Deed, here: Here, sent: Sent) -> Answer:
        actor = await self._hearing.actor(deed.account)
        kept = replace(sent, numbers=_numbers(sent.context.target, here)).kept()
        key = await self._desks.change(actor, lambda desk: pressed.ask(desk, kept))
        again = Button(text("Open the form again"), f"{AGAIN}{key}", Tone.WARN)
        return replace(answer, buttons=(*answer.buttons, again))

    async def _menu(self, data: Wire, deed: Deed, reply: Reply) -> None:
        target = str(data.get("target_id", ""))
        resolved = data.get("resolved") or {}
        if data.get("name") == slash.MAKE_AGENT.id:
            member = ((resolved.get("members") or {}).get(target) or {}) | {
                "user": (resolved.get("users") or {}).get(target) or {}
            }
            heard = await self._in_time(self._menus.make_agent(deed, member), reply)
            await self._answered(reply, deed, heard)
            return
        message = (resolved.get("messages") or {}).get(target) or {}
        if data.get("name") == slash.MAKE_TICKET.id:
            await self._answered(reply, deed, await self._in_time(self._menus.make_ticket(deed, message), reply))
        else:
            form = await self._in_time(self._menus.reply_with(deed, message), reply)
            await self._open(form, deed, reply, Answer(_NOT_IN_TIME, tone=Tone.WARN))


def _deed(interaction: Wire) -> Deed:
    """Who did it and where; the line comes later."""
    user = (interaction.get("member") or {}).get("user") or interaction.get("user") or {}
    place, root = inbound.where(interaction.get("channel") or {})
    if not interaction.get("guild_id"):
        place = root = ""
    return Deed(account=str(user.get("id", "")), line="", key=str(interaction["id"]), place=place, root=root)


def _wrong(error: UserError) -> Answer:
    """What is wrong with a form, by field."""
    if not isinstance(error, Unfit):
        return Answer(error.said, buttons=error.buttons, tone=Tone.BAD)
    lines = tuple(text("{field}: {why}", field=error.called[name], why=said) for name, said in error.wrong.items())
    return Answer(text("Something is not right yet."), lines=lines, tone=Tone.BAD)


def _numbers(target: str, here: Here) -> list[int]:
    digits = target.lstrip("#")
    found = [int(digits)] if digits.isdigit() else []
    return found + [number for number in (here.ticket, here.dialog) if number is not None]
