"""What the server mails go out by says of an address: it decides whether the customer has the mail, and nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from bot.sender import Sender
from connectors.email.line import MailLine
from core import outgoing
from core.connector import Attached, Found, Outgoing, Sent
from core.desk import Desk
from core.errors import AddressGone, HeldUp, PermanentError, TemporaryError
from core.files import Store
from core.lanes import LEASE
from core.models import Delivery, DeliveryState, Identity, Lane
from core.outbox import Claimed
from tests.post import SECRET, Mailbox
from tests.server import free_port
from tests.shop import Shop

pytestmark = pytest.mark.xdist_group("email")
ANA, BEN = "ana@example.com", "ben@example.org"
GONE, BARRED, FULL = "550 5.1.1 No such user", "550 5.7.1 Your server is on a list", "452 4.2.2 Mailbox full"


@dataclass
class Out:
    """A mail server that answers for each address as it is told to."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    to_words: str = "250 OK"
    got: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes somebody, or not."""
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Takes the words, or not."""
        if self.to_words.startswith("250"):
            self.got.append(list(envelope.rcpt_tos))
        return self.to_words


@pytest.fixture
def out() -> Iterator[Out]:
    """Where mails go out."""
    made = Out(free_port())
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    yield made
    controller.stop()


@pytest.fixture
async def box(small_shop: Shop, tmp_path: Path, out: Out) -> Mailbox:
    """A mailbox with a letter of Ana's, Ben in copy, and an answer that waits to be sent."""
    smtp = {"smtp_url": f"smtp://127.0.0.1:{out.port}?insecure"}
    box = await Mailbox(small_shop, "support@shop.example", tmp_path, smtp).open()
    ines = await small_shop.agent("ines")
    await box.gets("It is broken.", cc=f"Ben <{BEN}>")
    await ines.types("ticket reply 1 Which lamp?")
    await small_shop.passes("30s")
    return box


async def _sends(box: Mailbox) -> tuple[DeliveryState, str]:
    """How the answer stands after one try, and why."""
    await box.sender.send_some()
    (row,) = await box.shop.read(lambda desk: desk.session.scalars(select(Delivery)).all())
    return row.state, row.error


async def _waiting(box: Mailbox) -> Outgoing:
    """The answer as it waits to be sent."""

    def read(desk: Desk) -> Outgoing:
        return outgoing.read(desk, Claimed(desk.session.scalars(select(Delivery)).one(), False))

    return await box.shop.change(read)


def _line(box: Mailbox) -> MailLine:
    store = Store(box.folder / "files", SECRET, box.shop.clock)
    return MailLine(box.channel, box.shop.desks, store, SECRET, box.box)


async def _is_shut(box: Mailbox) -> bool:
    ana = select(Identity.failed_at).where(Identity.address == ANA)
    return await box.shop.read(lambda desk: desk.execute(ana).scalar_one() is not None)


async def test_a_mail_the_customer_cannot_get_is_not_sent_to_those_in_copy_alone(box: Mailbox, out: Out) -> None:
    out.answers = {ANA: GONE}
    assert await _sends(box) == (DeliveryState.FAILED, "The mail server knows no such address.")
    assert await _is_shut(box)
    assert out.got == []


@pytest.mark.parametrize("answer", [GONE, FULL])
async def test_somebody_in_copy_who_is_refused_keeps_the_mail_from_nobody(box: Mailbox, out: Out, answer: str) -> None:
    out.answers = {BEN: answer}
    assert (await _sends(box))[0] is DeliveryState.SENT
    assert not await _is_shut(box)
    assert out.got == [[ANA]]


