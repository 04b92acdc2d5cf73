"""What one agent sees of the desk in the app's home and by `/ticket` alone, read in one go; the policy speaks."""

from bot import cards
from bot.slack.home import Counted, Mine, Queue
from core import listing, teams, views
from core.desk import Desk
from core.errors import UserError
from core.query import parse
from core.show import Card

_SHOWN = 8
_MINE = "status:new,open assignee:me -is:snoozed"
_OVERDUE = "overdue:yes sort:due"
_UNASSIGNED = "status:new,open assignee:none -is:snoozed"


def queue(desk: Desk) -> Queue:
    """What there is to do for the acting agent."""
    return Queue(
        live=cards.dialog_cards(desk, listing.live(desk, limit=_SHOWN)), mine=_listed(desk, _MINE),
        overdue=_listed(desk, _OVERDUE), unassigned=_listed(desk, _UNASSIGNED), views=_views(desk), me=_me(desk),
    )  # fmt: skip


def _listed(desk: Desk, line: str) -> tuple[Card, ...]:
    return cards.rows_as_cards(listing.page(desk, parse(line), limit=_SHOWN).rows)


def _views(desk: Desk) -> tuple[Counted, ...]:
    return tuple(Counted(view.name, _count(desk, view.filter)) for view in views.seen_by_actor(desk))


def _count(desk: Desk, line: str) -> str:
    try:
        count = listing.count(desk, parse(line))
    except UserError:
        return "?"
    return "99+" if count >= listing.COUNTED else str(count)


def _me(desk: Desk) -> Mine:
    agent = teams.agent_by_id(desk, desk.actor.agent_id or 0)
    is_away = agent.is_away and (agent.away_until is None or agent.away_until > desk.now)
    alerts = str(agent.preferences.get("alerts", ""))
    return Mine(agent.name, agent.public_name, agent.language, is_away, alerts)
