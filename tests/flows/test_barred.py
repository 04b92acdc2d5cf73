"""Who has shut us out: whoever writes to them is told before it goes, and offered another way."""

from sqlalchemy import select

from core import channels, reaching, teams
from core.desk import Desk
from core.models import Identity, Message, Role
from tests.shop import Person, Shop

BLOCKED = "The customer has shut us out, or the address is gone: this would not arrive, so it was not sent."


async def shut_out(shop: Shop, *, address: str = "") -> Person:
    """An agent with a ticket of a customer nothing reaches any more in the chat they wrote in."""
    ines = await shop.agent("ines")
    receipt = await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await ines.types("dialog end 1")
    if address:
        await ines.types(f"customer address #{(await shop.dialog(1)).contact_id} {address}")

    def shut(desk: Desk) -> None:
        channels.add(desk, "email", "mail", teams.first_team(desk))
        identity = desk.session.get_one(Identity, 1)
        reaching.lost(desk, identity, ticket_id=None, dialog_id=receipt.dialog_id)

    await shop.change(shut)
    return ines


async def test_a_reply_nobody_would_read_waits_and_goes_only_when_it_is_meant_to(shop: Shop) -> None:
    ines = await shut_out(shop)
    assert await ines.types("ticket reply 1 It is on its way") == BLOCKED
    await shop.passes("1m")
    assert await shop.held() == ["It is on its way"]
    await ines.presses("Send anyway")
    await shop.passes("1m")
    assert ("agent", "It is on its way") in await shop.said()


async def test_it_goes_by_mail_where_an_address_is_known(shop: Shop) -> None:
    ines = await shut_out(shop, address="ana@example.com")
    said = await ines.types("ticket reply 1 It is on its way")
    assert said == f"{BLOCKED} We know another way to reach them: e-mail"
    await ines.presses("Send by e-mail")
    await shop.passes("1m")
    sent = select(Message).where(Message.body == "It is on its way")
    message = await shop.read(lambda desk: desk.session.scalars(sent).one())
    assert (message.channel_id, message.dialog_id) == (2, None)


async def test_in_a_live_dialog_other_ways_are_named(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.AGENT)
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await shop.change(lambda d: reaching.lost(d, d.session.get_one(Identity, 1), ticket_id=None, dialog_id=1))
    assert await ines.types("dialog say 1 Hello?") == BLOCKED
    await ines.types("message undo 1")
    assert await shop.held() == []
