"""Commands on groups on a customers' platform: which are listened to."""

from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import channels, groups
from core.models import Role
from core.show import Answer, Button, Tone, text, texts


@command("desk groups", reads=True, role=Role.ADMIN, example="desk groups")
def list_(call: Call) -> Answer:
    """List the groups our bots are in, and whether what is said to them there counts."""
    known = groups.known(call.desk)
    if not known:
        return Answer(text("No bot of ours is in a group."))
    states = {True: text("allowed"), False: text("ignored")}
    lines = tuple(
        text("{channel} {group}: {title} ({state})", channel=each.channel, group=each.id, title=each.title,
             state=states[each.is_allowed])
        for each in known
    )  # fmt: skip
    buttons = tuple(
        Button(text("Allow {title}", title=each.title[:40]), f"desk group-allow {each.channel} {each.id}", Tone.GOOD)
        for each in known
        if not each.is_allowed
    )
    return Answer(texts("{count} group", "{count} groups", count=len(known)), lines=lines, buttons=buttons[:5])


@command("desk group-allow", role=Role.ADMIN, example="desk group-allow telegram -1001234567890")
def allow(call: Call, channel: kinds.Word, group: kinds.Word) -> Answer:
    """Let what is said to a channel's bot in a group count: mentions of it, answers to it, its commands."""
    title = groups.allow(call.desk, channels.named(call.desk, channel), group, allowed=True)
    return Answer(
        text("What is said to the bot in {title} counts from now on. Everybody there reads our answers.", title=title),
        tone=Tone.GOOD,
    )


@command("desk group-ignore", role=Role.ADMIN, example="desk group-ignore telegram -1001234567890")
def ignore(call: Call, channel: kinds.Word, group: kinds.Word) -> Answer:
    """Ignore what is said to a channel's bot in a group."""
    title = groups.allow(call.desk, channels.named(call.desk, channel), group, allowed=False)
    return Answer(text("What is said to the bot in {title} is ignored from now on.", title=title))


COMMANDS = (list_, allow, ignore)
