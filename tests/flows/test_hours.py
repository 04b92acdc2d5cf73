"""Business hours: set up as lines, worked by teams, told to customers who come when nobody is there."""

from pathlib import Path

from sqlalchemy import select

from core import setup
from core.desk import Desk
from core.models import Message, Role
from tests.post import Mailbox, words_of
from tests.shop import Shop

OFFICE = "mon-fri 10:00-17:00 Europe/Berlin closed:2026-11-03"


async def test_who_comes_out_of_hours_is_told_when_somebody_is_back(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types(f"desk set hours office = {OFFICE}")
    await boss.types("desk set team support = Support hours:office")
    await shop.passes("20h")
    await shop.customer("ana").writes("Hello?")
    told = await shop.read(lambda desk: desk.session.scalars(select(Message).where(Message.wording != "")).first())
    assert told is not None
    assert "will be back at" in told.wording
    assert "2026-11-04T09:00" in str(told.facts["wording"]["args"])


async def test_a_mail_out_of_hours_is_told_so_too(shop: Shop, tmp_path: Path) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types("desk set hours office = mon-fri 12:00-17:00 Europe/Berlin")
    await boss.types("desk set team support = Support hours:office")
    await shop.passes("5m")
    box = await Mailbox(shop, "support@shop.example", tmp_path, {"ack": True}).open()
    await box.gets("It is broken.")
    (mail,) = await box.sent()
    assert "somebody will be back at" in words_of(mail)


async def test_hours_are_exported_and_applied_again(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types(f"desk set hours office = {OFFICE}")
    await boss.types("desk set team support = Support hours:office")
    before = await shop.read(_exported)
    assert "hours office = mon-fri 10:00-17:00 Europe/Berlin closed:2026-11-03" in before
    assert "hours:office" in before
    await shop.change(lambda desk: setup.apply_all(desk, before))
    assert await shop.read(_exported) == before


def _exported(desk: Desk) -> str:
    return setup.export(desk)


async def test_wrong_hours_say_what_is_wrong_and_where(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    assert "Europe/Berlin" in await boss.types("desk set hours office = mon-fri 9:00-17:00 Europe/Berln")
    assert "no hours nowhere" in await boss.types("desk set team support = Support hours:nowhere")


async def test_hours_a_team_works_by_stay(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types(f"desk set hours office = {OFFICE}")
    await boss.types("desk set team support = Support hours:office")
    assert "works by these hours" in await boss.types("desk set hours office =")
    await boss.types("desk set team support = Support hours:always")
    await boss.types("desk set hours office =")
    assert "hours office" not in await shop.read(_exported)


async def test_hours_that_are_over_keep_nothing_out(shop: Shop, tmp_path: Path) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types("desk set hours fair = Europe/Berlin open:2026-11-03..2026-11-04=9:00-17:00")
    await boss.types("desk set team support = Support hours:fair")
    await shop.passes("5d")
    box = await Mailbox(shop, "support@shop.example", tmp_path, {"ack": True}).open()
    assert not (await box.gets("It is broken.")).is_quarantined
    assert len(await box.sent()) == 1
