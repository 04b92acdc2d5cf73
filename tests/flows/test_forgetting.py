"""What is kept no longer than it is needed, and what is gone when a person is forgotten."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import threads
from bot.console import places
from core import contacts, expiring, files, history, intake, quarantine
from core.connector import Edited, Said, Sender
from core.desk import Desk
from core.errors import NotFound, Unreadable, UserError
from core.models import Contact, File, Identity, Pressed, Quarantined, Received
from core.show import text
from tests.shop import Customer, Role, Shop

LATER = timedelta(hours=2)
"""Longer than bytes somebody has just taken are spared."""


@pytest.fixture
def store(tmp_path: Path) -> files.Store:
    """Where bytes lie."""
    return files.Store(tmp_path / "files", "k" * 40)


async def _sends(shop: Shop, customer: Customer, words: str, file_id: int) -> intake.Receipt:
    said = Said(f"{customer.sender.address}:{words}", customer.sender, words, shop.clock(), files=(file_id,))
    return await intake.take_in(shop.desks, shop.source, said)


async def _sweeps(shop: Shop, store: files.Store, *, now: datetime | None = None) -> list[str]:
    """What the schedule does every hour; returns whose bytes went."""
    unneeded = await shop.change(files.sweep)
    gone = store.remove(unneeded, now=now or datetime.now(UTC) + LATER)
    await shop.change(lambda desk: files.removed(desk, gone))
    return gone


async def _files(shop: Shop) -> list[tuple[int | None, bool]]:
    """To which message each belongs, and whether it was erased."""
    statement = select(File.message_id, File.erased_at.is_not(None)).order_by(File.id)
    return await shop.read(lambda desk: [(row[0], row[1]) for row in desk.execute(statement)])


async def test_files_of_a_message_in_quarantine_wait_with_it(shop: Shop, store: files.Store) -> None:
    admin, ana = await shop.agent("admin", Role.ADMIN), shop.customer("ana")
    await ana.writes("My lamp is broken")
    await admin.types("customer block 1 7d")
    taken = store.take(b"proof of payment")
    file_id = await shop.change(lambda desk: files.keep(desk, taken, "proof.txt"))
    assert (await _sends(shop, ana, "See the file", file_id)).is_quarantined
    await shop.passes("2d")
    assert await _sweeps(shop, store) == []
    assert await admin.types("desk retry 1") == "Taken in."
    ((message_id, is_erased),) = await _files(shop)
    assert (message_id is None, is_erased) == (False, False)


async def test_files_of_what_was_discarded_go(shop: Shop, store: files.Store) -> None:
    admin, ana = await shop.agent("admin", Role.ADMIN), shop.customer("ana")
    await ana.writes("My lamp is broken")
    await admin.types("customer block 1 7d")
    taken = store.take(b"proof of payment")
    file_id = await shop.change(lambda desk: files.keep(desk, taken, "proof.txt"))
    await _sends(shop, ana, "See the file", file_id)
    await admin.types("desk discard 1")
    await shop.passes("2d")
    assert await _sweeps(shop, store) == [taken.sha256]


async def test_bytes_are_removed_once(shop: Shop, store: files.Store) -> None:
    taken = store.take(b"nobody sends this")
    await shop.change(lambda desk: files.keep(desk, taken, "note.txt"))
    await shop.passes("2d")
    assert await _sweeps(shop, store) == [taken.sha256]
    assert await _sweeps(shop, store) == []
    assert not store.path(taken.sha256).exists()


async def test_bytes_another_file_needs_stay(shop: Shop, store: files.Store) -> None:
    taken = store.take(b"the same picture")
    await shop.change(lambda desk: files.keep(desk, taken, "old.txt"))
    await shop.passes("2d")
    await shop.change(lambda desk: files.keep(desk, taken, "new.txt"))
    assert await _sweeps(shop, store) == []
    assert store.path(taken.sha256).exists()


async def test_bytes_that_come_again_while_they_are_swept_stay(shop: Shop, store: files.Store) -> None:
    taken = store.take(b"the same picture")
    await shop.change(lambda desk: files.keep(desk, taken, "old.txt"))
    await shop.passes("2d")
    unneeded = await shop.change(files.sweep)
    os.utime(store.path(taken.sha256), (0, 0))  # it has lain there for long
    again = store.take(b"the same picture")
    gone = store.remove(unneeded, now=datetime.now(UTC))
    await shop.change(lambda desk: files.removed(desk, gone))
    await shop.change(lambda desk: files.keep(desk, again, "new.txt"))
    assert (unneeded, gone) == ([taken.sha256], [])
    assert store.path(taken.sha256).read_bytes() == b"the same picture"


async def test_bytes_that_come_again_after_they_were_swept_are_written_anew(shop: Shop, store: files.Store) -> None:
    taken = store.take(b"the same picture")
    await shop.change(lambda desk: files.keep(desk, taken, "old.txt"))
    await shop.passes("2d")
    await _sweeps(shop, store)
    again = store.take(b"the same picture")
    await shop.change(lambda desk: files.keep(desk, again, "new.txt"))
    assert await _sweeps(shop, store) == []
    assert store.path(taken.sha256).read_bytes() == b"the same picture"


async def test_an_erased_file_cannot_be_sent(shop: Shop, store: files.Store) -> None:
    ines = await shop.agent("ines")
    taken, agent_id = store.take(b"late"), ines.actor.id
    file_id = await shop.change(lambda desk: files.keep(desk, taken, "late.txt", agent_id=agent_id))
    await shop.passes("2d")
    await _sweeps(shop, store)
    with pytest.raises(UserError):
        await shop.change(lambda desk: files.unsent(desk, [file_id], agent_id=agent_id))


async def test_what_is_kept_of_a_key_does_not_say_whose_it_is(shop: Shop) -> None:
    await shop.agent("ines")
    ana = shop.customer("ana")
    await ana.writes("Hello", key="visitor-ana:1")
    assert (await ana.writes("Hello", key="visitor-ana:1")).is_repeat
    kept = await shop.read(lambda desk: list(desk.execute(select(Received.external_id)).scalars()))
    assert [key for key in kept if "ana" in key] == []


async def _asked(shop: Shop) -> None:
    """Ana has two tickets, and a reply to both waits for its yes."""
    ines = await shop.agent("ines")
    for words in ("My lamp is broken", "I am pregnant"):
        dialog = (await shop.customer("ana").writes(words, afresh=True)).dialog_id
        await ines.types(f"dialog end {dialog}")
    await ines.types("ticket title 1 Ana's broken lamp")
    await ines.types("ticket reply 1,2 Dear Ana Lopez, congratulations")


def _pressed(desk: Desk) -> str:
    return str(desk.execute(select(Pressed.line, Pressed.steps)).all())


async def test_questions_and_undos_are_forgotten_with_the_person(shop: Shop) -> None:
    await _asked(shop)
    assert "Ana Lopez" in await shop.read(_pressed)
    admin = await shop.agent("admin", Role.ADMIN)
    await admin.types("customer erase 1 yes")
    assert await shop.read(_pressed) == "[]"


async def test_questions_and_undos_go_when_they_are_too_old(shop: Shop) -> None:
    await _asked(shop)
    shop.clock.now += timedelta(minutes=31)
    await shop.change(expiring.forget_old)
    assert await shop.read(_pressed) == "[]"


async def _odd(shop: Shop, customer: Customer, words: str) -> None:
    """Something from somebody that cannot be understood."""
    said = Said(f"{customer.sender.address}:{words}", customer.sender, words, shop.clock())
    refused = Unreadable(text("It could not be stored ({why}).", why="test"))

    def keep(desk: Desk) -> None:
        intake.refuse(desk, shop.source, said, refused)

    await shop.change(keep)


async def test_what_came_while_nobody_knew_the_sender_is_forgotten_with_them(shop: Shop) -> None:
    admin = await shop.agent("admin", Role.ADMIN)
    await _odd(shop, shop.customer("ana"), "Zanzibar 7")
    await _odd(shop, shop.customer("ben"), "Elm Street 5")
    await shop.customer("ana").writes("Hello, here I am")
    await admin.types("customer erase 1 yes")
    kept = await shop.read(lambda desk: str(desk.execute(select(Quarantined.external_id, Quarantined.raw)).all()))
    assert ("Zanzibar" in kept, "visitor-ana" in kept, "Elm Street" in kept) == (False, False, True)


async def test_a_claimed_address_does_not_forget_its_owner(shop: Shop) -> None:
    admin = await shop.agent("admin", Role.ADMIN)
    boss = Customer(shop, Sender("email", "boss@example.com"))
    await _odd(shop, boss, "From the boss")
    await shop.customer("eve").writes("Hello")
    await admin.types("customer address 1 boss@example.com")
    await admin.types("customer erase 1 yes")
    assert await shop.read(lambda desk: len(quarantine.waiting(desk))) == 1


async def test_pages_that_show_a_forgotten_customers_words_read_anew(shop: Shop, store: files.Store) -> None:
    admin = await shop.agent("admin", Role.ADMIN)
    await shop.customer("ana").writes("My address is Zanzibar 7")
    await admin.types("dialog end 1")

    async def read(after: int) -> places.ThreadHtml:
        return await shop.read(lambda desk: places.thread(desk, "ticket:1", store, after=after), admin.actor)

    open_page = await read(0)
    assert "Zanzibar" in open_page.items
    await admin.types("customer erase 1 yes")
    assert (await read(open_page.seq)).was_forgotten
    anew = await read(0)
    assert ("Zanzibar" in anew.items, "Zanzibar" in anew.head) == (False, False)
    assert not (await read(anew.seq)).was_forgotten


async def test_that_a_customer_was_forgotten_stands_in_the_history(shop: Shop) -> None:
    admin = await shop.agent("admin", Role.ADMIN)
    await shop.customer("ana").writes("My lamp is broken")
    await admin.types("dialog end 1")
    await admin.types("customer erase 1 yes")
    ticket = await shop.ticket(1)
    told = await shop.read(lambda desk: [line.args["what"] for line in history.lines(desk, ticket)])
    assert any("forgot the customer for good" in str(line) for line in told), told
    thread = await shop.read(lambda desk: threads.read(desk, "ticket:1"), admin.actor)
    assert [str(item.words) for item in thread.items if "Zanzibar" in str(item.words)] == []


async def test_files_nobody_sent_are_forgotten_with_their_owner(shop: Shop, store: files.Store) -> None:
    admin, ana = await shop.agent("admin", Role.ADMIN), shop.customer("ana")
    await ana.writes("My lamp is broken")

    def keep(desk: Desk) -> None:
        known = contacts.seen_before(desk, ana.sender)
        files.keep(desk, store.take(b"me"), "ana.txt", identity_id=known.identity_id if known else None)

    await shop.change(keep)
    await admin.types("customer erase 1 yes")
    assert await _files(shop) == [(None, True)]


async def test_who_proves_nothing_joins_nobody(shop: Shop) -> None:
    await shop.agent("ines")
    real = Customer(shop, Sender("email", "ana@example.com", "Ana"))
    forged = Customer(shop, Sender("email", "ana@example.com", "Ana", is_verified=False))
    await real.writes("Please keep my order")
    await forged.writes("Please cancel my order", key="forged")
    await forged.writes("I said: cancel", key="forged again")
    statement = select(Identity.contact_id, Identity.is_verified).order_by(Identity.id)
    found = await shop.read(lambda desk: [tuple(row) for row in desk.execute(statement)])
    assert found == [(1, True), (2, False), (3, False)]
    assert await shop.read(lambda desk: len(desk.session.scalars(select(Contact)).all())) == 3


async def test_who_proves_nothing_changes_nobodys_words(shop: Shop) -> None:
    await shop.agent("ines")
    real = Customer(shop, Sender("email", "ana@example.com"))
    await real.writes("Please keep my order", key="mail-1")
    forged = Edited("edit-1", Sender("email", "ana@example.com", is_verified=False), "mail-1", "Cancel!", shop.clock())
    with pytest.raises(NotFound):
        await shop.change(lambda desk: intake.receive(desk, shop.source, forged))
    assert await shop.said() == [("contact", "Please keep my order")]