async def test_who_in_copy_was_refused_is_said_with_the_mail_that_was_sent(box: Mailbox, out: Out) -> None:
    out.answers = {BEN: GONE}
    sent = await _line(box).send(await _waiting(box))
    assert sent.facts == {"refused": [BEN]}


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ("550 No such user", AddressGone), ("553 5.1.3 Bad address", AddressGone), ("551 5.1.6 Moved", AddressGone),
        (BARRED, PermanentError), ("550 5.2.3 Too long", PermanentError), ("554 Refused", PermanentError),
        ("550 5.1.8 Your domain is unknown", PermanentError), (FULL, HeldUp), ("450 4.2.0 Greylisted", HeldUp),
        ("451 Try later", HeldUp), ("421 4.3.2 Closing", TemporaryError),
    ],
)  # fmt: skip
async def test_each_refusal_means_what_it_says(box: Mailbox, out: Out, answer: str, raised: type[Exception]) -> None:
    out.answers = {ANA: answer}
    thing = await _waiting(box)
    with pytest.raises(raised) as refused:
        await _line(box).send(thing)
    assert refused.type is raised
    if raised in (PermanentError, HeldUp):
        assert answer in str(refused.value)


async def test_a_server_that_lists_us_is_no_dead_address(box: Mailbox, out: Out) -> None:
    out.answers = {ANA: BARRED}
    assert await _sends(box) == (DeliveryState.FAILED, f"The mail server refuses it: {BARRED}")
    assert not await _is_shut(box)


async def test_words_that_are_refused_say_why(box: Mailbox, out: Out) -> None:
    out.to_words = "554 5.6.0 A virus " + "x" * 300
    state, why = await _sends(box)
    assert state is DeliveryState.FAILED
    assert why.startswith("The mail server refuses it: 554 5.6.0 A virus xxx")
    assert len(why) < 250


async def test_a_full_mailbox_is_tried_for_three_days_and_holds_up_nobody_else(box: Mailbox, out: Out) -> None:
    shop, ines = box.shop, await box.shop.agent("ines")
    await box.gets("Mine, too.", **{"from": "Carl <carl@example.net>", "subject": "Another lamp"})
    await ines.types("ticket reply 2 Which one?")
    await shop.passes("30s")
    out.answers = {ANA: FULL}
    await box.sent()
    assert out.got == [["carl@example.net"]]
    tries, days = 0, 0.0
    while (await _answer(box)).state is DeliveryState.WAITING:
        tries += await box.sender.send_some()
        shop.clock.now += timedelta(minutes=15)
        days += 1 / 96
    assert (days > 3, days < 3.2) == (True, True)
    assert 60 < tries < 120
    assert (await _answer(box)).error == f"The mail server does not take it yet: {FULL}"


async def _answer(box: Mailbox) -> Delivery:
    first = select(Delivery).order_by(Delivery.id).limit(1)
    return await box.shop.read(lambda desk: desk.session.scalars(first).one())


async def test_a_server_that_is_away_is_tried_for_as_long_as_it_takes(box: Mailbox, out: Out) -> None:
    out.answers = {ANA: "421 4.3.2 Closing"}
    for _ in range(20):
        assert await _sends(box) == (DeliveryState.WAITING, "The mail server cannot be reached.")
        box.shop.clock.now += timedelta(hours=12)


async def test_a_file_that_is_gone_fails_for_good(box: Mailbox) -> None:
    gone = Attached(1, "lamp.png", "image/png", 3, "0" * 64)
    thing = replace(await _waiting(box), files=(gone,))
    with pytest.raises(PermanentError, match=r"lamp\.png"):
        await _line(box).send(thing)


async def test_a_large_mail_has_its_lane_for_as_long_as_it_may_take(box: Mailbox) -> None:
    held: list[timedelta] = []

    class Slow:
        async def send(self, thing: Outgoing) -> Sent:
            until = await box.shop.read(lambda desk: desk.session.scalars(select(Lane)).one().leased_until)
            assert until is not None
            held.append(until - box.shop.clock.now)
            return Sent("<1@shop.example>")

        async def find(self, thing: Outgoing) -> Sent | Found:
            return Found.ABSENT

    lane = f"channel:{box.channel.id}"
    sender = Sender(box.shop.desks, box.shop.bus, lane, Slow(), outgoing.read, longer=lambda thing: 600.0)
    assert await sender.send_some()
    assert held == [LEASE + timedelta(minutes=10)]
