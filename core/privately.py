"""A conversation in a group, where others read along, goes on in private."""

import re

from sqlalchemy import exists, or_, select

from core import contacts, dialogs, kept, merged, messages, wordings
from core.contacts import Known
from core.desk import Desk
from core.errors import UserError
from core.events import WentPrivate
from core.kinds import private_kind
from core.models import Delivery, DeliveryState, Dialog, DialogState, Identity, Message, Ticket
from core.show import text

_ASKED = "asked_into_private"
_PAYLOAD = re.compile(r"dialog-(\d{1,15})")


def note_link(desk: Desk, channel_id: int, link: str) -> None:
    """Notes where somebody begins to talk with us in private; a payload is put behind it."""
    kept.keep(desk, _link(channel_id), link)


def link_of(desk: Desk, channel_id: int) -> str:
    """What was noted so."""
    return kept.read(desk, _link(channel_id))


def _link(channel_id: int) -> str:
    return f"start-link:{channel_id}"


def go(desk: Desk, dialog: Dialog) -> bool:
    """Goes on in private; where the customer has never talked to us there, they are shown how, and False returned."""
    dialogs.must_be_live(dialog)
    if not dialog.facts.get("audience"):
        raise UserError(text("Only the customer reads dialog {id} already.", id=dialog.id))
    home = _home(desk, dialog)
    if home is not None and _has_begun(desk, dialog, home):
        _move(desk, dialog, home)
        return True
    link = f"{link_of(desk, dialog.channel_id)}dialog-{dialog.id}"
    dialog.facts = dialog.facts | {_ASKED: True}
    messages.say_to_customer(desk, text(wordings.COME_PRIVATE.id, link=link), dialogs.place(dialog))
    return False


def _home(desk: Desk, dialog: Dialog) -> Identity | None:
    """The customer's private address on the platform: a group's address holds it between its colons."""
    there = desk.session.get_one(Identity, dialog.identity_id)
    theirs = contacts.identities(desk, dialog.contact_id)
    private = (each for each in theirs if each.kind == private_kind(there.kind) and each.is_verified)
    return next((each for each in private if f":{each.address}:" in f"{there.address}:"), None)


def _has_begun(desk: Desk, dialog: Dialog, home: Identity) -> bool:
    """Whether they talk to us in private and did not shut us out there."""
    lane = f"channel:{dialog.channel_id}:{home.id}"
    heard = exists().where(Delivery.lane == lane, Delivery.state == DeliveryState.SENT)
    wrote = exists().where(Message.identity_id == home.id, Message.channel_id == dialog.channel_id)
    return home.failed_at is None and bool(desk.execute(select(or_(heard, wrote))).scalar_one())


def _move(desk: Desk, dialog: Dialog, home: Identity) -> None:
    other = dialogs.live_at(desk, dialog.channel_id, home.id)
    if other is not None:
        raise UserError(text("The customer is live in private already: dialog {id}.", id=other.id))
    dialog.identity_id = home.id
    dialog.facts = {name: value for name, value in dialog.facts.items() if name not in ("audience", _ASKED)}
    desk.record(WentPrivate(ticket_id=dialog.ticket_id, dialog_id=dialog.id))
    said = text(wordings.IN_PRIVATE.id, subject=dialog.subject)
    messages.say_to_customer(desk, said, dialogs.place(dialog))


def audience(desk: Desk, ticket: Ticket) -> str:
    """Who reads along where a reply about this ticket goes; nothing where only its customer does."""
    last = select(Dialog.facts).where(Dialog.ticket_id.in_(merged.family(ticket.id))).order_by(Dialog.id.desc())
    facts = desk.execute(last.limit(1)).scalar_one_or_none() or {}
    return str(facts.get("audience", ""))


def came(desk: Desk, who: Known, payload: str) -> bool:
    """Whether somebody came by the link they were shown in a group: then that conversation goes on here."""
    found = _PAYLOAD.fullmatch(payload)
    dialog = None if found is None else desk.lock(Dialog, int(found[1]))
    if dialog is None or dialog.state is not DialogState.LIVE or not dialog.facts.get(_ASKED):
        return False
    home = _home(desk, dialog)
    if home is None or home.id != who.identity_id or dialogs.live_at(desk, dialog.channel_id, home.id) is not None:
        return False
    _move(desk, dialog, home)
    return True
