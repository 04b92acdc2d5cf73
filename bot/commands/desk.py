"""Commands on the desk itself: people, teams, channels, views, prepared texts, quarantine, health."""

from collections.abc import Sequence

from bot import cards, standings
from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import (
    deadlines,
    figures,
    intake,
    leaving,
    parts,
    policy,
    quarantine,
    salvage,
    settling,
    setup,
    tags,
    teams,
    templates,
    troubles,
    views,
    wordings,
)
from core.desk import Desk
from core.errors import UserError
from core.models import Role
from core.show import Answer, Text, Tone, text, texts, together, verbatim
from core.standing import State


@command("desk health", reads=True, example="desk health")
def health(call: Call) -> Answer:
    """Show how the desk is: what waits, what is stuck, what is on."""
    found = figures.read(call.desk)
    rooms = standings.of_rooms(call.desk, standings.there(call.desk))
    stand = [
        *standings.of_channels(call.desk),
        *(each for each in rooms if each.standing.state is not State.OFF or each.standing.waiting),
    ]
    live, unclosed = sum(found.dialogs.values()), sum(found.tickets.values())
    lines: list[Text] = [
        texts("{count} live dialog", "{count} live dialogs", count=live),
        texts("{count} unclosed ticket", "{count} unclosed tickets", count=unclosed),
        texts(
            "{count} message waits to be searchable", "{count} messages wait to be searchable", count=found.unindexed
        ),
        texts("{count} thing waits in quarantine", "{count} things wait in quarantine", count=found.quarantined),
        *(_wrong(call.desk) if policy.is_at_least(call.desk.actor, Role.SUPERVISOR) else ()),
        *(each.line() for each in stand),
    ]
    return Answer(_verdict(found.stuck, stand), lines=tuple(lines))


def _verdict(stuck: int, stand: Sequence[standings.Told]) -> Text:
    """What matters first: what does not work now."""
    broken = [verbatim(each.name) for each in stand if each.standing.state in (State.FAILING, State.AWAY)]
    if broken:
        return text("Not all works: {names}. See below.", names=together(broken))
    return text("Something needs an admin.") if stuck else text("The desk is well.")


def _wrong(desk: Desk) -> tuple[Text, ...]:
    """What is stuck, what failed lately, which of the owner's texts cannot be said."""
    stuck = (text("Stuck: {what}", what=deadlines.describe(due)) for due in troubles.stuck(desk))
    failed = (parts.told(failure, desk.now) for failure in parts.failures(desk))
    return (*stuck, *failed, *wordings.broken(desk))


@command("desk agents", reads=True, example="desk agents")
def agents(call: Call) -> Answer:
    """List the agents, with role and teams."""
    lines = tuple(
        text("@{name}, {public}, {role}{away}", name=a.name, public=a.public_name, role=a.role.value,
             away=text(", away") if a.is_away else "")
        for a in teams.agents(call.desk)
    )  # fmt: skip
    return Answer(texts("{count} agent", "{count} agents", count=len(lines)), lines=lines)


@command("desk agent-add", role=Role.ADMIN, example="desk agent-add ben agent")
def agent_add(call: Call, name: kinds.Word, role: kinds.Role = Role.AGENT) -> Answer:
    """Add an agent, or change their role."""
    agent = teams.add_agent(call.desk, name, role=role)
    said = text("@{name} is {role}. Sign them in with: deskbell agent link {name}", name=agent.name, role=role.value)
    return Answer(said, tone=Tone.GOOD)


@command("desk agent-remove", role=Role.ADMIN, example="desk agent-remove @ben")
def agent_remove(call: Call, agent: kinds.Agent) -> Answer:
    """Take an agent off the desk: their sessions end at once, their unclosed tickets go back to the queue."""
    if agent.id == call.desk.actor.agent_id:
        raise UserError(text("You cannot remove yourself; ask another admin."))
    count = len(leaving.leave(call.desk, agent).tickets)
    said = texts(
        "@{name} is off the desk; {count} ticket went back to the queue.",
        "@{name} is off the desk; {count} tickets went back to the queue.",
        count=count, name=agent.name,
    )  # fmt: skip
    return Answer(said)


