"""A client secret that expires silences its mailbox: admins are told two weeks before."""

from datetime import UTC, date, datetime, time, timedelta

from core import deadlines, notices, teams
from core.deadlines import Due
from core.desk import Desk
from core.models import Channel, Role
from core.notices import News
from core.show import text

SETTING = "oauth_secret_until"
"""The setting in which the day stands."""
_EARLY = timedelta(days=14)


def expect(desk: Desk, channel: Channel) -> None:
    """Has admins told in time, on the day that is set now; without one nobody is."""
    until = _day(channel)
    if until is None:
        deadlines.drop(desk, "channel", channel.id, "secret")
    else:
        deadlines.put(desk, "channel", channel.id, "secret", datetime.combine(until, time(8), UTC) - _EARLY)


def warn(desk: Desk, due: Due) -> None:
    """An effect: admins hear which channel needs another secret, and by when."""
    channel = desk.session.get(Channel, due.subject_id)
    until = None if channel is None else _day(channel)
    if channel is None or until is None or desk.now < datetime.combine(until, time(8), UTC) - _EARLY:
        return
    said = text(
        "The client secret of {name} expires on {day}. Make another one at the provider, and enter it: "
        "/room/channels/{name}", name=channel.name, day=until.isoformat(),
    )  # fmt: skip
    admins = [agent.id for agent in teams.agents(desk) if agent.role is Role.ADMIN]
    notices.give_all(desk, [News(agent_id, said) for agent_id in admins])


def _day(channel: Channel) -> date | None:
    said = str(channel.settings.get(SETTING) or "")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return None
