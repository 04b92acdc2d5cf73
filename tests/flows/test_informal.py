"""German customers are spoken to by “Sie”, or by “du” where the desk's owner says so."""

import re
from dataclasses import replace

from core import setup, wordings
from core.desk import Desk
from core.informal import DU
from core.render import catalog
from tests.shop import Shop


async def test_du_stands_in_place_of_sie_and_the_owners_words_before_both(shop: Shop) -> None:
    await shop.change(lambda desk: setup.apply(desk, "text welcome de = Moin!"))
    formal = await shop.read(lambda desk: wordings.of_owner(desk, "de"))
    informal = await shop.read(_by_du)
    assert list(formal) == [wordings.WELCOME.id]
    assert informal[wordings.WELCOME.id] == "Moin!"
    assert informal[wordings.STILL_THERE.id].startswith("Bist du noch da?")


def _by_du(desk: Desk) -> dict[str, str]:
    desk.pace = replace(desk.pace, says_du=True)
    return wordings.of_owner(desk, "de")


def test_every_german_text_that_says_sie_has_words_that_say_du() -> None:
    german = catalog("de")
    formal = re.compile(r"\b(?:Sie|Ihnen|Ihre[nmrs]?|Ihr)\b")
    for name, text in wordings.CUSTOMER_TEXTS.items():
        said = german.gettext(text.id)
        if formal.search(said.replace(": Sie ist", "")):
            assert name in DU, name
    for name, words in DU.items():
        assert wordings.unsayable(name, words) is None
        assert not formal.search(words.replace(": Sie ist", "")), name
