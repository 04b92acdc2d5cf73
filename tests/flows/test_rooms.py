"""The desk in team chats, told as stories: set up, worked in threads, moved, left."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core import accounts, dialogs, notices, teams, threads, tickets
from core.accounts import Person
from core.models import Agent, Delivery, Role, Thread
from core.room import Line
from tests.chat import Chat, people, person
from tests.shop import Shop


@pytest.fixture
async def chat(shop: Shop) -> Chat:
    """A workspace whose administrator has set up the channel of the first team."""
    made = Chat(shop, members={"C1": people("BOSS", "INES", "BEN")}, admins={"BOSS"})
    await made.types("BOSS", "desk setup")
    await made.shows()
    return made


async def _root(shop: Shop, *, room: str = "slack", place: str = "C1") -> str:
    theirs = (Thread.room == room, Thread.place == place)
    return await shop.read(
        lambda desk: (
            desk.execute(select(Thread.root).where(*theirs).order_by(Thread.id.desc()).limit(1)).scalar_one() or ""
        )
    )


async def test_who_administers_the_chat_sets_the_desk_up_and_its_people_are_agents(shop: Shop) -> None:
    chat = Chat(shop, members={"C1": (*people("BOSS", "INES"), person("GUEST", is_full=False))}, admins={"BOSS"})
    said = await chat.types("BOSS", "desk setup")
    assert said == "This channel is Support's now, with 1 agent besides you.\n@ines – Ines"
    agents = await shop.read(lambda desk: [(a.name, a.role) for a in teams.agents(desk)])
    assert agents == [("boss", Role.ADMIN), ("ines", Role.AGENT)]


async def test_whoever_administers_nothing_sets_nothing_up(shop: Shop) -> None:
    chat = Chat(shop, members={"C1": people("INES")})
    assert "Only an admin" in await chat.types("INES", "desk setup")
    assert await shop.read(lambda desk: len(teams.agents(desk))) == 0


async def test_once_there_was_an_admin_another_needs_their_code(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    chat = Chat(shop, members={"C1": people("U1")}, admins={"U1"})
    assert "me link" in await chat.types("U1", "desk setup")
    code = (await boss.types("me link")).rsplit(" ", 1)[1]
    assert await chat.types("U1", f"me link {code}") == "This account is yours now, @boss."
    assert "used or is too old" in await chat.types("U2", f"me link {code}")
    assert (await chat.types("U1", "desk setup")).startswith("This channel is Support's now")


async def test_who_turns_out_to_be_one_person_keeps_what_both_worked_on(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.types("INES", "dialog take 1")
    await chat.types("INES", "ticket new internal Boxes")
    await chat.types("INES", "ticket watch 1")
    await chat.types("INES", "ticket remind 1 2h")
    same = await shop.agent("ines-web")
    code = (await same.types("me link")).rsplit(" ", 1)[1]
    assert "yours now" in await chat.types("INES", f"me link {code}")
    assert (await shop.dialog(1)).assignee_id == same.actor.id
    assert await shop.read(lambda desk: list(tickets.watchers(desk, 1))) == [same.actor.id]
    assert await shop.read(lambda desk: dialogs.relayed_among(desk, [1], same.actor.id or 0)) == {1}
    await shop.passes("2h 1m")
    told = await shop.read(lambda desk: [notices.words(each).id for each in notices.unseen(desk, same.actor.id or 0)])
    assert "You wanted to be reminded of #{number}." in told


async def test_a_channel_everybody_reads_needs_a_role(shop: Shop) -> None:
    chat = Chat(shop, members={"C1": people("BOSS")}, admins={"BOSS"}, open_channels={"C1"})
    assert "Name the role" in await chat.types("BOSS", "desk setup")


async def test_a_dialog_is_a_thread_with_both_sides_and_lines_that_call_its_agent(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    assert await chat.shows() == ["card C1: My lamp is broken", "say C1: Customer 1: My lamp is broken"]
    root = await _root(shop)
    assert "customer" in await chat.types("INES", "take", root=root)
    await chat.says("INES", "Which one?", root=root)
    posted = await chat.shows()
    assert "line C1: Ines took it @INES" in [each.replace("Ines took the dialog", "Ines took it") for each in posted]
    assert posted[-1].startswith("mark C1: ")
    await shop.passes("5s")
    assert [each for each in await chat.shows() if each.startswith("mark")] == ["mark C1: 000003 sent"]
    assert ("agent", "Which one?") in await shop.said()


async def test_a_line_of_who_has_not_taken_it_is_a_note_and_marked_so(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    heard = await chat.says("BEN", "She called before", root=await _root(shop))
    assert heard is not None
    assert heard.answer is not None
    assert [each for each in await chat.shows() if not each.startswith("card")] == ["mark C1: 000002 note"]
    assert ("note", "She called before") in await shop.said()


async def test_the_same_line_again_is_nothing_new(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    root = await _root(shop)
    for _ in range(3):
        chat.typed = 10
        await chat.says("BEN", "She called before", root=root)
    assert (await shop.said()).count(("note", "She called before")) == 1


async def test_who_is_no_agent_is_told_so_and_nothing_is_kept(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    heard = await chat.says("STRANGER", "Hello?", root=await _root(shop))
    assert heard is not None
    assert heard.answer is not None
    assert "no agent" in heard.voice.say(heard.answer.text)
    chat.typed -= 1
    again = await chat.says("STRANGER", "Hello?", root=await _root(shop))
    assert again is not None
    assert again.answer is None
    assert "no agent" in await chat.types("STRANGER", "ticket list")
    assert not any(words == "Hello?" for _, words in await shop.said())


async def test_a_held_line_is_reworded_and_withdrawn_where_it_was_typed(shop: Shop, chat: Chat) -> None:
    from bot.hearing import Said

    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    root = await _root(shop)
    await chat.types("INES", "take", root=root)
    await chat.says("INES", "Wich one?", root=root)
    line = f"{chat.typed:06}"
    said = Said(place="C1", root=root, id=line, order=line, account="INES", words="Which one?", at=shop.clock.now)
    await chat.hearing.edited(said)
    assert await shop.held() == ["Which one?"]
    assert await chat.hearing.deleted("C1", root, line)
    assert await shop.held() == []


async def test_a_moved_ticket_has_its_history_where_it_goes_and_one_line_where_it_was(shop: Shop, chat: Chat) -> None:
    await shop.agent("boss", Role.ADMIN)
    chat.members["C2"] = people("TOM")
    await shop.people["boss"].types("desk team-add tech Technical support")
    await chat.types("BOSS", "desk setup tech", place="C2")
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    old = await _root(shop)
    await chat.types("INES", "dialog take 1")
    await chat.types("INES", "dialog end 1")
    await chat.shows()
    await chat.types("INES", "ticket move 1 tech needs an expert")
    posted = await chat.shows()
    assert "card C1: #1 is with Technical support now. What is written here goes nowhere." in posted
    assert any(each.startswith("card C2: #1 My lamp") for each in posted)
    assert any(each.startswith("say C2: ") and "My lamp is broken" in each for each in posted)
    heard = await chat.says("INES", "Still there?", root=old)
    assert heard is not None
    assert heard.answer is not None
    assert "elsewhere" in heard.voice.say(heard.answer.text)


async def test_one_ticket_lives_in_two_chats_and_each_line_stands_once_in_each(shop: Shop, chat: Chat) -> None:
    discord = Chat(shop, "discord", members={"F1": people("DINES")})
    code = (await chat.types("BOSS", "me link")).rsplit(" ", 1)[1]
    await discord.types("DBOSS", f"me link {code}", place="F1")
    await discord.types("DBOSS", "desk setup", place="F1")
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows(), await discord.shows()
    await chat.says("INES", "Ask the landlord", root=await _root(shop))
    here, there = await chat.shows(), await discord.shows()
    assert not any("landlord" in each for each in here)
    assert sum("landlord" in each for each in there) == 1


async def test_nobody_answers_and_the_team_is_called_aloud(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    await shop.passes("3m")
    posted = await chat.shows()
    assert any(each.startswith("line C1: A customer waits live") and each.endswith("!team") for each in posted)


async def test_who_leaves_the_channel_is_off_the_desk_and_their_dialog_is_called_out(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.types("INES", "dialog take 1")
    await chat.types("INES", "ticket new internal Lamps")
    await chat.shows()
    await chat.hearing.left("C1", "INES")
    dialog = await shop.dialog(1)
    assert (dialog.assignee_id, dialog.phase.value) == (None, "waiting")
    assert (await shop.ticket(1)).assignee_id is None
    assert "no agent" in await chat.types("INES", "ticket list")
    assert any("A customer waits live" in each for each in await chat.shows())


async def test_a_newcomer_to_the_channel_is_an_agent_when_accepted(shop: Shop, chat: Chat) -> None:
    await chat.hearing.came("C1", person("NEW", name="Nora New"))
    await chat.hearing.came("C1", person("NEW", name="Nora New"))
    asked = [each for each in await chat.shows() if each.startswith("line")]
    assert asked == ["line C1: Nora New came to this channel. Shall they be an agent of Support?"]
    assert "no agent" in await chat.types("NEW", "ticket list")
    await chat.types("BOSS", "desk accept slack NEW")
    assert "no agent" not in await chat.types("NEW", "ticket list")


async def test_who_comes_back_is_the_same_agent_in_their_own_language(shop: Shop, chat: Chat) -> None:
    newcomer = replace(person("NEW", name="Nora New"), language="de", zone="Europe/Berlin")
    await chat.hearing.came("C1", newcomer)
    await chat.types("BOSS", "desk accept slack NEW")
    first = await _agent(shop, "NEW")
    assert first is not None
    assert (first.language, first.time_zone) == ("de", "Europe/Berlin")
    await chat.types("NEW", "me alerts off")
    await chat.hearing.left("C1", "NEW")
    assert await _agent(shop, "NEW") is None
    await chat.hearing.came("C1", newcomer)
    await chat.types("BOSS", "desk accept slack NEW")
    again = await _agent(shop, "NEW")
    assert again is not None
    assert (again.id, again.name, again.preferences) == (first.id, first.name, {"alerts": "off"})


async def _agent(shop: Shop, account: str) -> Agent | None:
    return await shop.read(lambda desk: accounts.agent_at(desk, "slack", account))


async def test_who_is_welcomed_gets_a_practice_ticket_by_a_button_once(shop: Shop) -> None:
    chat = Chat(shop, members={"C1": people("BOSS", "INES")}, admins={"BOSS"})
    await chat.types("BOSS", "desk setup")
    await chat.shows()
    shown = next(each.shown for each in chat.got if each.place == "INES")
    assert isinstance(shown, Line)
    assert [(button.label.id, button.line) for button in shown.buttons] == [("Get a practice ticket", "me practice")]
    assert "#1 is for practice" in await chat.types("INES", shown.buttons[0].line)


async def test_what_is_given_to_somebody_is_said_to_them_once_where_they_want_it(shop: Shop, chat: Chat) -> None:
    await chat.types("BOSS", "ticket new internal Lamps")
    await chat.shows()
    await chat.types("BOSS", "ticket assign 1 @ines")
    told = await chat.shows()
    assert [each for each in told if "@INES" in each] == ["line C1: Boss: gave it to Ines @INES"]
    assert [each for each in told if each.startswith("dm")] == []
    await chat.types("INES", "me alerts off")
    await chat.types("BOSS", "ticket assign 1 @ben")
    await chat.types("BOSS", "ticket assign 1 @ines")
    assert [each for each in await chat.shows() if each.startswith("dm INES")] == []


async def test_a_team_switched_on_opens_its_threads_only_when_asked(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    for number in range(3):
        await boss.types(f"ticket new internal Old matter {number}")
    chat = Chat(shop, members={"C1": people("U1")}, admins={"U1"})
    code = (await boss.types("me link")).rsplit(" ", 1)[1]
    await chat.types("U1", f"me link {code}")
    assert "3 tickets are not closed" in await chat.types("U1", "desk setup")
    assert [each for each in await chat.shows() if each.startswith("card")] == []
    await boss.types("ticket priority 2 high")
    assert [each for each in await chat.shows() if each.startswith("card")] == ["card C1: #2 Old matter 1"]
    assert await chat.types("U1", "desk open-threads") == "2 threads are on their way."
    assert len([each for each in await chat.shows() if each.startswith("card")]) == 2


async def test_two_accounts_that_turn_out_to_be_one_person_keep_their_tickets(shop: Shop, chat: Chat) -> None:
    await chat.types("BEN", "ticket new internal Lamps")
    ines = await shop.read(lambda desk: teams.actor(desk, teams.agent_named(desk, "ines")))
    code = await shop.change(lambda desk: accounts.code_for(desk, teams.agent_named(desk, "ines")))
    await chat.types("BEN", f"me link {code}")
    assert (await shop.ticket(1)).assignee_id == ines.id
    assert (
        await shop.read(lambda desk: desk.execute(select(Agent.is_active).where(Agent.name == "ben")).scalar_one())
        is False
    )


async def test_a_private_teams_ticket_is_not_named_in_another_teams_channel(shop: Shop, chat: Chat) -> None:
    boss = await shop.agent("root", Role.ADMIN)
    await boss.types("desk set team hr = People private:yes")
    await shop.customer("ana").writes("About my pay")
    await boss.types("dialog take 1")
    await boss.types("dialog end 1")
    await boss.types("ticket move 1 hr")
    await chat.shows()
    await boss.types("ticket new 1 A lamp")
    cards = [posting.shown for posting in chat.got if posting.kind == "card"]
    posted = await chat.shows()
    assert any(each.startswith("card C1: #2 A lamp") for each in posted)
    assert cards
    newest = [posting.shown for posting in chat.got if posting.kind == "card"][-1]
    assert "About my pay" not in repr(newest)


async def test_nothing_of_a_desk_without_team_chats_waits_to_be_sent(shop: Shop) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    assert await shop.read(lambda desk: desk.execute(select(Thread.id)).all()) == []
    assert await shop.read(lambda desk: desk.execute(select(Delivery.id)).all()) == []


async def test_somebody_who_is_no_agent_is_asked_and_their_answer_is_a_note(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.types("INES", "dialog take 1")
    await chat.types("INES", "dialog end 1")
    await chat.shows()
    assert await chat.types("INES", "ticket ask 1 @slack:JOE with:1 Is this ours?") == (
        "Asked @slack:JOE. The answer comes back here as a note."
    )
    (asked,) = [each for each in await chat.shows() if each.startswith("dm JOE")]
    assert "Ines asks: Is this ours?" in asked
    assert "My lamp is broken" in asked
    await shop.passes("25h")
    posted = await chat.shows()
    assert any(each.startswith("dm JOE") for each in posted)
    assert any("no answer yet" in each for each in posted if each.startswith("dm INES"))
    assert await chat.hearing.answered("JOE", "Joe", "Yes, replace it", "dm:1")
    assert await chat.hearing.answered("JOE", "Joe", "Yes, replace it", "dm:1")
    assert (await shop.said()).count(("note", "Yes, replace it")) == 1
    assert not await chat.hearing.answered("TOM", "Tom", "Hello", "dm:2")
    assert "no agent" in await chat.types("JOE", "ticket show 1")


async def test_a_held_line_that_becomes_a_note_is_not_sent(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    root = await _root(shop)
    await chat.types("INES", "take", root=root)
    await chat.says("INES", "One moment", root=root)
    heard = await chat.edits("INES", "!n this customer is a fraud", root=root)
    assert heard is not None
    assert heard.answer is not None
    assert "note" in heard.voice.say(heard.answer.text)
    await shop.passes("1m")
    assert not any("fraud" in words or words == "One moment" for _, words in await shop.said())


async def test_what_the_customer_has_read_becomes_no_note(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    root = await _root(shop)
    await chat.types("INES", "take", root=root)
    await chat.says("INES", "One moment", root=root)
    await shop.passes("5s")
    for words in ("note: this customer is a fraud", "!rp 3d this customer is a fraud"):
        heard = await chat.edits("INES", words, root=root)
        assert heard is not None
        assert heard.answer is not None
    assert not any("fraud" in words for _, words in await shop.said())


async def test_what_the_customer_has_read_is_not_changed_into_words_for_a_colleague(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    root = await _root(shop)
    await chat.types("INES", "take", root=root)
    await chat.says("INES", "One moment", root=root)
    await shop.passes("5s")
    heard = await chat.edits("INES", "@ben is she lying?", root=root)
    assert heard is not None
    assert heard.answer is not None
    assert ("agent", "One moment") in await shop.said()
    assert not any("lying" in words for _, words in await shop.said())


async def test_a_held_line_that_names_a_colleague_now_waits_for_a_decision(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    root = await _root(shop)
    await chat.types("INES", "take", root=root)
    await chat.says("INES", "One moment", root=root)
    await chat.edits("INES", "@ben do you know this one?", root=root)
    await shop.passes("1m")
    assert await shop.held() == ["@ben do you know this one?"]


async def test_a_channel_given_to_another_team_shows_the_former_ones_matters_no_longer(shop: Shop, chat: Chat) -> None:
    boss = await shop.agent("root", Role.ADMIN)
    await boss.types("desk set team hr = People private:yes")
    await chat.types("BOSS", "desk setup hr")
    await shop.customer("ana").writes("About my pay")
    await boss.types("dialog take 1")
    await boss.types("dialog end 1")
    await boss.types("ticket move 1 hr")
    posted = await chat.shows()
    assert any(each.startswith("card C1: #1 About my pay") for each in posted)
    await chat.types("BOSS", "desk setup support")
    await boss.types("ticket note 1 The private word")
    posted = await chat.shows()
    assert "card C1: #1 is with People now. What is written here goes nowhere." in posted
    assert not any("private word" in each for each in posted)


async def test_a_channel_that_was_off_and_is_set_up_again_goes_on(shop: Shop, chat: Chat) -> None:
    await chat.types("INES", "ticket new internal Lamps for the office")
    await chat.shows()
    await chat.types("BOSS", "desk setup-off")
    await chat.types("INES", "ticket note 1 While it was off")
    await chat.shows()
    await chat.types("BOSS", "desk setup")
    await chat.types("INES", "ticket note 1 Back again")
    posted = await chat.shows()
    assert any("While it was off" in each for each in posted)
    assert any("Back again" in each for each in posted)


async def test_supervisors_hear_in_their_channel_what_a_leaving_agent_left_behind(shop: Shop, chat: Chat) -> None:
    await chat.types("BOSS", "desk setup supervisors", place="C9")
    await chat.types("INES", "ticket new internal Lamps")
    await chat.shows()
    await chat.types("BOSS", "desk agent-remove @ines")
    assert "line C9: Ines is no agent any more. Back in the queue: #1" in await chat.shows()


async def test_who_leaves_the_supervisors_channel_stays_an_agent(shop: Shop, chat: Chat) -> None:
    chat.members["C9"] = people("BOSS", "INES")
    await chat.types("BOSS", "desk setup supervisors", place="C9")
    await chat.hearing.left("C9", "INES")
    assert "no agent" not in await chat.types("INES", "ticket list")


async def test_three_newcomers_have_a_button_each(shop: Shop, chat: Chat) -> None:
    for account in ("N1", "N2", "N3"):
        await chat.hearing.came("C1", person(account))
    await chat.shows()
    lines = [posting.shown for posting in chat.got if posting.kind == "line"]
    assert [[button.line for button in line.buttons] for line in lines if isinstance(line, Line)][-3:] == [
        ["desk accept slack N1"], ["desk accept slack N2"], ["desk accept slack N3"],
    ]  # fmt: skip


async def test_a_post_is_known_by_its_message(shop: Shop, chat: Chat) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await chat.shows()
    post = next(number for number, posting in enumerate(chat.got, 1) if posting.kind == "say")
    found = await shop.read(lambda desk: threads.standing(desk, "slack", "C1", f"p{post}"))
    assert found is not None
    assert found.body == "My lamp is broken"


async def test_a_stranger_is_suggested_nothing(shop: Shop, chat: Chat) -> None:
    assert await chat.types("JOE", "ticket yes") == (
        "You are no agent of this desk yet. Ask an admin to add you, or type: me link CODE"
    )
    assert "Did you mean: desk setup" in await chat.types("JOE", "desk setpu")


async def test_a_new_admin_is_answered_in_their_own_language_at_once(shop: Shop) -> None:
    boss = Person(external_id="BOSS", handle="boss", name="Boss", language="de")
    chat = Chat(shop, members={"C1": (boss,)}, admins={"BOSS"})
    assert (await chat.types("BOSS", "desk setup")).startswith("Dieser Kanal gehört")


async def test_who_comes_back_on_their_ticket_gets_the_agents_words_in_its_old_thread(shop: Shop, chat: Chat) -> None:
    ana = shop.customer("ana")
    await ana.writes("My lamp is broken")
    await chat.shows()
    root = await _root(shop)
    await chat.types("INES", "dialog take 1")
    await chat.types("INES", "dialog solved 1")
    await ana.writes("It is broken again")
    await chat.types("INES", "dialog take 2")
    await chat.says("INES", "We send a new one", root=root)
    await shop.passes("10s")
    assert (await shop.said())[-1] == ("agent", "We send a new one")
