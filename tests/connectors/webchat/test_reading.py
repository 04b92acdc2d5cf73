"""What a customer's page reads: the whole matter, and answers to older ones where they are."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from connectors.webchat import reading
from connectors.webchat.reading import Cursor, News, Page
from connectors.webchat.visitors import Visitor
from core import dialogs
from core.files import Store
from tests.shop import Customer, Person, Shop

Look = Callable[[Cursor], Awaitable[News]]


@pytest.fixture
def ana_looks(shop: Shop, tmp_path: Path) -> Look:
    """What Ana's page lacks, from a cursor on."""
    page = Page(shop.source, Visitor("shop", "visitor-ana"), Store(tmp_path, "k" * 40))

    async def look(cursor: Cursor) -> News:
        return await shop.read(lambda desk: reading.news(desk, page, cursor))

    return look


@pytest.fixture
async def ines(shop: Shop) -> Person:
    """An agent who is there."""
    return await shop.agent("ines")


async def _matter(shop: Shop, ines: Person, ana: Customer, words: str) -> int:
    """One conversation from its beginning to its end; the number of its dialog."""
    said = await ana.writes(words, afresh=True)
    await ines.types(f"dialog take {said.dialog_id}")
    await ines.types(f"dialog end {said.dialog_id}")
    await shop.passes("1m")
    return said.dialog_id or 0


def _read(news: News) -> list[tuple[str, bool]]:
    """The words of a page's frame, and whether they had been seen."""
    return [(each["text"], each["seen"]) for each in (news.messages or {"messages": []})["messages"]]


def _words(news: News) -> list[str]:
    return [words for words, _ in _read(news)]


async def test_an_answer_to_an_older_matter_reaches_the_page_that_is_open(
    shop: Shop, ines: Person, ana_looks: Look
) -> None:
    ana = shop.customer("ana")
    older = await _matter(shop, ines, ana, "First matter")
    newer = (await ana.writes("Second matter", afresh=True)).dialog_id
    before = await ana_looks(Cursor())
    assert (_words(before), before.earlier) == (["Second matter"], (older,))
    await ines.types("ticket reply 1 Late answer to the first")
    await shop.passes("10s")
    news = await ana_looks(before.cursor)
    assert news.messages is not None
    (answer,) = news.messages["messages"]
    assert (answer["text"], answer["dialog"], answer["seen"]) == ("Late answer to the first", older, False)
    assert news.messages["dialog"] == newer
    assert (await ana_looks(news.cursor)).messages is None


async def test_an_answer_to_an_older_matter_is_no_news_once_it_was_seen(
    shop: Shop, ines: Person, ana_looks: Look
) -> None:
    ana = shop.customer("ana")
    older = await _matter(shop, ines, ana, "First matter")
    await ana.writes("Second matter", afresh=True)
    await ines.types("ticket reply 1 Late answer to the first")
    await shop.passes("10s")
    await shop.change(lambda desk: dialogs.reached(desk, older, delivered=99, seen=99))
    assert _read(await ana_looks(Cursor()))[-1] == ("Late answer to the first", True)


async def test_merged_matters_are_one_conversation(shop: Shop, ines: Person, ana_looks: Look) -> None:
    ana = shop.customer("ana")
    await _matter(shop, ines, ana, "First matter")
    await _matter(shop, ines, ana, "Second matter")
    assert _words(await ana_looks(Cursor())) == ["Second matter"]
    await ines.types("ticket merge 2 1")
    await ines.types("ticket reply 1 Answer on both")
    await shop.passes("10s")
    assert _words(await ana_looks(Cursor())) == ["First matter", "Second matter", "Answer on both"]


async def test_what_is_changed_in_an_older_matter_is_shown_again(shop: Shop, ines: Person, ana_looks: Look) -> None:
    ana = shop.customer("ana")
    await _matter(shop, ines, ana, "First matter")
    await ana.writes("Second matter", afresh=True)
    await ines.types("ticket reply 1 It is blue")
    await shop.passes("10s")
    cursor = (await ana_looks(Cursor())).cursor
    await ines.types("message edit 3 It is red")
    assert _words(await ana_looks(cursor)) == ["It is red"]


async def test_another_customers_answers_are_never_read(shop: Shop, ines: Person, ana_looks: Look) -> None:
    await _matter(shop, ines, shop.customer("ana"), "My own matter")
    await _matter(shop, ines, shop.customer("bob"), "Bob's matter")
    await ines.types("ticket merge 2 1")
    await ines.types("ticket reply 1 To whoever it concerns")
    await shop.passes("10s")
    assert "Bob's matter" not in _words(await ana_looks(Cursor()))
