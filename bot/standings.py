"""How channels and team chats stand, in words: for the page “Channels”, for `desk channels` and `desk health`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.connecting import Guide
from bot.guides import GUIDES, ROOMS
from core import channels, outages, roomkeys, standing, teams
from core.desk import Desk
from core.errors import UserError
from core.models import Channel, EventRow
from core.naming import Names
from core.parts import Failure
from core.show import Text, Tone, text, texts, verbatim
from core.standing import Standing, State

STATES = {
    State.ON: text("on"),
    State.OFF: text("off"),
    State.AWAY: text("away"),
    State.FAILING: text("failing"),
}
TONES = {State.ON: Tone.GOOD, State.OFF: Tone.PLAIN, State.AWAY: Tone.WARN, State.FAILING: Tone.BAD}


@dataclass(frozen=True, slots=True)
class Told:
    """One channel or team chat, ready to be shown."""

    name: str
    kind: str
    title: Text
    """What its kind is called."""
    team: str
    standing: Standing
    why: Text | None
    """What is wrong with it now, or was lately."""
    facts: tuple[Text, ...]

    @property
    def state(self) -> Text:
        """How it stands, in a word."""
        return STATES[self.standing.state]

    @property
    def tone(self) -> Tone:
        """How it stands, as a colour."""
        return TONES[self.standing.state]

    def line(self) -> Text:
        """All of it in one line."""
        parts = [self.why, *self.facts] if self.why is not None else list(self.facts)
        told = text("{name} ({kind}) is {state}", name=self.name, kind=self.kind, state=self.state)
        for part in parts:
            told = text("{before}; {more}", before=told, more=part)
        return told


def must_have_keys(guide: Guide, settings: Mapping[str, Any], *, has_env: bool) -> None:
    """Refuses to switch on what lacks its keys, and says which."""
    lacking = [] if has_env else guide.lacking({k.setting: settings.get(guide.field(k.setting)) for k in guide.keys})
    if lacking:
        raise UserError(text("It has no {key} yet. Enter it first: /room/channels", key=lacking[0].name))


def of_channels(desk: Desk) -> list[Told]:
    """All channels but those of the demo, in the order they were added."""
    rows = [each for each in channels.known(desk) if not each.is_demo]
    stands = standing.of_channels(desk, rows)
    titles = {team.id: team.title for team in teams.known(desk)}
    return [_channel(each, titles.get(each.team_id, ""), stands[each.id], desk.now) for each in rows]


def _channel(channel: Channel, team: str, stands: Standing, now: datetime) -> Told:
    title = GUIDES[channel.kind].title if channel.kind in GUIDES else verbatim(channel.kind)
    return Told(channel.name, channel.kind, title, team, stands, _why(stands, now), (*_traffic(stands), *_lag(stands)))


def of_rooms(desk: Desk, on: Sequence[str]) -> list[Told]:
    """All team chats; `on` are those whose keys stand in `.env`."""
    kept = [name for name in ROOMS if roomkeys.known(desk, name)]
    stands = standing.of_rooms(desk, ROOMS, {*on, *kept})
    return [
        Told(name, name, GUIDES[name].title, "", each, _why(each, desk.now), (*_there(each), *_lag(each)))
        for name, each in stands.items()
    ]


def there(desk: Desk) -> list[str]:
    """The team chats somebody is connected to, or was until they went away."""
    heard = {name: outages.heard_at(desk, name) for name in ROOMS}
    lately = desk.now - 2 * outages.PATIENCE
    away = outages.away(desk)
    return [name for name, at in heard.items() if name in away or (at is not None and at > lately)]


def _why(stands: Standing, now: datetime) -> Text | None:
    failure = stands.failure
    if failure is None or stands.state is State.OFF:
        return None
    return failure.said if stands.state is State.FAILING else _over(failure, now)


def _over(failure: Failure, now: datetime) -> Text:
    return text("works again; {ago} ago: {why}", ago=now - failure.at, why=failure.said)


def _traffic(stands: Standing) -> list[Text]:
    came, went = stands.came_at, stands.went_at
    if came is None and went is None:
        return [] if stands.state is State.OFF else [text("nothing came or went lately")]
    return [
        text("nothing came lately") if came is None else text("last came {when}", when=came),
        text("nothing went lately") if went is None else text("last went {when}", when=went),
    ]


def _there(stands: Standing) -> list[Text]:
    if stands.state is State.OFF:
        return []
    return [text("not heard yet") if stands.came_at is None else text("last there {when}", when=stands.came_at)]


def _lag(stands: Standing) -> list[Text]:
    found = []
    if stands.waiting:
        found.append(texts(
            "{count} thing waits to be sent, since {when}", "{count} things wait to be sent, the oldest since {when}",
            count=stands.waiting, when=stands.waiting_since,
        ))  # fmt: skip
    if stands.quarantined:
        found.append(texts("{count} in quarantine", "{count} in quarantine", count=stands.quarantined))
    return found


def changes(desk: Desk) -> list[tuple[datetime, Text]]:
    """What people changed lately: when, and who did what."""
    names = {each.id: each.name for each in channels.known(desk)}
    people = Names.of(desk)
    return [
        (row.at, text("{who}: {what}", who=people.actor(row.actor), what=_changed(row, names)))
        for row in standing.changes(desk)
    ]


def _changed(row: EventRow, names: dict[int, str]) -> Text:
    name = row.facts.get("room") or names.get(row.facts.get("channel", 0), "?")
    match row.kind:
        case "channel_added":
            return text("added the channel {name}", name=name)
        case "channel_switched":
            state = STATES[State.ON] if row.facts["on"] else STATES[State.OFF]
            return text("switched {name} {state}", name=name, state=state)
        case _:
            what = ", ".join(each.replace("_", " ") for each in row.facts["what"])
            return text("changed {name}: {what}", name=name, what=verbatim(what))
