"""Commands that bring the desk into team chats: channels, the people in them, accounts that are one person's."""

import re
from dataclasses import dataclass

from bot.commands import kinds
from bot.commands.call import Call, Surroundings
from bot.commands.registry import command
from core import accounts, notices, opening, places, policy, teams, tickets
from core.actor import ActorKind
from core.desk import Desk
from core.errors import NotAllowed, UserError
from core.models import Agent, Place, Purpose, Role, Team
from core.notices import News
from core.places import Channel
from core.show import Answer, Button, Text, Tone, text, texts, verbatim

_ROLE = re.compile(r"\s*\brole:(\S+)")
_LISTED = 20
"""People of a channel who are listed with a button each."""
_ASKED_FROM = 21
"""From so many people on it is asked before they become agents."""
_NAMED = 10
"""How many of them are named then."""


def _may_set_up(call: Call) -> None:
    """Refuses who is no admin of the desk; whoever administers the chat may, while no admin has ever been here."""
    actor, around = call.desk.actor, call.around
    if actor.kind is ActorKind.AGENT and actor.role is Role.ADMIN:
        return
    if around is None or not around.is_chats_admin:
        raise NotAllowed(text("Only an admin of this desk, or of this team chat, can set up a channel."))
    if accounts.has_admin(call.desk):
        raise NotAllowed(
            text("An admin of this desk has to confirm it. Type “me link” in the team room, then here “me link CODE”.")
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a setting up comes to: a team's channel, and who becomes an agent by it."""

    team: Team
    purpose: Purpose
    channel: Channel
    people: tuple[accounts.Person, ...]
    is_sure: bool


@command("desk setup", role=None, around=True, permits=_may_set_up, example="desk setup support")
def setup(call: Call, what: kinds.Words = "") -> Answer:
    """Make the channel you type this in a team's: its people become the team's agents, its tickets get threads here.

    With `supervisors` it becomes the place where supervisors are alerted. `role:NAME` takes only the people who have
    that role; a channel everybody can read needs one. Where many people would become agents, it asks first; `yes` at
    the end says so beforehand.
    """
    around = call.around
    if around is None:
        raise UserError(text("Type this in the channel of your team chat that is to be the team's."))
    _may_set_up(call)
    plan = _planned(call.desk, around, what)
    if not plan.is_sure and len(_newcomers(call.desk, plan)) >= _ASKED_FROM:
        return _question(call.desk, plan)
    return _carried_out(call, plan, _admin(call, around))


def _planned(desk: Desk, around: Surroundings, what: str) -> _Plan:
    words = _ROLE.sub("", what).lower().split()
    is_sure = words[-1:] == ["yes"]
    asked = " ".join(words[:-1] if is_sure else words)
    purpose = Purpose.SUPERVISORS if asked == "supervisors" else Purpose.TEAM
    team = teams.team_named(desk, asked) if asked and purpose is Purpose.TEAM else teams.first_team(desk)
    channel, people = _chosen(around, _ROLE.search(what))
    full = tuple(each for each in people if each.is_full) if purpose is Purpose.TEAM else ()
    return _Plan(team, purpose, channel, full, is_sure)


def _newcomers(desk: Desk, plan: _Plan) -> list[accounts.Person]:
    known = places.accounts_of(desk, plan.team.id, plan.channel.room)
    return [each for each in plan.people if each.external_id not in known]


def _question(desk: Desk, plan: _Plan) -> Answer:
    """Says who would become an agent and what that touches."""
    coming, channel, team = _newcomers(desk, plan), plan.channel, plan.team
    names = ", ".join(each.name for each in coming[:_NAMED])
    said = texts(
        "This makes {count} person an agent of {team}: {names}",
        "This makes {count} people agents of {team}: {names}, …",
        count=len(coming), team=team.title, names=names,
    )  # fmt: skip
    here = Place(room=channel.room, place=channel.place, team_id=team.id)
    count = places.untold(desk, here)
    touched = [_untold(count)] if count else []
    role = f" role:{channel.role}" if channel.role else ""
    yes = texts("Yes, {count} agent", "Yes, all {count}", count=len(coming))
    line = f"desk setup {team.name}{role} in:{channel.place} yes"
    return Answer(said, lines=tuple(touched), buttons=(Button(yes, line, Tone.WARN),), tone=Tone.WARN, asks=True)


def _carried_out(call: Call, plan: _Plan, admin: Agent) -> Answer:
    team, desk = plan.team, call.desk
    place = places.put(desk, team, plan.channel, plan.purpose)
    if plan.purpose is Purpose.SUPERVISORS:
        return Answer(text("Supervisors of {team} hear here of what waits for them.", team=team.title), tone=Tone.GOOD)
    found = [accounts.admit(desk, team, plan.channel.room, person) for person in plan.people]
    for agent in found:
        _greet(desk, agent)
    return _set_up(call, place, team, [agent for agent in found if agent.id != admin.id])


def _admin(call: Call, around: Surroundings) -> Agent:
    """The admin who does it; whoever administers the chat becomes one while no admin has ever been here."""
    if call.desk.actor.kind is ActorKind.AGENT:
        agent = call.agent()
        if agent.role is Role.ADMIN:
            return agent
    team = teams.first_team(call.desk)
    admin = accounts.admit(call.desk, team, around.channel.room, around.typist, role=Role.ADMIN)
    admin.role = Role.ADMIN
    teams.saw(call.desk, admin.id)
    return admin


def _chosen(around: Surroundings, asked: re.Match[str] | None) -> tuple[Channel, tuple[accounts.Person, ...]]:
    """The channel and its people: all of them, or those of one role, named or by its id."""
    if asked is None:
        if around.is_open:
            raise UserError(
                text("Everybody here can read {channel}. Name the role of your team: desk setup role:NAME",
                     channel=around.channel.name)
            )  # fmt: skip
        return around.channel, around.members
    wanted = asked[1].lstrip("@").lower()
    role = next((each for each in around.roles if wanted in (each.name.lower(), each.id.lower())), None)
    if role is None:
        known = ", ".join(each.name for each in around.roles) or "–"
        raise UserError(text("There is no role {role} here. There are: {known}", role=wanted[:60], known=known))
    here = around.channel
    people = tuple(each for each in around.members if each.external_id in role.accounts)
    return Channel(here.room, here.place, here.name, role.id), people


def _greet(desk: Desk, agent: Agent) -> None:
    """Tells a new agent once how the desk works."""
    for account in accounts.of_agent(desk, agent.id):
        if not account.is_greeted:
            account.is_greeted = True
            notices.give_all(desk, [News(agent.id, _WELCOME, buttons=(_PRACTICE,))])


_WELCOME = text(
    "Welcome to the desk! In a ticket's thread what you write is a note for the team; “!r …” answers the customer. "
    "In a live dialog you have taken, what you write goes to the customer; “!n …” is a note. "
    "Try it where it reaches nobody: me practice"
)
_PRACTICE = Button(text("Get a practice ticket"), "me practice", Tone.GOOD)


def _set_up(call: Call, place: Place, team: Team, people: list[Agent]) -> Answer:
    call.desk.flush()
    count = places.untold(call.desk, place)
    lines = [verbatim(f"@{agent.name} – {agent.public_name}") for agent in people]
    buttons = [
        Button(text("Remove {name}", name=agent.public_name[:40]), f"desk agent-remove @{agent.name}")
        for agent in people[:_LISTED]
    ]
    if len(people) > _LISTED:
        lines.append(text("The buttons are for the first {count}. For others: desk agent-remove @NAME", count=_LISTED))
    if place.room in _CALLS_BY_ROLE and not place.role:
        lines.append(_CALLS_NOBODY)
    if count:
        lines.append(_untold(count))
        open_all = text("Open threads for all {count} now", count=_shown(count))
        buttons.insert(0, Button(open_all, f"desk open-threads in:{place.place}"))
    said = texts(
        "This channel is {team}'s now, with {count} agent besides you.",
        "This channel is {team}'s now, with {count} agents besides you.",
        count=len(people), team=team.title,
    )  # fmt: skip
    return Answer(said, lines=tuple(lines), buttons=tuple(buttons), tone=Tone.GOOD)


_CALLS_BY_ROLE = frozenset(("discord",))
"""Team chats in which a whole channel cannot be called, but a role can."""
_CALLS_NOBODY = text(
    "Nobody is notified of new tickets and calls here: your chat does that by a role. Name it to have it mentioned: "
    "desk setup role:NAME"
)


def _untold(count: int) -> Text:
    return texts(
        "{shown} ticket is not closed. It gets its thread with its next change.",
        "{shown} tickets are not closed. Each gets its thread with its next change.",
        count=count, shown=_shown(count),
    )  # fmt: skip


def _shown(count: int) -> str:
    return "1000+" if count >= places.COUNTED else str(count)


def _place_here(call: Call) -> Place:
    around = call.around
    place = None if around is None else places.at(call.desk, around.channel.room, around.channel.place)
    if place is None:
        raise UserError(text("This channel is no team's. Make it one: desk setup"))
    return place


@command("desk open-threads", role=Role.ADMIN, around=True, example="desk open-threads")
def open_threads(call: Call) -> Answer:
    """Open a thread in this channel for every ticket of its team that is not closed; many of them bit by bit."""
    count = opening.begin(call.desk, _place_here(call))
    if count > opening.BATCH:
        said = text("{count} threads are opened, {batch} at a time; you hear how far it is.", count=_shown(count),
                    batch=opening.BATCH)  # fmt: skip
        return Answer(said, tone=Tone.GOOD)
    said = texts("{count} thread is on its way.", "{count} threads are on their way.", count=count)
    return Answer(said, tone=Tone.GOOD)


@command("desk setup-off", role=Role.ADMIN, around=True, example="desk setup-off")
def setup_off(call: Call) -> Answer:
    """Let this channel be no team's any more; its threads stay as they are."""
    around = call.around
    found = () if around is None else places.all_at(call.desk, around.channel.room, around.channel.place)
    if not found:
        raise UserError(text("This channel is no team's. Make it one: desk setup"))
    for place in found:
        places.remove(call.desk, place)
    return Answer(text("This channel is no team's any more."))


@command("desk places", reads=True, example="desk places")
def list_places(call: Call) -> Answer:
    """List the channels of team chats and whose they are."""
    found = places.known(call.desk)
    lines = tuple(
        text("{room} {name}: {team}, {use}", room=at.room, name=at.name, team=team.title, use=_USE[at.purpose])
        for at, team in found
    )
    return Answer(texts("{count} channel", "{count} channels", count=len(lines)), lines=lines)


_USE: dict[str, Text] = {
    Purpose.TEAM.value: text("its tickets"),
    Purpose.SUPERVISORS.value: text("alerts for supervisors"),
}


@command("desk accept", role=Role.ADMIN, example="desk accept slack U012AB3CD")
def accept(call: Call, room: kinds.Word, account: kinds.Word) -> Answer:
    """Make somebody who came to a team's channel an agent of that team."""
    agent = accounts.accept(call.desk, room, account)
    _greet(call.desk, agent)
    remove = Button(text("Remove {name}", name=agent.public_name[:40]), f"desk agent-remove @{agent.name}")
    return Answer(text("{who} is an agent now: @{name}", who=agent.public_name, name=agent.name), buttons=(remove,))


@command("me link", role=None, example="me link")
def link(call: Call, code: kinds.Word = "") -> Answer:
    """Make your accounts one person: ask for a code where you are known, and type it where you are not yet."""
    if not code:
        policy.must_be(call.desk.actor, Role.AGENT, verbatim("me link"))
        made = accounts.code_for(call.desk, call.agent())
        return Answer(text("Type this in your other account within 15 minutes: me link {code}", code=made))
    if not call.account:
        raise UserError(text("Type the code in the account of your team chat that is to be yours."))
    agent = accounts.use_code(call.desk, code, call.room, call.account)
    teams.saw(call.desk, agent.id)
    return Answer(text("This account is yours now, @{name}.", name=agent.name), tone=Tone.GOOD)


@command("me alerts", example="me alerts slack")
def alerts(call: Call, where: kinds.Word) -> Answer:
    """Choose where you are told of what concerns you: `slack`, `discord`, or `off`."""
    agent = call.agent()
    rooms = [account.room for account in accounts.of_agent(call.desk, agent.id)]
    if where not in (*rooms, notices.NOWHERE):
        known = ", ".join((*dict.fromkeys(rooms), notices.NOWHERE))
        raise UserError(text("“{typed}” is not one of {names}.", typed=where[:40], names=known))
    agent.preferences = agent.preferences | {"alerts": where}
    if where == notices.NOWHERE:
        return Answer(text("You get no more messages; the news in the team room stay."))
    return Answer(text("You are told in {room} from now on.", room=where))


@command("me practice", example="me practice")
def practice(call: Call) -> Answer:
    """Get a ticket to try things on; what you write there reaches nobody."""
    me = call.agent()
    ticket = tickets.open_new(call.desk, f"Practice of {me.public_name}", teams.first_team(call.desk), how="practice")
    tickets.take(call.desk, ticket, me)
    return Answer(
        text("#{number} is for practice: it has no customer. Close it when you are done.", number=ticket.id),
        tone=Tone.GOOD, go=f"ticket:{ticket.id}",
    )  # fmt: skip


DESK_COMMANDS = (setup, open_threads, setup_off, list_places, accept)
MY_COMMANDS = (link, alerts, practice)
