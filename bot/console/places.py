"""What one page of the room shows: the sidebar, the feed of a view, and a thread, read in one go and put into HTML."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import cards, threads
from bot.console.words import html, voice
from core import forgetting, listing, notices, troubles, views
from core.actor import Actor
from core.desk import Desk
from core.errors import UserError
from core.files import Store, is_shown
from core.query import parse
from core.render import Voice
from core.show import Card, Text, text, verbatim
from core.troubles import Trouble

LIVE = "live"
FEED = 30
_AT_HAND = "status:new,open assignee:me|none -is:snoozed -is:live"
"""What an agent may go on with besides the live dialogs, whose tickets stand in their own cards."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What a page looks at."""

    view: str = LIVE
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A region of the page and its HTML."""

    region: str
    html: str

    @property
    def mark(self) -> str:
        """Tells whether it changed, without keeping the HTML."""
        return hashlib.blake2b(self.html.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class View:
    """A line of the sidebar."""

    name: str
    count: int
    is_chosen: bool

    @property
    def title(self) -> Text:
        """What people call it."""
        return name_of_view(self.name)

    @property
    def shown(self) -> str:
        """Its count as people read it."""
        return "99+" if self.count >= listing.COUNTED else str(self.count) if self.count else ""


_VIEW_NAMES = {
    "live": text("live"), "mine": text("mine"), "unassigned": text("unassigned"), "all": text("all"),
    "waiting": text("waiting"), "due": text("due"), "overdue": text("overdue"), "pending": text("pending"),
    "closed": text("closed"), "quarantine": text("quarantine"), "undelivered": text("undelivered"),
    "stuck": text("stuck"),
}  # fmt: skip


def name_of_view(name: str) -> Text:
    """What people call a view: the desk's own in their language, others as they were named."""
    return _VIEW_NAMES.get(name, verbatim(name))


def side(desk: Desk, looking: Looking) -> Fragment:
    """The sidebar: what is live, the views with their counts, and what needs somebody."""
    speaker = voice(desk.actor, desk.now)
    talking = listing.live(desk)
    waiting = sum(1 for dialog in talking if dialog.taken_at is None)
    found = [View(LIVE, len(talking), looking.view == LIVE)]
    for view in views.seen_by_actor(desk):
        found.append(View(view.name, _count(desk, view.filter), looking.view == view.name))
    troubled = [View(each.value, count, looking.view == each.value) for each, count in troubles.counts(desk).items()]
    troubled = [view for view in troubled if view.count or view.is_chosen]
    return Fragment("side", html("side.html", speaker, views=found, troubled=troubled, waiting=waiting))


def _count(desk: Desk, line: str) -> int:
    try:
        return listing.count(desk, parse(line))
    except UserError:
        return 0


def feed(desk: Desk, looking: Looking) -> Fragment:
    """The middle: the cards of the chosen view; the live dialogs stand above every list."""
    speaker = voice(desk.actor, desk.now)
    groups, more = _at_hand(desk) if looking.view == LIVE else _listed(desk, looking.view)
    groups = tuple(group for group in groups if group.cards)
    name = name_of_view(looking.view)
    about = html("feed.html", speaker, view=name, groups=groups, trouble=more, chosen=looking.thread)
    return Fragment("feed", about)


@dataclass(frozen=True, slots=True)
class Group:
    """Some cards of the feed, and what stands above them."""

    cards: tuple[Card, ...]
    title: Text | None = None


def _at_hand(desk: Desk) -> tuple[tuple[Group, ...], Text | None]:
    """What is live, the agent's own tickets, and those anybody may take."""
    rows, more = _rows(desk, _AT_HAND)
    mine = cards.rows_as_cards([row for row in rows if row.assignee])
    free = cards.rows_as_cards([row for row in rows if not row.assignee])
    live = Group(cards.dialog_cards(desk, listing.live(desk)))
    return (live, Group(mine, text("Your tickets")), Group(free, text("Tickets for you to take"))), more


