"""Fills a desk with people, dialogs and tickets in every state, as a lamp shop would have them; and empties it."""

from dataclasses import dataclass
from datetime import timedelta

from core import channels, contacts, demo, dialogs, ending, intake, messages, replies, spam, tags, teams, tickets
from core.actor import SYSTEM, Actor, ActorKind
from core.connector import Said, Sender
from core.desk import Desk
from core.errors import UserError
from core.models import Agent, Channel, Dialog, EndReason, Priority, Role, Status, Team
from core.receipt import Source
from core.replies import Draft
from core.show import Text, text
from core.store import Desks


@dataclass(frozen=True, slots=True)
class Story:
    """One customer's matter: who, what they and the agent say in turn, and what became of it."""

    name: str
    language: str
    turns: tuple[str, ...]
    """The customer first, then the agent, in turn."""
    outcome: str
    """`waiting`, `talking`, `open`, `pending`, `closed`, `new`, `spam`."""
    agent: str = "mia"
    hours_ago: float = 1
    tags: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    note: str = ""


STORIES = (
    Story(
        "Ana Petrović",
        "en",
        ("Hi,\nmy reading lamp arrived with a cracked shade. What now?",),
        "waiting",
        hours_ago=0.03,
    ),
    Story(
        "Jonas Weber",
        "de",
        (
            "Guten Tag\nPasst die Stehlampe Fjord auch mit einer E14-Birne?",
            "Guten Tag Herr Weber, die Fjord hat eine E27-Fassung. Mit einem Adapter geht E14.",
            "Super, haben Sie den Adapter auch?",
        ),
        "talking",
        hours_ago=0.05,
    ),
    Story(
        "Lena Hoffmann",
        "de",
        (
            "Meine Bestellung 20417 ist seit 9 Tagen unterwegs.",
            "Das tut mir leid! Ich frage beim Versand nach und melde mich heute noch.",
        ),
        "open",
        hours_ago=5,
        tags=("shipping",),
        priority=Priority.HIGH,
        note="Parcel is stuck in Leipzig, carrier investigates.",
    ),
    Story(
        "Tom Baker",
        "en",
        (
            "The dimmer of my ceiling light buzzes at half power.",
            "Which bulb is in it? Some LEDs buzz with older dimmers.",
            "A generic 9 W one. I can send a video.",
            "Please try the bulb I just put into your basket, free of charge.",
        ),
        "pending",
        hours_ago=26,
        tags=("product",),
    ),
    Story(
        "Fatima El-Sayed",
        "en",
        (
            "I was charged twice for order 20388!",
            "You are right, I have just refunded the second payment. It takes 2 to 3 days.",
            "Thank you so much!",
        ),
        "closed",
        agent="ben",
        hours_ago=30,
        tags=("billing",),
        priority=Priority.URGENT,
    ),
    Story(
        "Karl Brandt",
        "de",
        (
            "Ich möchte die Pendelleuchte zurückgeben, sie ist zu groß.",
            "Gern, das Rücksendeetikett ist unterwegs zu Ihnen.",
        ),
        "closed",
        agent="ben",
        hours_ago=52,
        tags=("returns",),
    ),
    Story("Sofia Rossi", "en", ("Do you ship to Italy, and how long does it take?",), "new", hours_ago=9),
    Story(
        "Nils Andersen",
        "en",
        ("I need an invoice with our VAT number for order 20401.",),
        "new",
        hours_ago=14,
        tags=("billing",),
    ),
    Story(
        "Marie Dubois",
        "en",
        ("The lamp flickers since the storm last night, is that dangerous?",),
        "new",
        hours_ago=2,
        priority=Priority.URGENT,
        tags=("product",),
    ),
    Story(
        "Peter Schulz",
        "de",
        ("Gibt es die Tischlampe Ava auch in Grün?", "Ab Dezember. Soll ich Ihnen Bescheid geben?", "Ja bitte!"),
        "pending",
        hours_ago=70,
    ),
    Story(
        "Win Big Now",
        "en",
        ("CONGRATULATIONS you won a crypto prize, click here http://prize.example",),
        "spam",
        hours_ago=7,
    ),
    Story(
        "Olga Ivanova",
        "en",
        (
            "Where can I recycle old bulbs?",
            "Any of our shops takes them back, and most supermarkets do, too.",
            "Perfect, thanks.",
        ),
        "closed",
        hours_ago=98,
    ),
)


