"""How channels stand is told the same on both databases; what people change is written down, never what they enter."""

from datetime import timedelta

import pytest

from bot import standings
from bot.commands.call import Here
from core import channels, parts, roomkeys, setup, teams
from core.desk import Desk
from core.errors import UserError
from core.models import Role
from core.render import Voice
from core.show import text
from core.standing import State
from core.vault import Vault
from tests.shop import Shop

VAULT = Vault("a-key-of-this-desk-0123456789-abcdef")


async def told(shop: Shop) -> list[str]:
    """All channels, a line each."""
    voice = Voice(now=shop.clock())
    return await shop.read(lambda desk: [voice.say(each.line()) for each in standings.of_channels(desk)])


async def test_a_channel_says_what_came_and_went(shop: Shop) -> None:
    assert await told(shop) == ["shop (webchat) is on; nothing came or went lately"]
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("Hello")
    shop.clock.now += timedelta(minutes=5)
    await ines.types("dialog take 1")
    await ines.says("Hello Ana", Here(dialog=1))
    await shop.passes("1m")
    assert await told(shop) == ["shop (webchat) is on; last came 08:00; last went 08:05"]


async def test_a_channel_that_fails_says_why_and_that_it_works_again(shop: Shop) -> None:
    why = text("The mailbox does not take user and password.")
    await shop.change(lambda desk: parts.failed(desk, "shop", "ImapRefused: …", why))
    assert (await told(shop))[0].startswith("shop (webchat) is failing; The mailbox does not take user and password.;")
    shop.clock.now += timedelta(minutes=10)
    assert (await told(shop))[0].startswith("shop (webchat) is on; works again; 10 minutes ago: The mailbox")
    await shop.change(lambda desk: channels.switch(desk, channels.named(desk, "shop"), on=False))
    assert await told(shop) == ["shop (webchat) is off"]


async def test_who_changed_what_is_written_down_and_no_key_is(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)

    def body(desk: Desk) -> None:
        channel = channels.add_new(desk, "email", "mail", teams.first_team(desk))
        sealed = VAULT.sealed({"address": "a@shop.example", "password": "secret-word"}, {"password"}, desk.now)
        channels.set_up(desk, channel, sealed)
        channels.switch(desk, channel, on=True)
        roomkeys.keep(desk, "slack", {"bot_token": VAULT.seal("xoxb-secret-word", desk.now)})

    await shop.change(body, boss.actor)
    lines = await shop.read(lambda desk: [Voice().say(said) for _, said in standings.changes(desk)])
    assert lines == [
        "Boss: changed slack: bot token", "Boss: switched mail on", "Boss: changed mail: address, password",
        "Boss: added the channel mail",
    ]  # fmt: skip
    assert "secret-word" not in await shop.read(setup.export)
    rooms = await shop.read(lambda desk: standings.of_rooms(desk, ()))
    assert {each.name: each.standing.state for each in rooms} == {"slack": State.ON, "discord": State.OFF}


async def test_two_who_change_a_channel_keep_each_others_settings(shop: Shop) -> None:
    def body(desk: Desk) -> None:
        channel = channels.named(desk, "shop")
        channels.configure(desk, channel, {"title": "Lamps"})
        channels.configure(desk, channel, {"colour": "#123456"})

    await shop.change(body)
    settings = await shop.read(lambda desk: channels.named(desk, "shop").settings)
    assert settings == {"title": "Lamps", "colour": "#123456"}


@pytest.mark.parametrize("name", ["", "Mail", "a b", "-x", "a" * 33, "../x"])
async def test_a_name_that_cannot_stand_in_an_address_is_refused(small_shop: Shop, name: str) -> None:
    with pytest.raises(UserError, match="is no name for a channel"):
        await small_shop.change(lambda desk: channels.add_new(desk, "email", name, teams.first_team(desk)))
