"""Menus on messages and people: a ticket made of a message, a reply with its words, an agent made of a member."""

from bot import forms
from bot.commands.registry import Command
from bot.discord import inbound
from bot.discord.losses import ROOM
from bot.discord.people import People
from bot.discord.rest import Wire
from bot.discord.words import clean
from bot.forms import Form
from bot.hearing import Deed, Heard, Hearing
from bot.saying import subject
from bot.wiring import Wiring
from core import accounts, messages, places, policy, threads
from core.desk import Desk
from core.errors import UserError
from core.models import Place, Role
from core.show import Answer, Text, Tone, text, verbatim


class Menus:
    """What stands behind them."""

    def __init__(self, wiring: Wiring, hearing: Hearing, people: People) -> None:
        self._desks, self._hearing, self._people = wiring.desks, hearing, people
        self._commands: list[Command] = list(wiring.commands)

    async def make_ticket(self, deed: Deed, message: Wire) -> Heard:
        """One message becomes one ticket, whoever asks for it and however often."""
        words = clean(str(message.get("content") or "")).strip()
        key = f"message:{message.get('channel_id')}:{message.get('id')}"
        line = f"ticket new internal {subject(words, 'Discord message')}"
        made = Deed(account=deed.account, line=line, key=key, place=deed.place)
        return await self._hearing.makes(made, words)

    async def reply_with(self, deed: Deed, message: Wire) -> Form:
        """The form of a reply, filled with a message's words."""
        actor, here = await self._hearing.here(deed)
        command = next(each for each in self._commands if each.name == "ticket reply")
        field = command.parameters[-1].name

        def body(desk: Desk) -> Form:
            policy.must_be(desk.actor, command.role, Text(command.name))
            target, words = "here" if here.is_thread else "", _said(desk, deed, message)
            return forms.made(self._hearing.call(desk, deed, here), command, target, {field: words})

        return await self._desks.read(actor, body)

    async def make_agent(self, deed: Deed, member: Wire) -> Heard:
        """A member becomes an agent of the channel's team, by an admin."""
        voice, actor = await self._hearing.voice(deed.account, deed.place), await self._hearing.actor(deed.account)
        person = inbound.person(member)
        try:
            place = await self._desks.read(actor, lambda desk: _place(desk, deed.place))
            if not person.is_full:
                raise UserError(text("Bots cannot be agents."))
            if not await self._people.belongs(place, member):
                raise UserError(_NEEDS_ROLE if place.role else _SEES_NOTHING)
            await self._desks.change(actor, lambda desk: accounts.propose(desk, place, person))
        except UserError as error:
            return Heard(voice, Answer(error.said, tone=Tone.BAD))
        line = f"desk accept {ROOM} {person.external_id}"
        return await self._hearing.does(Deed(account=deed.account, line=line, key=deed.key, place=deed.place))


_NEEDS_ROLE = text("Give them the team's role first: whoever lacks it is no agent. Then make them one.")
_SEES_NOTHING = text("Let them see the team's channel first: whoever does not see it is no agent. Then make them one.")


def _place(desk: Desk, channel: str) -> Place:
    """The channel it is about, for an admin."""
    policy.must_be(desk.actor, Role.ADMIN, verbatim("desk accept"))
    found = places.at(desk, ROOM, channel) or next(iter(places.in_room(desk, ROOM)), None)
    if found is None:
        raise UserError(text("This channel is no team's. Make it one: desk setup"))
    return found


def _said(desk: Desk, deed: Deed, message: Wire) -> str:
    """What a message says: of a mirrored one the words as they were said, of none of the bot's own lines anything."""
    spot = threads.at(desk, ROOM, deed.place, deed.root) if deed.root else None
    stand = () if spot is None else threads.together(desk, spot.thread_id, str(message.get("id", "")))
    words = [each.body for each in messages.by_ids(desk, stand) if each.deleted_at is None and each.redacted_at is None]
    is_ours = bool((message.get("author") or {}).get("bot"))
    return "\n".join(filter(None, words)) if stand or is_ours else clean(str(message.get("content") or "")).strip()
