"""What cards say of customers: who they are by proof, what they say, where they can be reached."""

from core import around, contacts
from core.around import Around
from core.desk import Desk
from core.models import Channel, Contact
from core.show import Button, Card, Field, Text, text, together, verbatim


def contact_card(desk: Desk, contact: Contact) -> Card:
    """A customer: who they are by proof, what they say, where they can be reached."""
    addresses = [
        Field(
            verbatim(identity.kind),
            _address(identity.address, verified=identity.is_verified, shared=identity.is_shared),
        )
        for identity in contacts.identities(desk, contact.id)
    ]
    beside = around.of_contacts(desk, [contact.id])[contact.id]
    lines = about_contact(desk, contact, beside)
    buttons = [Button(text("Rename"), f"customer name #{contact.id} ", asks=True)]
    buttons += [
        Button(text("Same as {name}", name=_named(id_, name)), f"customer merge #{contact.id} #{id_}")
        for id_, name in beside.same[:2]
    ]
    return Card(
        text("{who} (customer {id})", who=contacts.called(contact), id=contact.id),
        (Field(text("Name"), who(contact)), Field(text("Language"), verbatim(contact.language or "–")), *addresses),
        tuple(lines), tuple(buttons),
    )  # fmt: skip


def _address(address: str, *, verified: bool, shared: bool) -> Text:
    if shared:
        return text("{address} (shared)", address=address)
    return verbatim(address) if verified else text("{address} (not verified)", address=address)


def who(contact: Contact | None) -> Text:
    if contact is None:
        return text("nobody: an internal ticket")
    if contact.erased_at is not None:
        return text("erased")
    if not contact.name and contact.claimed_name:
        return text("Customer {id}, says to be {name}", id=contact.id, name=contact.claimed_name)
    return contacts.called(contact)


def _named(id_: int, name: str) -> Text:
    return verbatim(name) if name else text("Customer {id}", id=id_)


def about_contact(desk: Desk, contact: Contact | None, beside: Around) -> list[Text]:
    """What else an agent should know of the customer: their other tickets, and who they may be."""
    if contact is None:
        return []
    lines = []
    if beside.tickets:
        named = ", ".join(f"#{number} {subject[:40]}" for number, subject in beside.tickets[:3])
        lines.append(text("Other unclosed tickets: {tickets}", tickets=named))
    if beside.same:
        some = [text("{name} ({id})", name=_named(id_, name), id=id_) for id_, name in beside.same[:3]]
        lines.append(text("Maybe the same person: {names}", names=together(some)))
    notes = filter(None, (contact.note, *beside.notes))
    lines += [text("Note on the customer: {note}", note=note) for note in notes]
    if contact.blocked_until is not None and contact.blocked_until > desk.now:
        lines.append(_blocked(contact))
    return lines


def _blocked(contact: Contact) -> Text:
    if contact.blocked_until == contacts.FOR_GOOD:
        reason = contact.block_reason
        return text("Blocked for good: {reason}", reason=reason) if reason else text("Blocked for good")
    if contact.block_reason:
        return text("Blocked until {when}: {reason}", when=contact.blocked_until, reason=contact.block_reason)
    return text("Blocked until {when}", when=contact.blocked_until)


def channel_field(desk: Desk, channel_id: int | None) -> list[Field]:
    if channel_id is None:
        return []
    channel = desk.session.get_one(Channel, channel_id)
    return [Field(text("Channel"), verbatim(f"{channel.kind} {channel.name}"))]
