"""Teams are called for what nobody answers: heard, put off, silenced, escalated, and who is on call is named."""

import pytest

from core import messages, notices, teams
from core.desk import Desk
from core.messages import Where, Words
from core.models import Author, Reader, Role
from core.render import Voice
from core.room import Line
from core.show import Button
from tests.chat import Chat, people
from tests.shop import Shop

WROTE = "line C1: The customer of #1 wrote, and nobody has it."


@pytest.fixture
async def chat(shop: Shop) -> Chat:
    """A team chat with the team's channel and the supervisors', and a ticket of a customer's that nobody has."""
    made = Chat(shop, members={"C1": people("BOSS", "INES", "BEN")}, admins={"BOSS"})
    await made.types("BOSS", "desk setup")
    await made.types("BOSS", "ticket new ana@example.com The lamp is broken")
    await made.types("BOSS", "ticket release 1")
    await made.shows()
    return made


async def _mails(shop: Shop, number: int = 1) -> None:
    """The customer of a ticket writes to it, as by mail."""

    def body(desk: Desk) -> None:
        where = Where(ticket_id=number, on_ticket={"waiting_since": desk.now})
        messages.write(desk, Words(author=Author.CONTACT, reader=Reader.CUSTOMER, body="Hello?", contact_id=1), where)

    await shop.change(body)


async def _writes_again(shop: Shop) -> None:
    def body(desk: Desk) -> None:
        words = Words(author=Author.CONTACT, reader=Reader.CUSTOMER, body="And now it smokes.", contact_id=1)
        messages.write(desk, words, Where(ticket_id=1))

    await shop.passes("1m")
    await shop.change(body)


async def _calls(chat: Chat) -> list[str]:
    return [each for each in await chat.shows() if each.startswith("line C1") and ("#1 " in each or "called" in each)]


def _buttons(chat: Chat) -> list[Button]:
    """Those of the newest call."""
    lines = [posting.shown for posting in chat.got if isinstance(posting.shown, Line) and posting.shown.buttons]
    return list(lines[-1].buttons)


async def test_a_call_can_be_taken_heard_or_put_off_where_it_stands(shop: Shop, chat: Chat) -> None:
    await _mails(shop)
    assert await _calls(chat) == [WROTE]
    assert [button.line for button in _buttons(chat)] == ["ticket take 1", "alert ack 1", "alert snooze 1 30m"]


async def test_what_somebody_knows_of_is_quiet_until_the_customer_writes_again(shop: Shop, chat: Chat) -> None:
    await _mails(shop)
    await chat.shows()
    assert await chat.types("INES", "alert ack 1") == "You know of it. It stays quiet until something new happens."
    assert await chat.types("BEN", "alert ack 1") == "Ines knows of it already."
    assert "line C1: Ines knows of it and looks after it." in await chat.shows()
    await _writes_again(shop)
    assert await _calls(chat) == [WROTE]
    assert "There is no alert 9" in await chat.types("INES", "alert ack 9")
    assert "Alert 1 is over" in await chat.types("INES", "alert ack 1")


async def test_without_being_heard_a_second_letter_calls_nobody_twice(shop: Shop, chat: Chat) -> None:
    await _mails(shop)
    await chat.shows()
    await _writes_again(shop)
    assert await _calls(chat) == []


async def test_a_call_that_was_put_off_comes_again_unless_somebody_has_it(shop: Shop, chat: Chat) -> None:
    await _mails(shop)
    await chat.shows()
    assert "stays quiet until" in await chat.types("INES", "alert snooze 1 30m")
    await chat.shows()
    await shop.passes("31m")
    assert await _calls(chat) == [WROTE]
    await chat.types("INES", "alert snooze 1 30m")
    await chat.types("BEN", "ticket take 1")
    await chat.shows()
    await shop.passes("31m")
    assert await _calls(chat) == []


@pytest.mark.parametrize("deed", ["ticket take 1", "ticket close 1", "ticket assign 1 @ben", "ticket pending 1"])
async def test_an_alert_is_over_when_somebody_has_it(shop: Shop, chat: Chat, deed: str) -> None:
    await _mails(shop)
    assert (await chat.types("INES", "alert list")).startswith("1 alert")
    await chat.types("INES", deed)
    assert "Nobody is called for" in await chat.types("INES", "alert list")


async def test_an_answer_ends_an_alert_once_it_has_gone(shop: Shop, chat: Chat) -> None:
    ines = await shop.agent("ines")
    await shop.customer("tom").writes("Is it on its way?")
    for line in ("dialog take 1", "dialog end 1", "ticket release 2"):
        await ines.types(line)
    await _mails(shop, 2)
    assert await ines.types("alert list") == "1 alert"
    await ines.types("ticket reply 2 On its way.")
    await shop.passes("1m")
    assert "Nobody is called for" in await ines.types("alert list")