def _listed(desk: Desk, view: str) -> tuple[tuple[Group, ...], Text | None]:
    """The cards of a view, or why there are none; the policy speaks through who asks for them."""
    try:
        match view:
            case Trouble.QUARANTINE:
                found = tuple(map(cards.quarantine_card, troubles.quarantined(desk)))
            case Trouble.UNDELIVERED:
                found = tuple(map(cards.delivery_card, troubles.undelivered(desk)))
            case Trouble.STUCK:
                found = tuple(map(cards.deadline_card, troubles.stuck(desk)))
            case _:
                rows, more = _rows(desk, views.named(desk, view) or view)
                return (Group(cards.rows_as_cards(rows)),), more
    except UserError as error:
        return (), error.said
    return (Group(found),), None


def _rows(desk: Desk, line: str) -> tuple[Sequence[listing.Row], Text | None]:
    page = listing.page(desk, parse(line), limit=FEED)
    more = text("More fit than are shown here. Narrow it down: ticket list FILTER") if page.after else None
    return page.rows, more


def told(desk: Desk) -> Fragment:
    """What this agent should hear of."""
    speaker = voice(desk.actor, desk.now)
    unseen = notices.unseen(desk, desk.actor.id or 0)
    lines = [(each.id, notices.words(each), f"ticket:{each.ticket_id}" if each.ticket_id else
              f"dialog:{each.dialog_id}" if each.dialog_id else "", each.at) for each in unseen]  # fmt: skip
    return Fragment("notices", html("notices.html", speaker, notices=lines))


@dataclass(frozen=True, slots=True)
class ThreadHtml:
    """A thread in HTML: its head, its items, what is held, and how far it has gone."""

    key: str
    name: str
    head: str
    items: str
    held: str
    reads: str
    is_relay: bool
    seq: int
    dialog: int | None
    dialog_seq: int
    """How far its dialog has gone: on a ticket's thread that is another count than its own."""
    reached: tuple[int, int]
    topics: tuple[str, ...] = field(default=())
    was_forgotten: bool = False
    """Whether words were removed from it for good behind the seq it was read from."""

    def as_frame(self, *, whole: bool) -> dict[str, Any]:
        """The frame the page gets."""
        return {
            "type": "thread", "key": self.key, "name": self.name, "whole": whole, "head": self.head,
            "items": self.items, "held": self.held, "reads": self.reads, "relay": self.is_relay, "seq": self.seq,
            "dialog": self.dialog, "delivered": self.reached[0], "seen": self.reached[1],
        }  # fmt: skip


def thread(desk: Desk, key: str, store: Store, *, after: int = 0) -> ThreadHtml:
    """A thread for the acting agent. Raises NotFound for what they may not see."""
    speaker = voice(desk.actor, desk.now)
    found = threads.read(desk, key, after=after)
    dialog, ticket = found.spot.dialog, found.spot.ticket
    topics = tuple(
        part
        for part in (
            f"ticket:{ticket.id}" if ticket else "",
            f"dialog:{dialog.id}" if dialog else "",
            f"typing:{dialog.id}" if dialog else "",
        )
        if part
    )
    return ThreadHtml(
        key=found.spot.key,
        name=speaker.say(found.spot.title),
        head=html("head.html", speaker, cards=found.cards),
        items=html("items.html", speaker, items=found.items, store=store, is_shown=is_shown),
        held=html("held.html", speaker, held=found.held),
        reads=speaker.say(found.reads),
        is_relay=found.is_relay,
        seq=found.seq,
        dialog=None if dialog is None else dialog.id,
        dialog_seq=0 if dialog is None else dialog.last_seq,
        reached=(0, 0) if dialog is None else (dialog.delivered_seq, dialog.seen_seq),
        topics=topics,
        was_forgotten=after > 0 and forgetting.was_since(
            desk, after, ticket_id=ticket.id if ticket else None, dialog_id=dialog.id if dialog else None
        ),
    )  # fmt: skip


def answer(said: Any, actor: Actor, speaker: Voice) -> str:
    """What a command said back, as a card only its typist sees."""
    return html("answer.html", speaker, answer=said)
