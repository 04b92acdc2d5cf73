"""Prepared replies with named fields: no attributes, no calls, only the fields listed here."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from core import contacts
from core.desk import Desk
from core.errors import NotFound, UserError
from core.models import Agent, Dialog, Template, Ticket
from core.show import text

_FIELD = re.compile(r"\{\{\s*([\w.]{1,40})\s*\}\}")
FIELDS = ("contact.name", "ticket.number", "ticket.subject", "agent.name")


def save(desk: Desk, name: str, words: str) -> None:
    """Saves a prepared reply; an unknown field is refused with those there are."""
    for field in _FIELD.findall(words):
        if field not in FIELDS:
            raise UserError(text("There is no field {field}. There are: {known}", field=field, known=", ".join(FIELDS)))
    template = desk.session.scalars(select(Template).where(Template.name == name)).one_or_none()
    if template is None:
        template = Template(name=name, words=words)
        desk.session.add(template)
    template.words = words


def known(desk: Desk) -> Sequence[Template]:
    """The prepared replies by name."""
    return desk.session.scalars(select(Template).order_by(Template.name)).all()


def filled(desk: Desk, name: str, ticket: Ticket | None, dialog: Dialog | None) -> str:
    """A prepared reply for this customer; one whose fields cannot all be filled is refused."""
    template = desk.session.scalars(select(Template).where(Template.name == name)).one_or_none()
    if template is None:
        raise NotFound(text("There is no prepared reply {name}. Try: desk replies", name=name))
    values = _values(desk, ticket, dialog)
    missing = [field for field in _FIELD.findall(template.words) if not values.get(field)]
    if missing:
        raise UserError(text("{field} is not known here, so nothing was sent.", field=missing[0]))
    return _FIELD.sub(lambda match: values[match[1]], template.words)


def _values(desk: Desk, ticket: Ticket | None, dialog: Dialog | None) -> dict[str, str]:
    contact_id = ticket.contact_id if ticket is not None else dialog.contact_id if dialog is not None else None
    contact = None if contact_id is None else contacts.standing(desk, contact_id)
    agent = None if desk.actor.agent_id is None else desk.session.get_one(Agent, desk.actor.agent_id)
    return {
        "contact.name": "" if contact is None else contact.name or contact.claimed_name,
        "ticket.number": "" if ticket is None else str(ticket.number),
        "ticket.subject": ticket.subject if ticket is not None else dialog.subject if dialog is not None else "",
        "agent.name": "" if agent is None else agent.public_name,
    }