@command("desk teams", reads=True, example="desk teams")
def list_teams(call: Call) -> Answer:
    """List the teams."""
    lines = tuple(verbatim(line) for line in setup.lines(call.desk, "team"))
    return Answer(texts("{count} team", "{count} teams", count=len(lines)), lines=lines)


@command("desk team-add", role=Role.ADMIN, example="desk team-add tech Technical support")
def team_add(call: Call, name: kinds.Word, title: kinds.Words = "") -> Answer:
    """Add a team."""
    team = teams.add_team(call.desk, name, title)
    return Answer(text("Team {name} is there.", name=team.name), tone=Tone.GOOD)


@command("desk join", role=Role.ADMIN, example="desk join @ben tech")
def join(call: Call, agent: kinds.Agent, team: kinds.Team) -> Answer:
    """Make an agent a member of a team."""
    teams.join_team(call.desk, agent.id, team.id)
    return Answer(text("@{name} is in {team} now.", name=agent.name, team=team.title))


@command("desk leave", role=Role.ADMIN, example="desk leave @ben tech")
def leave(call: Call, agent: kinds.Agent, team: kinds.Team) -> Answer:
    """Take an agent out of a team."""
    teams.leave_team(call.desk, agent.id, team.id)
    return Answer(text("@{name} is no longer in {team}.", name=agent.name, team=team.title))


@command("desk views", reads=True, example="desk views")
def list_views(call: Call) -> Answer:
    """List the views you have."""
    lines = tuple(verbatim(f"{view.name} = {view.filter}") for view in views.seen_by_actor(call.desk))
    return Answer(texts("{count} view", "{count} views", count=len(lines)), lines=lines)


@command("desk view", example="desk view refunds tag:billing refund")
def view(call: Call, name: kinds.Word, filter: kinds.Words) -> Answer:
    """Save a filter as a view of your own; a `=` between them, as in set-up lines, may be left out."""
    views.save(call.desk, name, filter.removeprefix("=").strip(), agent_id=call.agent().id)
    return Answer(text("View {name} is saved.", name=name), tone=Tone.GOOD)


@command("desk view-remove", example="desk view-remove refunds")
def view_remove(call: Call, name: kinds.Word) -> Answer:
    """Remove a view of your own."""
    views.remove(call.desk, name, agent_id=call.agent().id)
    return Answer(text("View {name} is gone.", name=name))


@command("desk replies", reads=True, example="desk replies")
def replies(call: Call) -> Answer:
    """List the prepared replies."""
    lines = tuple(verbatim(f"{t.name} = {t.words[:120]}") for t in templates.known(call.desk))
    return Answer(texts("{count} prepared reply", "{count} prepared replies", count=len(lines)), lines=lines)


@command("desk tags", reads=True, example="desk tags")
def list_tags(call: Call) -> Answer:
    """List the tags."""
    known = tags.known(call.desk)
    return Answer(verbatim(", ".join(known) or "–"))


@command("desk tag-remove", role=Role.ADMIN, example="desk tag-remove old")
def tag_remove(call: Call, tag: kinds.Word) -> Answer:
    """Remove a tag from the desk and from everything it is on."""
    tags.delete_tag(call.desk, tag.removeprefix("+"))
    return Answer(text("The tag {tag} is gone.", tag=tag[:60]))


@command("desk set", role=Role.ADMIN, example="desk set reply hello = Hello {{contact.name}}!")
def set_(call: Call, line: kinds.Words) -> Answer:
    """Set something up with a line of text: hours, view, reply, text, team, tag, channel."""
    setup.apply(call.desk, line)
    return Answer(text("Set: {line}", line=line[:200]), tone=Tone.GOOD)


@command("desk quarantine", reads=True, role=Role.SUPERVISOR, example="desk quarantine")
def list_quarantine(call: Call) -> Answer:
    """List what came in and could not be understood."""
    waiting = troubles.quarantined(call.desk)
    if not waiting:
        return Answer(text("Nothing waits in quarantine."), tone=Tone.GOOD)
    said = texts("{count} thing in quarantine", "{count} things in quarantine", count=len(waiting))
    return Answer(said, cards=tuple(cards.quarantine_card(kept) for kept in waiting))


