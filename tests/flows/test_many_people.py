"""A large channel becomes a team's: who may is asked first, then whether so many are meant; threads open bit by bit."""

import pytest
from sqlalchemy import func, select

from bot.hearing import Deed
from core import notices, opening, teams
from core.desk import Desk
from core.models import Role, Thread, Ticket
from core.render import Voice
from tests.chat import Chat, people
from tests.shop import Shop

MANY = people("BOSS", *(f"U{number:02}" for number in range(30)))


@pytest.fixture
def chat(shop: Shop) -> Chat:
    """A workspace with a large channel."""
    return Chat(shop, members={"C1": MANY, "C2": ()}, admins={"BOSS"})


async def _agents(shop: Shop) -> int:
    return await shop.read(lambda desk: len(teams.agents(desk)))


async def _asked(chat: Chat, line: str = "desk setup", *, place: str = "C1") -> tuple[str, list[str]]:
    """What is answered, and the lines behind its buttons."""
    chat.typed += 1
    heard = await chat.hearing.does(Deed(account="BOSS", line=line, key=str(chat.typed), place=place))
    assert heard.answer is not None
    said = "\n".join(heard.voice.say(each) for each in (heard.answer.text, *heard.answer.lines))
    return said, [button.line for button in heard.answer.buttons]


async def test_who_may_not_is_told_so_before_anybody_is_looked_up(shop: Shop, chat: Chat) -> None:
    assert "Only an admin" in await chat.types("U01", "desk setup")
    assert chat.looked == 0
    await shop.agent("boss", Role.ADMIN)
    assert "me link" in await chat.types("BOSS", "desk setup")
    assert chat.looked == 0


async def test_many_become_agents_only_once_somebody_says_yes(shop: Shop, chat: Chat) -> None:
    ines = await shop.agent("ines")
    for number in range(2):
        await ines.types(f"ticket new internal Matter {number}")
    said, buttons = await _asked(chat)
    assert said.startswith("This makes 31 people agents of Support: Boss, U00, U01")
    assert "2 tickets are not closed" in said
    assert buttons == ["desk setup support in:C1 yes"]
    assert await _agents(shop) == 1
    said, buttons = await _asked(chat, buttons[0], place="C2")
    assert said.startswith("This channel is Support's now, with 30 agents besides you.")
    assert await _agents(shop) == 32
    assert buttons[0] == "desk open-threads in:C1"
    assert await _asked(chat, buttons[0], place="C2") == ("2 threads are on their way.", [])


async def test_who_says_yes_beforehand_is_not_asked(shop: Shop, chat: Chat) -> None:
    assert (await chat.types("BOSS", "desk setup support yes")).startswith("This channel is Support's now")


async def test_those_who_are_agents_already_are_nothing_to_ask_about(shop: Shop, chat: Chat) -> None:
    await chat.types("BOSS", "desk setup yes")
    assert (await chat.types("BOSS", "desk setup")).startswith("This channel is Support's now")


async def test_a_small_channel_is_set_up_at_once(shop: Shop, chat: Chat) -> None:
    chat.members["C1"] = MANY[:20]
    assert (await chat.types("BOSS", "desk setup")).startswith("This channel is Support's now")


async def test_many_threads_are_opened_bit_by_bit_and_it_is_told_how_far_it_is(shop: Shop, chat: Chat) -> None:
    chat.members["C1"] = MANY[:2]
    await chat.types("BOSS", "desk setup")
    await chat.types("BOSS", "desk setup-off")
    count = 5 * opening.BATCH + 20

    def body(desk: Desk) -> None:
        team = teams.first_team(desk)
        common = {"team_id": team.id, "created_at": desk.now, "updated_at": desk.now, "last_seq": 0}
        desk.session.add_all(Ticket(subject=f"Matter {number}", **common) for number in range(count))

    async def threads() -> int:
        return await shop.read(lambda desk: desk.execute(select(func.count()).select_from(Thread)).scalar_one())

    await shop.change(body)
    await chat.types("BOSS", "desk setup")
    said = await chat.types("BOSS", "desk open-threads")
    assert said == "270 threads are opened, 50 at a time; you hear how far it is."
    assert await threads() == opening.BATCH
    assert await shop.passes("1s") == 5
    assert await threads() == count
    boss = await shop.read(lambda desk: teams.agent_named(desk, "boss").id)
    told = await shop.read(lambda desk: [Voice().say(notices.words(each)) for each in notices.unseen(desk, boss)])
    assert told[-2:] == [
        "250 threads are on their way in #C1; more follow.",
        "All 270 threads in #C1 are on their way.",
    ]


async def test_a_channel_that_is_no_teams_any_more_gets_no_further_threads(shop: Shop, chat: Chat) -> None:
    chat.members["C1"] = MANY[:2]
    ines = await shop.agent("ines")
    await chat.types("BOSS", "desk setup")
    await chat.types("BOSS", "desk setup-off")
    for number in range(opening.BATCH + 1):
        await ines.types(f"ticket new internal Matter {number}")
    await chat.types("BOSS", "desk setup")
    await chat.types("BOSS", "desk open-threads")
    await chat.types("BOSS", "desk setup-off")
    await shop.passes("1s")
    assert (
        await shop.read(lambda desk: desk.execute(select(func.count()).select_from(Thread)).scalar_one())
        == opening.BATCH
    )
