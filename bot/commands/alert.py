"""Commands on alerts: what teams are called for, who knows of it, silence for a time, supervisors, who is on call."""

from collections.abc import Sequence

from bot.cards.alerts import alert_cards
from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import calls, escalating, oncall, policy, silences, teams
from core.errors import UserError
from core.models import Agent, Role, Team
from core.show import Answer, Button, Text, Tone, text, texts, together, verbatim


@command("alert list", reads=True, example="alert list")
def list_(call: Call) -> Answer:
    """List what teams were called for and nobody has yet, the oldest first."""
    found = calls.open_ones(call.desk)
    lines = _silences(call)
    if not found:
        return Answer(text("Nobody is called for. All done here!"), lines=lines, tone=Tone.GOOD)
    said = texts("{count} alert", "{count} alerts", count=len(found))
    return Answer(said, cards=alert_cards(call.desk, found), lines=lines)


def _silences(call: Call) -> tuple[Text, ...]:
    known = {team.id: team for team in teams.known(call.desk)}
    found = silences.known(call.desk, known)
    return tuple(text("{team} is not called until {when}.", team=known[each].title, when=found[each]) for each in found)


@command("alert ack", example="alert ack 7")
def ack(call: Call, alert: kinds.Alert) -> Answer:
    """Say that you know of an alert: nobody is called for it again until something new happens."""
    if alert.acked_at is not None and alert.quiet_until is None:
        return Answer(text("{who} knows of it already.", who=oncall.name(call.desk, alert.acked_by)))
    calls.ack(call.desk, alert)
    return Answer(text("You know of it. It stays quiet until something new happens."), tone=Tone.GOOD)


@command("alert snooze", example="alert snooze 7 30m")
def snooze(call: Call, alert: kinds.Alert, until: kinds.When) -> Answer:
    """Put an alert off: the team is called again then, unless somebody has it."""
    calls.ack(call.desk, alert, until=until)
    return Answer(text("It stays quiet until {when}.", when=until))


@command("alert silence", role=Role.SUPERVISOR, example="alert silence tech 2h")
def silence(call: Call, team: kinds.OfTeam, until: kinds.When) -> Answer:
    """Let a team not be called until then; what comes meanwhile is told in one line afterwards.

    Without a team all teams of yours are meant.
    """
    chosen = _chosen(call, team)
    for each in chosen:
        silences.begin(call.desk, each.id, until)
    buttons = tuple(Button(_END, f"alert silence-off {each.name}") for each in chosen[:5])
    return Answer(text("{teams} will not be called until {when}.", teams=_titles(chosen), when=until), buttons=buttons)


_END = text("End it now")


@command("alert silence-off", role=Role.SUPERVISOR, example="alert silence-off tech")
def silence_off(call: Call, team: kinds.OfTeam) -> Answer:
    """Let a team be called again, and be told what came meanwhile."""
    ended = [each for each in _chosen(call, team) if silences.end(call.desk, each.id)]
    if not ended:
        return Answer(text("Nothing was silent."))
    return Answer(text("{teams} will be called again.", teams=_titles(ended)), tone=Tone.GOOD)


def _chosen(call: Call, team: Team | None) -> list[Team]:
    """The team that was named, else all of the typist's; whoever is of none, or no agent, means all."""
    if team is not None:
        return [team]
    known = teams.known(call.desk)
    return [each for each in known if each.id in call.desk.actor.teams] or list(known)


def _titles(chosen: Sequence[Team]) -> Text:
    return together([verbatim(each.title) for each in chosen])


@command("alert escalate", example="alert escalate 42 The customer threatens to leave.")
def escalate(call: Call, ticket: kinds.Ticket, why: kinds.Words = "") -> Answer:
    """Ask the supervisors to look at a ticket, and say why if you like: it is kept as a note."""
    count = escalating.escalate(call.desk, ticket, call.agent(), why)
    if count is None:
        return Answer(text("The supervisors are asked in their channel."), tone=Tone.GOOD)
    if not count:
        said = text("Nobody was told: there is no supervisor besides you. It stands in the ticket's thread.")
        return Answer(said, tone=Tone.WARN)
    said = texts("{count} supervisor is told.", "{count} supervisors are told.", count=count)
    return Answer(said, tone=Tone.GOOD)


@command("alert oncall", example="alert oncall tech @ines @ben")
def on_call(call: Call, team: kinds.OfTeam, who: kinds.Agents | None = None) -> Answer:
    """Show who of a team is on call and who is here; supervisors name who is on call, or `nobody`.

    Who is on call is named by the team's calls, in place of everybody.
    """
    chosen = _chosen(call, team)
    if who is not None:
        policy.must_be(call.desk.actor, Role.SUPERVISOR, text("Saying who is on call"))
        oncall.put(call.desk, _one(chosen).id, who)
    lines = tuple(_present(call, each) for each in chosen)
    return Answer(text("Who is on call"), lines=lines, tone=Tone.PLAIN if who is None else Tone.GOOD)


def _one(chosen: Sequence[Team]) -> Team:
    if len(chosen) > 1:
        known = ", ".join(each.name for each in chosen)
        raise UserError(text("Which team? Name one of {known} first.", known=known))
    return chosen[0]


def _present(call: Call, team: Team) -> Text:
    named, here = oncall.of_team(call.desk, team.id), teams.there(call.desk, team.id)
    return text(
        "{team}: on call {named}; here now {here}",
        team=team.title, named=_names(named, text("nobody by name")), here=_names(here, text("nobody")),
    )  # fmt: skip


def _names(agents: Sequence[Agent], nobody: Text) -> Text:
    return together([verbatim(f"@{each.name}") for each in agents]) if agents else nobody


COMMANDS = (list_, ack, snooze, silence, silence_off, escalate, on_call)