@command("desk retry", role=Role.SUPERVISOR, example="desk retry 3")
def retry(call: Call, number: kinds.Number) -> Answer:
    """Take something in from quarantine after all."""
    kept = quarantine.by_id(call.desk, number)
    if kept.source.startswith("room:"):
        quarantine.ask_again(call.desk, kept)
        return Answer(text("It is done again now. If it fails once more, it is listed here again: desk quarantine"))
    intake.try_again(call.desk, kept)
    return Answer(text("Taken in."), tone=Tone.GOOD)


@command("desk make-ticket", role=Role.SUPERVISOR, example="desk make-ticket 3")
def make_ticket(call: Call, number: kinds.Number) -> Answer:
    """Make a ticket of something in quarantine, by hand: what can be read of it is its first note."""
    ticket = salvage.make_ticket(call.desk, quarantine.by_id(call.desk, number))
    return Answer(text("It is ticket #{number} now.", number=ticket.id), tone=Tone.GOOD, go=f"ticket:{ticket.id}")


@command("desk discard", role=Role.SUPERVISOR, example="desk discard 3")
def discard(call: Call, number: kinds.Number) -> Answer:
    """Let something in quarantine go."""
    quarantine.discard(call.desk, quarantine.by_id(call.desk, number))
    return Answer(text("Discarded."))


@command("desk undelivered", reads=True, example="desk undelivered")
def undelivered(call: Call) -> Answer:
    """List what could not be delivered, and what perhaps was."""
    troubled = troubles.undelivered(call.desk)
    if not troubled:
        return Answer(text("Everything was delivered."), tone=Tone.GOOD)
    said = texts("{count} thing not delivered", "{count} things not delivered", count=len(troubled))
    return Answer(said, cards=tuple(cards.delivery_card(delivery) for delivery in troubled))


@command("desk resend", example="desk resend 12")
def resend(call: Call, number: kinds.Number) -> Answer:
    """Send something again that failed or perhaps arrived."""
    settling.send_again(call.desk, troubles.undelivered_one(call.desk, number))
    return Answer(text("It will be sent again."), tone=Tone.GOOD)


@command("desk leave-it", example="desk leave-it 12")
def leave_it(call: Call, number: kinds.Number) -> Answer:
    """Let something be that was not delivered, or perhaps was."""
    settling.discard(call.desk, troubles.undelivered_one(call.desk, number))
    return Answer(text("Left as it is."))


@command("desk stuck", reads=True, role=Role.SUPERVISOR, example="desk stuck")
def stuck(call: Call) -> Answer:
    """List what became due and failed three times."""
    found = troubles.stuck(call.desk)
    if not found:
        return Answer(text("Nothing is stuck."), tone=Tone.GOOD)
    said = texts("{count} thing is stuck", "{count} things are stuck", count=len(found))
    return Answer(said, cards=tuple(cards.deadline_card(due) for due in found))


@command("desk retry-deadline", role=Role.SUPERVISOR, example="desk retry-deadline 5")
def retry_deadline(call: Call, number: kinds.Number) -> Answer:
    """Try something once more that became due and failed three times."""
    deadlines.again(call.desk, deadlines.stuck_one(call.desk, number))
    return Answer(text("It is tried again now."), tone=Tone.GOOD)


@command("desk drop-deadline", role=Role.SUPERVISOR, example="desk drop-deadline 5")
def drop_deadline(call: Call, number: kinds.Number) -> Answer:
    """Let something be that became due and failed three times: it is not done."""
    deadlines.let_go(call.desk, deadlines.stuck_one(call.desk, number))
    return Answer(text("Dropped; it will not be done."))


COMMANDS = (
    health, agents, agent_add, agent_remove, list_teams, team_add, join, leave, list_views, view,
    view_remove, replies, list_tags, tag_remove, set_, list_quarantine, retry, make_ticket, discard, undelivered,
    resend, leave_it, stuck, retry_deadline, drop_deadline,
)  # fmt: skip
