"""What an admin sets up wrongly is refused with what would be right."""

import pytest
from sqlalchemy import select

from bot.commands.call import Here
from core import setup, wordings
from core.errors import UserError
from core.models import Agent, Channel, Role, Wording
from core.render import Voice
from tests.shop import Shop

WRONG = [
    ("text still-there = Are you { there?", "A brace stands alone; write {{ }} where one is meant."),
    ("text still-there = Are you there, {name}?", "The text still-there has no fields, so {name} cannot stand in it."),
    ("text on-hold = One moment, {nmae}", "The text on-hold has no field {nmae}. There are: {name}"),
    ("text on-hold = {name.__class__}", "The text on-hold has no field {name.__class__}. There are: {name}"),
    ("text on-hold = {name!r}", "The text on-hold has no field {name!r}. There are: {name}"),
    ("text on-hold = {name:>9999999999}", "The text on-hold has no field {name:>9999999999}. There are: {name}"),
    ("team support = Support zone:Berlin", "There is no time zone Berlin. Try for example Europe/Berlin"),
    ("team support = Support language:fr", "There is no language fr. There are: en, de"),
    ("channel shop = telegram team:support", "shop is webchat; a channel's kind cannot change. Add another one."),
]


@pytest.mark.parametrize(("line", "told"), WRONG)
async def test_a_wrong_line_is_refused_with_what_would_be_right(small_shop: Shop, line: str, told: str) -> None:
    admin = await small_shop.agent("admin", Role.ADMIN)
    before = await small_shop.read(setup.export)
    assert (await admin.types(f"desk set {line}")).startswith(told)
    assert await small_shop.read(setup.export) == before


RIGHT = ["text on-hold = {name} is gone for {{one}} moment", "team support = Support language:de zone:Europe/Berlin"]


@pytest.mark.parametrize("line", RIGHT)
async def test_a_right_line_is_set(small_shop: Shop, line: str) -> None:
    admin = await small_shop.agent("admin", Role.ADMIN)
    assert await admin.types(f"desk set {line}") == f"Set: {line}"


async def test_words_that_cannot_be_said_are_ours_and_reported(small_shop: Shop) -> None:
    ines, admin = await small_shop.agent("ines"), await small_shop.agent("admin", Role.ADMIN)
    broken = Wording(name="still-there", language="en", words="Are you { there?")
    await small_shop.change(lambda desk: desk.session.add(broken))
    own = await small_shop.read(lambda desk: wordings.of_owner(desk, "en"))
    assert Voice(own=own).say(wordings.STILL_THERE).startswith("Are you still there?")
    said = "Customers read our words for {name} ({language}): {why}"
    for person, is_told in ((admin, True), (ines, False)):
        await person.types("desk health")
        assert (said in [line.id for line in person.answers[-1].lines]) is is_told


async def test_the_last_admin_stays_one(shop: Shop) -> None:
    root = await shop.agent("root", Role.ADMIN)
    assert await root.types("desk agent-add root") == "@root is the last admin. Make somebody else admin first."
    await root.types("desk agent-add eva admin")
    assert (await root.types("desk agent-add root supervisor")).startswith("@root is supervisor.")
    roles = select(Agent.name, Agent.role).order_by(Agent.id)
    found = await shop.read(lambda desk: [(row.name, row.role) for row in desk.execute(roles)])
    assert found == [("root", Role.SUPERVISOR), ("eva", Role.ADMIN)]


async def test_the_last_admin_is_not_removed(shop: Shop) -> None:
    await shop.agent("root", Role.ADMIN)
    from core import leaving, teams

    with pytest.raises(UserError):
        await shop.change(lambda desk: leaving.leave(desk, teams.agent_named(desk, "root")))
    assert await shop.read(lambda desk: teams.agent_named(desk, "root").is_active)


async def test_a_channel_keeps_its_kind(small_shop: Shop) -> None:
    admin = await small_shop.agent("admin", Role.ADMIN)
    assert await admin.types("desk set channel shop = webchat team:support off") == (
        "Set: channel shop = webchat team:support off"
    )
    kinds = select(Channel.kind, Channel.is_on)
    assert await small_shop.read(lambda desk: [tuple(row) for row in desk.execute(kinds)]) == [("webchat", False)]


LANGUAGES = [("me language fr", "There is no language fr. There are: en, de"), ("me zone berlin", "Europe/Berlin")]


@pytest.mark.parametrize(("line", "told"), LANGUAGES)
async def test_an_unknown_language_or_zone_is_answered_with_those_there_are(
    small_shop: Shop, line: str, told: str
) -> None:
    assert told in await (await small_shop.agent("ines")).types(line)


async def test_a_password_is_hashed_before_its_transaction(small_shop: Shop) -> None:
    from bot import passwords

    ines = await small_shop.agent("ines")
    assert await ines.types("me password short") == "A password needs at least 10 characters."
    assert (await ines.types("me password correct horse battery")).startswith("Your password is set.")
    kept = await small_shop.read(lambda desk: desk.session.get_one(Agent, ines.actor.id).password_hash)
    assert await passwords.fits(kept, "correct horse battery")


async def test_a_password_typed_in_a_thread_is_kept_as_a_hash_too(small_shop: Shop) -> None:
    from bot import passwords

    ines = await small_shop.agent("ines")
    await ines.types("ticket new internal Order coffee")
    await ines.says("/me password correct horse battery", Here(ticket=1))
    kept = await small_shop.read(lambda desk: desk.session.get_one(Agent, ines.actor.id).password_hash)
    assert await passwords.fits(kept, "correct horse battery")
