"""Commands on customers: who they are, how they are reached, whether they may write."""

from bot import cards
from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from bot.commands.values import one_contact
from core import contacts, forgetting, listing, lookup, messages
from core.errors import UserError
from core.models import Contact, Role
from core.query import parse
from core.render import LANGUAGES
from core.show import Answer, Button, Tone, text, texts


@command("customer show", reads=True, example="customer show ana@example.com")
def show(call: Call, customer: kinds.Contact) -> Answer:
    """Show who a customer is, how they can be reached, and their unclosed tickets."""
    card = cards.contact_card(call.desk, customer)
    return Answer(card.title, cards=(card,))


@command("customer find", reads=True, example="customer find ana")
def find(call: Call, who: kinds.Words) -> Answer:
    """Find customers by name, address or number."""
    found = lookup.find(call.desk, who)
    if not found:
        return Answer(text("No customer is known as {who}.", who=who))
    said = texts("{count} customer", "{count} customers", count=len(found))
    return Answer(said, cards=tuple(cards.contact_card(call.desk, contact) for contact in found))


@command("customer history", reads=True, example="customer history 9")
def history(call: Call, customer: kinds.Contact) -> Answer:
    """List all tickets of a customer, closed ones too."""
    query = parse(f"contact:{customer.id} status:new,open,pending,closed sort:-number")
    page = listing.page(call.desk, query, limit=20)
    said = texts(
        "{count} ticket of {who}", "{count} tickets of {who}", count=len(page.rows), who=contacts.called(customer)
    )
    return Answer(said, cards=cards.rows_as_cards(page.rows))


@command("customer name", example="customer name 9 Ana Lopez")
def name(call: Call, customer: kinds.Contact, name: kinds.Words) -> Answer:
    """Set the name you vouch for."""
    contacts.rename(call.desk, customer, name)
    return _changed(call, customer)


def _changed(call: Call, customer: Contact) -> Answer:
    call.desk.flush()
    card = cards.contact_card(call.desk, customer)
    return Answer(text("{who} was changed.", who=contacts.called(customer)), cards=(card,), tone=Tone.GOOD)


@command("customer language", example="customer language 9 de")
def language(call: Call, customer: kinds.Contact, language: kinds.Word) -> Answer:
    """Set the language a customer's automatic texts are in, for example de."""
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise UserError(text("There is no language {name}. There are: {known}", name=language[:40], known=known))
    contacts.speak(call.desk, customer, language)
    return _changed(call, customer)


@command("customer address", example="customer address 9 ana@example.com")
def address(call: Call, customer: kinds.Contact, address: kinds.Words) -> Answer:
    """Add an e-mail address or a phone number; it counts as not verified until they write from it."""
    kind = contacts.kind_of(address)
    if not kind:
        raise UserError(text("{address} is neither an e-mail address nor a phone number.", address=address))
    contacts.add_address(call.desk, customer, kind, address, is_verified=False)
    return _changed(call, customer)


@command("customer shared", example="customer shared office@example.com on")
def shared(call: Call, address: kinds.Word, on: kinds.Switch) -> Answer:
    """Mark an address as used by several people: names are kept per message, nobody is merged by it.

    It counts for all customers who have the address.
    """
    theirs = contacts.share(call.desk, address, shared=on)
    call.desk.flush()
    said = (
        text("{address} is used by several people now.", address=address)
        if on
        else text("{address} is used by one person now.", address=address)
    )
    return Answer(said, cards=tuple(cards.contact_card(call.desk, each) for each in theirs), tone=Tone.GOOD)


@command("customer note", example="customer note 9 prefers to be called")
def note(call: Call, customer: kinds.Contact, note: kinds.Words) -> Answer:
    """Keep a note on a customer that stands on all their cards."""
    customer.note = messages.bounded(call.desk, note)[:1000]
    return _changed(call, customer)


@command("customer edit", example="customer edit 9 name Ana Lopez")
def edit(call: Call, customer: kinds.Contact, what: kinds.About, value: kinds.Words) -> Answer:
    """Change a customer's name, language or note, or add an address."""
    change = {"name": name, "language": language, "address": address, "note": note}[what]
    return change.body(call, customer, value.strip())


@command("customer merge", example="customer merge 9 12")
def merge(call: Call, customer: kinds.Contact, other: kinds.Customer) -> Answer:
    """Say that two customers are one person; can be undone with customer part."""
    target = one_contact(call, other)
    contacts.merge(call.desk, customer, target)
    part = Button(text("Undo"), f"customer part #{customer.id}")
    said = text("{who} and {other} are one customer now.", who=contacts.called(customer), other=contacts.called(target))
    return Answer(said, buttons=(part,), tone=Tone.GOOD)


@command("customer part", example="customer part 9")
def part(call: Call, number: kinds.Number) -> Answer:
    """Undo a merge of customers: give the number of the one that was merged away."""
    customer = contacts.by_id(call.desk, number)
    contacts.unmerge(call.desk, customer)
    return Answer(text("{who} stands alone again.", who=contacts.called(customer)))


@command("customer block", example="customer block 9 7d insults")
def block(call: Call, customer: kinds.Contact, until: kinds.Until | None = None, reason: kinds.Words = "") -> Answer:
    """Keep a customer's messages in quarantine, for a time or for good, with a reason."""
    contacts.block(call.desk, customer, until or contacts.FOR_GOOD, reason)
    unblock_it = Button(text("Unblock"), f"customer unblock #{customer.id}")
    return Answer(text("{who} is blocked.", who=contacts.called(customer)), buttons=(unblock_it,))


@command("customer unblock", example="customer unblock 9")
def unblock(call: Call, customer: kinds.Contact) -> Answer:
    """Let a customer write again."""
    contacts.unblock(call.desk, customer)
    return Answer(text("{who} may write again.", who=contacts.called(customer)))


@command("customer blocked", reads=True, example="customer blocked")
def blocked(call: Call) -> Answer:
    """List the customers whose messages wait in quarantine."""
    found = contacts.blocked(call.desk)
    said = texts("{count} customer is blocked", "{count} customers are blocked", count=len(found))
    return Answer(said, cards=tuple(cards.contact_card(call.desk, contact) for contact in found))


@command("customer export", role=Role.SUPERVISOR, example="customer export 9")
def export(call: Call, customer: kinds.Contact) -> Answer:
    """Give out everything the desk knows of a customer, as JSON."""
    document = forgetting.export(call.desk, customer)
    said = text("Everything about {who}.", who=contacts.called(customer))
    return Answer(said, document=document, file_name=f"customer-{customer.id}.json")


@command("customer erase", role=Role.ADMIN, example="customer erase 9 yes")
def erase(call: Call, customer: kinds.Contact, sure: kinds.Sure = "") -> Answer:
    """Forget a customer for good: names, addresses, words and files. Cannot be undone."""
    if sure != "yes":
        said = text(
            "This removes the names, addresses, words and files of {who} from everywhere. It cannot be undone.",
            who=contacts.called(customer),
        )
        yes = Button(text("Yes, forget them"), f"customer erase #{customer.id} yes", Tone.BAD)
        return Answer(said, buttons=(yes,), tone=Tone.WARN, asks=True)
    count = forgetting.erase(call.desk, customer)
    return Answer(texts("Forgotten, with {count} message.", "Forgotten, with {count} messages.", count=count))


COMMANDS = (
    show, find, history, edit, name, language, address, shared, note, merge, part, block, unblock, blocked, export,
    erase,
)  # fmt: skip
