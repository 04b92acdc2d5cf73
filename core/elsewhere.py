"""Answers the customer got elsewhere: by an agent's own mail program, or by a way the desk is not connected to."""

from core import belonging, carrying, contacts, messages, replies, teams, tickets
from core.connector import Answered
from core.desk import Desk
from core.messages import Where, Words, Written
from core.models import Agent, Author, Identity, Reader, Ticket
from core.receipt import Receipt, Source
from core.show import text


def answered(desk: Desk, source: Source, answered: Answered) -> Receipt:
    """A letter one of us has sent: it is their reply on the ticket it answers; one that answers none is no matter of
    the desk.
    """
    number = ticket_of(desk, source, answered)
    is_known = number is not None and carrying.stands_at(desk, source.channel_id, answered.key) is not None
    if number is None or is_known or answered.letter.is_automatic:
        return Receipt()
    ticket = tickets.standing(desk, number)
    to = _to(desk, ticket, answered)
    if to is None:
        return _noted(desk, ticket, answered)
    agent = teams.agent_of_address(desk, answered.sender.address) or _called(desk, answered.sender.name)
    words = Words(
        author=Author.AGENT, reader=Reader.CUSTOMER, body=_bounded(desk, answered.text),
        agent_id=None if agent is None else agent.id, author_name=answered.sender.name or answered.sender.address,
        channel_id=source.channel_id, identity_id=to, files=answered.files,
        said_at=answered.at,
    )  # fmt: skip
    written = _write(desk, ticket, words)
    carrying.stands(desk, written.id, source.channel_id, (answered.key,))
    replies.answered(desk, ticket, agent, {})
    return Receipt(None, written.id, written.ticket_seq)


def _noted(desk: Desk, ticket: Ticket, answered: Answered) -> Receipt:
    """What was sent about a ticket to somebody else than its customer is for the team to know."""
    to = ", ".join(each.address for each in answered.letter.copied) or "?"
    told = text("{who} wrote about this by mail to {to}.", who=answered.sender.name or answered.sender.address, to=to)
    words = Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=told)
    messages.write(desk, words, Where(ticket_id=ticket.id))
    body = Words(
        author=Author.AGENT, reader=Reader.TEAM, body=_bounded(desk, answered.text), files=answered.files,
        author_name=answered.sender.name or answered.sender.address,
    )  # fmt: skip
    written = messages.write(desk, body, Where(ticket_id=ticket.id))
    return Receipt(None, written.id, written.ticket_seq)


def ticket_of(desk: Desk, source: Source, answered: Answered) -> int | None:
    """The ticket a letter one of us has sent answers."""
    keys = answered.letter.answers
    return belonging.by_our_ids(desk, (answered.key, *keys)) or belonging.by_their_ids(desk, source.channel_id, keys)


def _called(desk: Desk, name: str) -> Agent | None:
    """Who of us bears the name above a letter from a mailbox several share; nobody where several do."""
    public = name.partition(" · ")[0].strip().lower()
    bearers = [each for each in teams.agents(desk) if public and each.public_name.lower() == public]
    return bearers[0] if len(bearers) == 1 else None


def _to(desk: Desk, ticket: Ticket, answered: Answered) -> int | None:
    """Which of the customer's addresses it went to."""
    if ticket.contact_id is None:
        return None
    addresses = {each.address for each in answered.letter.copied}
    theirs = [each for each in contacts.identities(desk, ticket.contact_id) if each.kind == "email"]
    found: Identity | None = next((each for each in theirs if each.address in addresses), None)
    return None if found is None else found.id


def _bounded(desk: Desk, body: str) -> str:
    fits = len(body) <= desk.pace.longest_text
    return messages.bounded(desk, body if fits else body[: desk.pace.longest_text - 1] + "…")


def log(desk: Desk, ticket: Ticket, agent: Agent, body: str) -> Written:
    """Notes an answer the customer got by a way the desk is not connected to: it counts as a reply does."""
    said = messages.bounded(desk, body)
    told = text("{who} answered elsewhere.", who=agent.name)
    messages.write(
        desk, Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=told), Where(ticket_id=ticket.id)
    )  # fmt: skip
    words = Words(
        author=Author.AGENT, reader=Reader.TEAM, body=said, agent_id=agent.id, author_name=agent.public_name,
    )  # fmt: skip
    written = _write(desk, ticket, words)
    replies.answered(desk, ticket, agent, {})
    return written


def _write(desk: Desk, ticket: Ticket, words: Words) -> Written:
    answers = {"waiting_since": None, "last_message_at": desk.now}
    return messages.write(desk, words, Where(ticket_id=ticket.id, on_ticket=answers))
