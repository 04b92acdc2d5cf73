"""The terminal: who the agent is counts anew for every line, and no customer's words move its cursor."""

from bot.app import House
from bot.printing import as_json, as_text, visible
from bot.settings import Settings
from bot.terminal import said
from core.files import Store
from core.models import Role
from core.render import Voice
from core.show import Answer, Card, Field, text, verbatim
from tests.shop import Shop

CLEAR = "\x1b[2J\u202eevil\x9b1m"


def test_control_characters_are_spelt_out_and_lines_stay_below_their_own() -> None:
    assert visible("a\tb\nc\x1b[31m\x00\x7f\x9b\u202e") == "a\tb\nc\\x1b[31m\\x00\\x7f\\x9b\\u202e"
    card = Card(verbatim(CLEAR), (Field(text("Customer"), verbatim(CLEAR)),), (verbatim(f"{CLEAR}\n• #1 Not mine"),))
    shown = as_text(Answer(verbatim(CLEAR), cards=(card,), lines=(verbatim(CLEAR),), document=CLEAR), Voice())
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
    assert "\n        • #1 Not mine" in shown


def test_a_script_gets_the_words_as_they_are() -> None:
    assert "\\u001b[2J" in as_json(Answer(verbatim(CLEAR)), Voice())


async def test_language_and_role_count_from_the_next_line_on(small_shop: Shop) -> None:
    await small_shop.agent("ines", Role.ADMIN)
    await small_shop.agent("boss", Role.ADMIN)
    house = House(Settings(), small_shop.desks, small_shop.bus, Store(Settings().data_dir, "x"), "x")

    async def types(line: str) -> str:
        return await said(house, "ines", line, as_text)

    assert "There is no ticket #9" in await types("ticket close 9")
    await types("me language de")
    assert "Es gibt kein Ticket #9" in await types("ticket close 9")
    await types("me language en")
    assert "is agent" in await types("desk agent-add ines agent")
    assert "admins only" in await types("desk agent-add ines admin")
    assert "ticket" in await types("?")