async def test_a_live_customer_nobody_answers_is_one_alert_until_the_dialog_is_taken(shop: Shop, chat: Chat) -> None:
    await shop.customer("tom").writes("Is anybody there?")
    await chat.shows()
    await shop.passes("3m")
    posted = await chat.shows()
    assert "line C1: A customer waits live and nobody answers: dialog 1. !team" in posted
    assert [button.line for button in _buttons(chat)] == ["dialog take 1", "alert ack 1"]
    ines = await shop.agent("ines")
    assert await ines.types("alert list") == "1 alert"
    await ines.types("dialog take 1")
    assert "Nobody is called for" in await ines.types("alert list")


def _here(chat: Chat) -> list[tuple[str, bool]]:
    """The calls in the team's channel, and whether each called the whole team."""
    speak = Voice().say
    lines = [each.shown for each in chat.got if each.place == "C1" and not each.root and isinstance(each.shown, Line)]
    return [(" ".join(map(speak, line.texts)), line.calls_team) for line in lines if line.buttons]


async def test_calls_within_seconds_are_one_line_and_call_the_team_once(shop: Shop, chat: Chat) -> None:
    for number in range(5):
        await shop.customer(f"c{number}").writes(f"Is anybody there? {number}")
        await shop.passes("1s")
    await shop.passes("3m 20s")
    await chat.shows()
    assert _here(chat) == [
        ("A customer waits live and nobody answers: dialog 1.", True),
        ("4 customers wait for somebody: dialog 2, dialog 3, dialog 4, dialog 5", False),
    ]
    assert [button.line for button in _buttons(chat)] == ["ticket next", "alert list"]


async def test_what_somebody_has_meanwhile_is_not_told_of_with_others(shop: Shop, chat: Chat) -> None:
    for number in range(3):
        await shop.customer(f"c{number}").writes(f"Is anybody there? {number}")
    await shop.passes("3m 1s")
    await chat.types("INES", "dialog take 2")
    await shop.passes("1m")
    await chat.shows()
    assert [said for said, _ in _here(chat)][1:] == ["A customer waits live and nobody answers: dialog 3."]


async def test_a_minute_later_the_team_is_called_again(shop: Shop, chat: Chat) -> None:
    await shop.customer("c1").writes("Is anybody there?")
    await shop.passes("1m 30s")
    await shop.customer("c2").writes("Is anybody there, too?")
    await shop.passes("3m 1s")
    await chat.shows()
    assert [calls for _, calls in _here(chat)] == [True, True]


async def test_who_comes_first_while_nobody_is_there_is_not_called_live_again(shop: Shop, chat: Chat) -> None:
    await shop.passes("1h")
    await shop.customer("c1").writes("Is anybody there?")
    await chat.shows()
    assert _here(chat) == [("A customer wrote while nobody was here: #2.", False)]
    assert _buttons(chat)[0].line == "ticket take 2"


async def test_who_is_given_something_is_called_once(shop: Shop, chat: Chat) -> None:
    await chat.types("BOSS", "ticket assign 1 @ines")
    told = [each for each in await chat.shows() if "@INES" in each or each.startswith("dm INES")]
    assert len(told) == 1, told
    assert not told[0].startswith("dm")


async def test_who_is_not_in_the_threads_channel_is_told_directly(shop: Shop, chat: Chat) -> None:
    await chat.types("BOSS", "desk team-add tech")
    await chat.types("BOSS", "desk join @ben tech")
    await chat.types("BOSS", "desk leave @ben support")
    await chat.shows()
    await chat.types("BOSS", "ticket assign 1 @ben")
    assert "dm BEN: #1 is yours now." in await chat.shows()


async def test_what_comes_while_a_team_is_silent_is_told_in_one_line_afterwards(shop: Shop, chat: Chat) -> None:
    await chat.types("INES", "ticket new tom@example.com The chair squeaks")
    await chat.types("INES", "ticket release 2")
    said = await chat.types("BOSS", "alert silence 2h")
    assert said.startswith("Support will not be called until ")
    assert "Support is not called until" in await chat.types("INES", "alert list")
    await _mails(shop)
    await _mails(shop, 2)
    assert await _calls(chat) == []
    await chat.types("INES", "ticket take 2")
    await chat.shows()
    await shop.passes("2h 1m")
    assert await _calls(chat) == ["line C1: While you were not called 2 alerts came; still waiting: #1"]
    await shop.passes("3h")
    assert await _calls(chat) == []


async def test_a_silence_in_which_all_was_settled_says_so_and_an_empty_one_says_nothing(shop: Shop, chat: Chat) -> None:
    await chat.types("BOSS", "alert silence support 2h")
    await _mails(shop)
    await chat.types("INES", "ticket take 1")
    await chat.shows()
    assert await chat.types("BOSS", "alert silence-off support") == "Support will be called again."
    assert await _calls(chat) == ["line C1: While you were not called 1 alert came; it is settled."]
    assert await chat.types("BOSS", "alert silence-off") == "Nothing was silent."
    await chat.types("BOSS", "alert silence 1h")
    await shop.passes("61m")
    assert await _calls(chat) == []