def fill(desk: Desk) -> int:
    """Makes the demo; a desk that has one keeps it. Returns how many tickets it has."""
    if demo.is_there(desk):
        raise UserError(text("The demo is there already. Take it out with: deskbell demo --remove"))
    tags_before = demo.known_tags(desk)
    team = teams.add_team(desk, demo.free_name(desk, Team, "lamps"), "Lamp shop", is_demo=True)
    colleagues = {name: _agent(desk, name, public, team) for name, public in (("mia", "Mia"), ("ben", "Ben"))}
    channel = channels.add(desk, "webchat", demo.free_name(desk, Channel, "lamps-demo"), team)
    channel.is_demo, channel.is_on = True, True
    desk.flush()
    began = desk.now
    for number, story in enumerate(STORIES):
        desk.now = began - timedelta(hours=story.hours_ago)
        teams.saw(desk, colleagues["mia"].id)
        _tell(desk, Source.of(channel), story, number, colleagues[story.agent])
    desk.now = began
    for agent in colleagues.values():
        desk.refresh(agent)
        agent.seen_at = None
    demo.keep_tags(desk, tags_before)
    return len(demo.tickets(desk))


def _agent(desk: Desk, name: str, public: str, team: Team) -> Agent:
    """A colleague of the demo's own: an agent who has that name already is a real one."""
    agent = teams.add_agent(desk, demo.free_name(desk, Agent, name), role=Role.AGENT, public_name=public)
    agent.is_demo = True
    teams.join_team(desk, agent.id, team.id)
    return agent


def _tell(desk: Desk, source: Source, story: Story, number: int, agent: Agent) -> None:
    sender = Sender("webchat", f"demo-{number}", story.name, language=story.language)
    visitor = Actor(ActorKind.CHANNEL, source.channel_id, name="webchat")
    dialog: Dialog | None = None
    for turn, words in enumerate(story.turns):
        desk.now += timedelta(seconds=40)
        if turn % 2 == 0:
            with desk.acting(visitor):
                said = Said(f"demo-{number}-{turn}", sender, words, desk.now)
                dialog_id = intake.receive(desk, source, said).dialog_id
            dialog = dialogs.locked(desk, dialog_id or 0)
            _as_demo(desk, dialog)
        elif dialog is not None:
            _answer(desk, dialog, agent, words)
        desk.settle()
    if dialog is not None:
        with desk.acting(teams.actor(desk, agent)):
            _leave(desk, dialog, story, agent)
        desk.settle()


def _as_demo(desk: Desk, dialog: Dialog) -> None:
    dialog.is_demo = True
    contacts.by_id(desk, dialog.contact_id).is_demo = True


def _answer(desk: Desk, dialog: Dialog, agent: Agent, words: str) -> None:
    with desk.acting(teams.actor(desk, agent)):
        desk.refresh(dialog)
        if dialog.taken_at is None:
            dialogs.take(desk, dialog, agent)
        replies.release(desk, replies.hold(desk, agent, Draft(body=words, dialog=dialog)))


def _leave(desk: Desk, dialog: Dialog, story: Story, agent: Agent) -> None:
    """Leaves a story where its outcome says."""
    desk.refresh(dialog)
    for tag in story.tags:
        tags.add(desk, dialog, tag)
    dialogs.prioritise(desk, dialog, story.priority)
    if story.note:
        messages.note(desk, story.note, dialogs.place(dialog))
    if story.outcome in ("waiting", "talking"):
        return
    desk.now += timedelta(minutes=2)
    desk.refresh(dialog)
    reason = EndReason.UNTAKEN if story.outcome in ("new", "spam") else EndReason.AGENT
    ticket = ending.end(desk, dialog, reason)
    if ticket is None:
        return
    ticket.is_demo = True
    match story.outcome:
        case "pending":
            tickets.pend(desk, ticket, desk.now + timedelta(days=6))
        case "closed":
            tickets.close(desk, ticket)
        case "spam":
            spam.mark(desk, ticket)
        case _ if story.outcome == Status.OPEN:
            tickets.set_due(desk, ticket, desk.now + timedelta(hours=8))


async def take_out(desks: Desks) -> tuple[list[Text], list[Text]]:
    """Takes all of the demo out again, and nothing else; says what was parted from it before, and what went."""
    parted = await desks.change(SYSTEM, demo.part)
    return parted, await desks.change(SYSTEM, demo.remove)
