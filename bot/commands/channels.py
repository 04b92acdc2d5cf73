"""Commands on channels: how they stand, added and switched; keys are entered on the page, never in a chat."""

from bot import guides, standings
from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from bot.connecting import Guide, Input, Key, fits, wrong
from core import channels, teams
from core.errors import UserError
from core.models import Channel, Role
from core.show import Answer, Button, Text, Tone, text, texts


@command("desk channels", reads=True, example="desk channels")
def list_(call: Call) -> Answer:
    """List the channels customers reach us by and the team chats: on, off, away or failing, and what waits there."""
    found = standings.of_channels(call.desk)
    chats = standings.of_rooms(call.desk, standings.there(call.desk))
    lines = tuple(each.line() for each in (*found, *chats))
    return Answer(texts("{count} channel", "{count} channels", count=len(found)), lines=lines)


@command("desk channel-add", role=Role.ADMIN, example="desk channel-add shop-mail email support")
def add(call: Call, name: kinds.Word, kind: kinds.Word, team: kinds.OfTeam = None) -> Answer:
    """Add a channel; it is off until it has its keys."""
    guide = guides.of_channel(kind.lower())
    channels.add_new(call.desk, guide.name, name, team or teams.first_team(call.desk))
    said = text("Channel {name} is there, and off. Enter its keys: /room/channels/{name}", name=name)
    return Answer(said, tone=Tone.GOOD)


@command("desk channel-on", role=Role.ADMIN, example="desk channel-on shop-mail")
def on(call: Call, name: kinds.Word) -> Answer:
    """Switch a channel on; what it still lacks, `desk channels` says."""
    channels.switch(call.desk, channels.named(call.desk, name), on=True)
    return Answer(text("{name} is on.", name=name), tone=Tone.GOOD)


@command("desk channel-off", role=Role.ADMIN, example="desk channel-off shop-mail")
def off(call: Call, name: kinds.Word) -> Answer:
    """Switch a channel off; what customers send meanwhile comes in when it is on again."""
    channels.switch(call.desk, channels.named(call.desk, name), on=False)
    button = Button(text("Switch on"), f"desk channel-on {name}")
    return Answer(text("{name} is off.", name=name), buttons=(button,))


@command("desk channel-set", role=Role.ADMIN, example="desk channel-set shop-mail from_name Lamp Shop")
def set_(call: Call, name: kinds.Word, setting: kinds.Word, value: kinds.Words = "") -> Answer:
    """Change a setting of a channel; its keys are entered on the page /room/channels, never in a chat."""
    channel = channels.named(call.desk, name)
    guide = guides.of_channel(channel.kind)
    key = _key(guide, setting)
    if key.is_secret:
        raise UserError(_not_here(channel))
    if key.input is Input.DAY:
        raise UserError(text("That is entered where it can be confirmed: /room/channels/{name}", name=name))
    typed = {"yes": "True", "no": ""}.get(value.lower(), value) if key.input is Input.YES else value.strip()
    if not fits(key, typed):
        raise UserError(wrong(key))
    channels.set_up(call.desk, channel, guide.as_row({key.setting: typed}))
    return Answer(text("Set: {line}", line=f"{name} {guide.field(key.setting)} {value}"[:200]), tone=Tone.GOOD)


def _key(guide: Guide, typed: str) -> Key:
    """The key somebody names as in `.env` or as in the list."""
    for key in guide.keys:
        if typed.upper() in (key.setting, key.setting.removeprefix(guide.prefix)):
            return key
    names = ", ".join(guide.field(key.setting) for key in guide.keys if not key.is_secret)
    raise UserError(text("“{typed}” is not one of {names}.", typed=typed[:40], names=names))


def _not_here(channel: Channel) -> Text:
    return text(
        "Keys do not belong into a chat: others read along. Enter it on the page /room/channels/{name}, or with: "
        "deskbell connect {kind}. If what you typed was real, have a new one made.", name=channel.name,
        kind=channel.kind,
    )  # fmt: skip


@command("desk connect", reads=True, role=Role.ADMIN, example="desk connect telegram")
def connect(call: Call, kind: kinds.Word) -> Answer:
    """Show how a kind of channel or a team chat is connected: what to do first, and where its keys are found."""
    guide = guides.GUIDES.get(kind.lower())
    if guide is None:
        raise UserError(text("“{typed}” is not one of {names}.", typed=kind[:40], names=", ".join(guides.GUIDES)))
    place = f"/room/team-chats/{guide.name}" if guide.is_room else "/room/channels"
    steps = (*guide.before, *(key.where for key in guide.keys if not key.is_rare))
    said = text("This is how {title} is connected; its keys are entered at {place}.", title=guide.title, place=place)
    return Answer(said, lines=steps)


COMMANDS = (list_, add, on, off, set_, connect)
