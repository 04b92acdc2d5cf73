"""What an admin sets up is lines of text: typed, listed, exported to a file, applied again."""

import re
from collections.abc import Callable, Iterator

from sqlalchemy import select

from core import calendars, channels, contacts, demo, tags, teams, templates, views, wordings, zones
from core.desk import Desk
from core.errors import UserError
from core.models import Agent, Channel, Member, Role, Tag, Team, Template, View, Wording
from core.render import LANGUAGES
from core.show import Text, text, together

_LINE = re.compile(r"(?P<kind>\w+)\s+(?P<name>[\w.-]+)(?:\s+(?P<more>[\w.-]+))?\s*=\s*(?P<value>.*)", re.DOTALL)
KINDS = ("hours", "agent", "team", "channel", "view", "reply", "text", "tag")


def apply(desk: Desk, line: str) -> None:
    """Sets up what one line says; the same line again changes nothing. Raises UserError with what is wrong."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise UserError(text("“{line}” is no line like: view mine = assignee:me", line=line[:80]))
    kind, value = match["kind"].lower(), _unescaped(match["value"].strip())
    if kind not in _APPLY:
        raise UserError(text("One cannot set up a {kind}. There are: {known}", kind=kind[:40], known=", ".join(KINDS)))
    if kind in ("agent", "team"):
        _must_speak(value)
    _APPLY[kind](desk, match["name"].lower(), (match["more"] or "").lower(), value)


def apply_all(desk: Desk, document: str) -> int:
    """Applies a file of lines, all or none; returns how many. Empty lines and `#` comments are passed over.

    Raises UserError naming all lines that are wrong.
    """
    meant = [(number, line) for number, line in enumerate(document.splitlines(), 1) if _is_meant(line)]
    wrong = [said for number, line in meant if (said := _wrong(desk, number, line)) is not None]
    if wrong:
        raise UserError(together(wrong, "\n"))
    return len(meant)


def _is_meant(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _wrong(desk: Desk, number: int, line: str) -> Text | None:
    try:
        apply(desk, line)
    except UserError as error:
        return text("Line {number}: {why}", number=number, why=error.said)
    return None


def export(desk: Desk) -> str:
    """The whole set-up as lines that `apply_all` takes."""
    return "\n".join(line for kind in KINDS for line in lines(desk, kind)) + "\n"


def lines(desk: Desk, kind: str) -> list[str]:
    """The lines of one kind, as they would be typed."""
    return [f"{kind} {each}" for each in _LIST[kind](desk)]


def _must_speak(line: str) -> None:
    """Refuses a team's or agent's line with a language or time zone the desk does not know."""
    options = dict(re.findall(r"\b(language|zone):(\S+)", line))
    if options.get("language", LANGUAGES[0]) not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise UserError(text("There is no language {name}. There are: {known}", name=options["language"], known=known))
    if "zone" in options:
        zones.named(options["zone"])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def _unescaped(value: str) -> str:
    return re.sub(r"\\(n|\\)", lambda match: "\n" if match[1] == "n" else "\\", value)


def _agent(desk: Desk, name: str, more: str, value: str) -> None:
    """`agent ben = supervisor Ben Miller language:de zone:Europe/Berlin email:ben@shop.example`

    The role, then the name customers see; what is not named stays as it is.
    """
    options = dict(re.findall(r"\b(language|zone|email):(\S*)", value))
    role, _, public_name = re.sub(r"\b(?:language|zone|email):\S*", "", value).strip().partition(" ")
    if role not in set(Role):
        raise UserError(text("“{typed}” is not one of {names}.", typed=role[:40], names=", ".join(Role)))
    agent = teams.add_agent(desk, name, role=Role(role))
    agent.public_name = " ".join(public_name.split())[:60] or agent.public_name
    agent.language = options.get("language") or agent.language
    agent.time_zone = options.get("zone") or agent.time_zone
    if options.get("email"):
        agent.email = contacts.normal_address("email", options["email"])


def _agents(desk: Desk) -> Iterator[str]:
    for agent in teams.agents(desk):
        if not agent.is_demo:
            options = f"language:{agent.language} zone:{agent.time_zone}"
            options += f" email:{agent.email}" if agent.email else ""
            yield f"{agent.name} = {agent.role.value} {agent.public_name} {options}"


def _team(desk: Desk, name: str, more: str, value: str) -> None:
    """`team tech = Technical support language:de zone:Europe/Berlin private:yes hours:office members:ines,ben`

    What is not named stays as it is; `members:` with nothing behind it empties the team.
    """
    options = dict(re.findall(r"\b(language|zone|private|hours|members):(\S*)", value))
    title = re.sub(r"\b(?:language|zone|private|hours|members):\S*", "", value).strip()
    team = teams.add_team(desk, name, title)
    team.title = title or team.title
    team.language = options.get("language") or team.language
    team.time_zone = options.get("zone") or team.time_zone
    if "hours" in options:
        calendars.give(desk, team, options["hours"] or calendars.ALWAYS)
    if "private" in options:
        team.is_private = _is_yes(options["private"])
    if "members" in options:
        named = filter(None, options["members"].split(","))
        teams.set_members(desk, team.id, {teams.agent_named(desk, member).id for member in named})


def _is_yes(typed: str) -> bool:
    if typed.lower() not in ("yes", "no"):
        raise UserError(text("“{typed}” is not one of {names}.", typed=typed[:40], names="yes, no"))
    return typed.lower() == "yes"


def _teams(desk: Desk) -> Iterator[str]:
    hours = {each.id: each.name for each in calendars.known(desk)}
    for team in desk.session.scalars(select(Team).where(~Team.is_demo).order_by(Team.id)):
        members = desk.execute(
            select(Agent.name)
            .join(Member, Member.agent_id == Agent.id)
            .where(Member.team_id == team.id, Agent.is_active, ~Agent.is_demo)
            .order_by(Agent.name)
        ).scalars()
        named = ",".join(members)
        private = "yes" if team.is_private else "no"
        works = hours.get(team.hours_id or 0, calendars.ALWAYS)
        options = f"language:{team.language} zone:{team.time_zone} private:{private} hours:{works} members:{named}"
        yield f"{team.name} = {team.title} {options}"


def _channel(desk: Desk, name: str, more: str, value: str) -> None:
    """`channel shop = webchat team:support on`"""
    match = re.fullmatch(r"(\w+)\s+team:(\S+)(?:\s+(on|off))?", value)
    if match is None:
        raise UserError(text("A channel looks like: channel shop = webchat team:support on"))
    channel = channels.add(desk, match[1], name, teams.team_named(desk, match[2]))
    if channel.kind != match[1]:
        raise UserError(
            text("{name} is {kind}; a channel's kind cannot change. Add another one.", name=name, kind=channel.kind)
        )
    channels.give(desk, channel, teams.team_named(desk, match[2]))
    channels.switch(desk, channel, on=match[3] != "off")


def _channels(desk: Desk) -> Iterator[str]:
    rows = desk.execute(
        select(Channel.name, Channel.kind, Channel.is_on, Team.name.label("team"))
        .join(Team, Team.id == Channel.team_id)
        .where(~Channel.is_demo)
        .order_by(Channel.id)
    )
    for row in rows:
        yield f"{row.name} = {row.kind} team:{row.team} {'on' if row.is_on else 'off'}"


def _view(desk: Desk, name: str, more: str, value: str) -> None:
    views.save(desk, name, value)


def _views(desk: Desk) -> Iterator[str]:
    everybody = select(View).where(View.agent_id.is_(None), View.team_id.is_(None))
    for view in desk.session.scalars(everybody.order_by(View.position, View.name)):
        yield f"{view.name} = {view.filter}"


def _reply(desk: Desk, name: str, more: str, value: str) -> None:
    templates.save(desk, name, value)


def _replies(desk: Desk) -> Iterator[str]:
    for template in desk.session.scalars(select(Template).order_by(Template.name)):
        yield f"{template.name} = {_escaped(template.words)}"


def _text(desk: Desk, name: str, more: str, value: str) -> None:
    """`text still-there de = Sind Sie noch da?`; no words bring our own back."""
    wrong = wordings.unsayable(name, value)
    if wrong is not None:
        raise UserError(wrong)
    language = more or "en"
    found = desk.session.scalars(
        select(Wording).where(Wording.name == name, Wording.language == language)
    ).one_or_none()
    if found is None:
        found = Wording(name=name, language=language, words=value)
        desk.session.add(found)
    found.words = value
    if not value:
        desk.session.delete(found)
    desk.look("wordings")


def _texts(desk: Desk) -> Iterator[str]:
    for wording in desk.session.scalars(select(Wording).order_by(Wording.name, Wording.language)):
        yield f"{wording.name} {wording.language} = {_escaped(wording.words)}"


def _hours(desk: Desk, name: str, more: str, value: str) -> None:
    """`hours office = mon-fri 9:00-17:30 Europe/Berlin holidays:DE-BY`; no words take them away."""
    if value:
        calendars.save(desk, name, value)
    else:
        calendars.remove(desk, name)


def _all_hours(desk: Desk) -> Iterator[str]:
    for each in calendars.known(desk):
        yield f"{each.name} = {each.line}"


def _tag(desk: Desk, name: str, more: str, value: str) -> None:
    tags.named(desk, name).colour = value[:20]


def _tags(desk: Desk) -> Iterator[str]:
    for tag in desk.session.scalars(select(Tag).where(Tag.id.not_in(demo.tags(desk))).order_by(Tag.name)):
        yield f"{tag.name} = {tag.colour}"


_APPLY: dict[str, Callable[[Desk, str, str, str], None]] = {
    "hours": _hours,
    "agent": _agent,
    "team": _team,
    "channel": _channel,
    "view": _view,
    "reply": _reply,
    "text": _text,
    "tag": _tag,
}
_LIST: dict[str, Callable[[Desk], Iterator[str]]] = {
    "hours": _all_hours,
    "agent": _agents,
    "team": _teams,
    "channel": _channels,
    "view": _views,
    "reply": _replies,
    "text": _texts,
    "tag": _tags,
}