async def test_only_supervisors_silence_teams_and_say_who_is_on_call(shop: Shop, chat: Chat) -> None:
    for line in ("alert silence 2h", "alert silence support 2h", "alert silence-off", "alert oncall @ben"):
        assert "is for supervisors only" in await chat.types("INES", line)
    assert (await chat.types("INES", "alert oncall")).startswith("Who is on call\nSupport: on call nobody by name")
    assert "There is no team tech" in await chat.types("BOSS", "alert silence tech 2h")


async def test_who_is_on_call_is_named_in_place_of_everybody(shop: Shop, chat: Chat) -> None:
    said = await chat.types("BOSS", "alert oncall support @ines @ben")
    assert said.startswith("Who is on call\nSupport: on call @ben, @ines; here now ")
    ben = await shop.agent("ben")
    await ben.types("me away")
    await shop.customer("tom").writes("Is anybody there?")
    await shop.passes("3m")
    posted = await chat.shows()
    assert "line C1: A customer waits live and nobody answers: dialog 1. @INES" in posted
    await chat.types("BOSS", "alert oncall nobody")
    await shop.passes("1m")
    await _mails(shop)
    assert await _calls(chat) == [WROTE]


async def test_whoever_is_in_another_team_is_not_on_call(shop: Shop, chat: Chat) -> None:
    await chat.types("BOSS", "desk team-add tech")
    said = await chat.types("BOSS", "alert oncall tech @ines")
    assert said == "@ines is not in this team. Try: desk join @ines TEAM"
    await chat.types("BOSS", "desk join @ines tech")
    assert "Tech: on call @ines" in await chat.types("BOSS", "alert oncall tech @ines")
    await chat.types("BOSS", "desk leave @ines tech")
    assert "Tech: on call nobody by name" in await chat.types("BOSS", "alert oncall tech")


async def test_an_escalated_ticket_stands_in_the_supervisors_channel_with_why_in_its_thread(
    shop: Shop, chat: Chat
) -> None:
    await chat.types("BOSS", "desk setup supervisors", place="C9")
    await chat.types("INES", "ticket take 1")
    await chat.shows()
    said = await chat.types("INES", "alert escalate 1 She will leave us.")
    assert said == "The supervisors are asked in their channel."
    posted = await chat.shows()
    assert "line C9: Ines asks the supervisors to look at #1. !team" in posted
    assert any("Ines asked the supervisors to look at this." in each for each in posted)
    assert ("note", "She will leave us.") in await shop.said()
    [line] = [posting.shown for posting in chat.got if posting.place == "C9"]
    assert isinstance(line, Line)
    assert line.link is not None
    assert line.link[0] == "C1"
    assert "1 alert" in await chat.types("BOSS", "alert list")
    await chat.types("INES", "ticket close 1")
    assert "Nobody is called for" in await chat.types("BOSS", "alert list")


async def test_without_a_channel_each_supervisor_is_told(shop: Shop, chat: Chat) -> None:
    eva = await shop.agent("eva", Role.SUPERVISOR)
    assert await chat.types("INES", "alert escalate 1") == "1 supervisor is told."
    told = await shop.read(
        lambda desk: [Voice().say(notices.words(each)) for each in notices.unseen(desk, eva.actor.id or 0)]
    )
    assert told == ["Ines asks the supervisors to look at #1."]


async def test_alerts_of_a_private_team_are_its_own(shop: Shop, chat: Chat) -> None:
    boss = await shop.agent("root", Role.ADMIN)
    await boss.types("desk set team hr = People private:yes")
    await boss.types("ticket move 1 hr")
    await _mails(shop)
    assert "1 alert" in await boss.types("alert list")
    assert "Nobody is called for" in await chat.types("INES", "alert list")
    assert "There is no alert 1" in await chat.types("INES", "alert ack 1")


async def test_a_desk_without_a_team_chat_lists_its_alerts(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await ines.types("ticket new ana@example.com The lamp is broken")
    await ines.types("ticket release 1")
    await _mails(shop)
    await ines.types("alert list")
    [card] = ines.answers[-1].cards
    assert card.link == "ticket:1"
    await ines.types("ticket take 1")
    assert await ines.types("alert list") == "Nobody is called for. All done here!"
    assert await shop.read(lambda desk: [agent.name for agent in teams.there(desk, 1)]) == ["ines"]


async def test_who_is_the_only_supervisor_is_told_that_nobody_was(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types("ticket new internal Lamp")
    assert (await boss.types("alert escalate 1")).startswith("Nobody was told: there is no supervisor besides you.")
