"""Lines in posts: undone, edited, deleted, stopped, commands, files; strangers; questions to who is no agent."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from core import notices, quarantine, teams
from core.desk import Desk
from core.models import File, Role
from core.show import verbatim
from tests.contracts.desk import eventually
from tests.platforms.discord_deeds import event_json
from tests.platforms.discord_reading import shown
from tests.rooms.discord.guild import Guild, Team, plain


async def test_its_writer_undoes_a_held_line_by_a_sign_on_it(team: Team) -> None:
    await team.shop.agent("boss", Role.ADMIN)
    await team.takes()
    said = await team.line("Never mind", "held")
    await team.does(team.ines.person.reacts(said, "↩️"))
    await team.until(lambda: [1] if "⏳" not in said.reactions else [])
    assert [who.bot for who in said.reactions["↩️"]] == [False, True]
    assert ("agent", "Never mind") not in await team.shop.said()


async def test_an_edit_of_a_held_line_goes_out_as_it_is_now_and_a_deleted_one_does_not(team: Team) -> None:
    await team.takes()
    first, second = await team.line("Wich one?", "held"), await team.line("Oops", "held")
    await team.does(team.ines.person.edits(first, "Which one?"))
    await team.does(team.ines.person.deletes(second))
    await team.until(lambda: [1] if "✅" in first.reactions else [])
    said = await team.shop.said()
    assert ("agent", "Which one?") in said
    assert ("agent", "Oops") not in said


async def test_an_edited_note_keeps_its_mark_out_of_its_words(team: Team) -> None:
    said = await team.line("!n sounds angry", "note")
    assert not [m for m in team.post.messages if "Only the team can read it" in shown(m)]
    await team.does(team.ines.person.edits(said, "!n sounds very angry"))
    await team.says_eventually(("note", "sounds very angry"))


async def test_a_line_that_calls_a_colleague_is_stopped_and_decided_by_a_button(team: Team) -> None:
    await team.takes()
    owner = team.guild.discord.owner
    said = await team.line(f"{owner.mention} do you know?", "stopped")
    question = await team.says("Send anyway")
    assert team.guild.discord.pings(question) == []
    reply = await team.does(team.ines.person.presses(question, "Send anyway"))
    assert reply.ephemeral
    await team.until(lambda: [1] if "✅" in said.reactions else [])
    await team.until(lambda: [1] if question.deleted else [])


async def test_a_reply_that_is_stopped_when_its_time_has_come_is_asked_about_once(team: Team) -> None:
    ben = f"ben-{team.post.id}"
    colleague = await team.shop.agent(ben, Role.ADMIN)
    await team.becomes_ticket()
    said = await team.line("!r It ships today", "held")
    number = team.post.name.split()[0].lstrip("#")
    await colleague.types(f"ticket assign {number} @{ben}")
    await team.until(lambda: [1] if "✋" in said.reactions else [])
    question = await team.says("Send anyway")
    await team.does(team.ines.person.presses(question, "Send anyway"))
    await team.until(lambda: [1] if "✅" in said.reactions else [])
    assert sum("Send anyway" in shown(m) for m in team.post.messages) <= 1


async def test_a_link_into_the_server_stops_a_line(team: Team, guild: Guild) -> None:
    await team.takes()
    await team.line(f"see https://discord.com/channels/{guild.discord.guild_id}/1/2", "stopped")


async def test_the_bot_is_called_by_its_name(team: Team, guild: Guild) -> None:
    await team.does(team.ines.person.posts(team.post, f"{guild.discord.bot.mention} take"))
    await team.says("took the dialog")


async def test_what_others_may_not_see_comes_directly(team: Team) -> None:
    await team.becomes_ticket()
    before = len(team.ines.person.dms)
    await team.does(team.ines.person.posts(team.post, "!show"))
    await team.until(lambda: [m for m in team.ines.person.dms[before:] if "Status: open" in shown(m)])


async def test_files_come_and_go(team: Team) -> None:
    await team.does(team.ines.person.posts(team.post, "!n the label", files={"label.txt": b"fragile"}))
    await team.says_eventually(("note", "the label"))
    files = await team.files()
    assert files == [("label.txt", b"fragile")]
    await team.colleague_notes("as it came", "lamp.txt", b"broken")
    message = await team.says("as it came")
    assert [(file.filename, file.content) for file in message.attachments] == [("lamp.txt", b"broken")]


async def test_a_line_that_comes_again_brings_its_files_once(team: Team, guild: Guild) -> None:
    said = await team.does(team.ines.person.posts(team.post, "!n the label", files={"label.txt": b"so fragile"}))
    await team.says_eventually(("note", "the label"))

    async def again() -> None:
        world = guild.discord.world
        world.tell("MESSAGE_CREATE", event_json(world, said), channel=said.channel, message=said)

    await team.does(again())
    await team.line("!n behind it", "note")
    kept = await team.shop.read(lambda desk: list(desk.session.scalars(select(File).where(File.size == 10))))
    assert [file.name for file in kept] == ["label.txt"]


@contextmanager
def _unwritable(team: Team, words: str) -> Iterator[None]:
    """The store takes no message with these words for the time of a block."""
    _change(team, f"CREATE TRIGGER odd BEFORE INSERT ON message WHEN NEW.body = '{words}' "
                  "BEGIN SELECT RAISE(ABORT, 'odd'); END")  # fmt: skip
    yield
    _change(team, "DROP TRIGGER odd")


def _change(team: Team, statement: str) -> None:
    other = sqlite3.connect(team.desk.folder / "data" / "deskbell.db", timeout=10)
    other.execute(statement)
    other.commit()
    other.close()


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_line_that_cannot_be_kept_waits_in_quarantine_and_is_taken_in_when_asked_again(
    team: Team, is_late: bool
) -> None:
    words = f"odd one {is_late}"
    boss = await team.shop.agent(f"boss-{team.post.id}", Role.ADMIN)

    async def waiting() -> list[int]:
        return await team.shop.read(lambda desk: [each.id for each in quarantine.waiting(desk)])

    async def ask_again() -> None:
        await team.shop.change(lambda desk: quarantine.ask_again(desk, quarantine.by_id(desk, number)))

    with _unwritable(team, words):
        if is_late:
            team.desk.end(signal.SIGKILL)
        await team.does(team.ines.person.posts(team.post, words))
        if is_late:
            team.desk.start()
        (number,) = await eventually(waiting, bool)
        assert "1 thing" in await boss.types("desk quarantine")
        await ask_again()
        assert await eventually(waiting, bool) == [number]
    await team.line("after it", "note")
    await ask_again()
    await team.says_eventually(("note", words))


async def test_a_stranger_in_the_post_is_told_kindly_and_nothing_is_kept(team: Team) -> None:
    owner = team.guild.discord.member("passer-by", team.guild.agents)
    await team.does(owner.posts(team.post, "Hello?"))
    await team.says("no agent of this desk")
    assert not any(words == "Hello?" for _, words in await team.shop.said())


async def test_somebody_who_is_no_agent_is_asked_directly_and_answers_with_a_note(team: Team, guild: Guild) -> None:
    await team.becomes_ticket()
    joe = guild.discord.member(f"joe-{team.post.id}")
    reply = await team.commands("/ticket ask", who=joe.mention, question="Is this ours?")
    assert "Asked" in reply.text
    asked = await team.until(lambda: list(joe.dms))
    assert "Is this ours?" in asked.content
    await team.says(f"Asked Joe-{team.post.id}: Is this ours?")
    answered = await team.does(joe.writes("Yes, **replace** it"))
    note = await team.says("Yes, **replace** it")
    assert note.content.startswith("📝")
    await team.until(lambda: [1] if "✅" in answered.reactions else [])
    await team.does(joe.writes("ticket list"))
    assert all("#" not in m.content for m in joe.dms if m.author.bot and m is not asked)


async def test_who_asks_hears_in_the_post_that_a_question_did_not_reach_who_was_asked(team: Team, guild: Guild) -> None:
    await team.becomes_ticket()
    joe = guild.discord.member(f"joe-{team.post.id}")
    joe.refuses_dms()
    await team.does(team.ines.person.posts(team.post, f"!ask {joe.mention} Is this ours?"))
    told = await team.says("did not reach who was asked")
    assert guild.discord.pings(told) == [team.ines.person.name]


async def test_a_stranger_who_is_mentioned_to_a_customer_is_called_by_their_name(team: Team, guild: Guild) -> None:
    await team.becomes_ticket()
    joe = guild.discord.member(f"joe-{team.post.id}")
    await team.commands("/ticket note", body=f"{joe.mention} may know")
    await team.says_eventually(("note", f"@Joe-{team.post.id} may know"))


async def test_a_refused_direct_message_falls_back_to_the_post(team: Team) -> None:
    await team.becomes_ticket()
    number = team.post.name.split()[0].lstrip("#")
    team.ines.person.refuses_dms()

    def body(desk: Desk) -> None:
        ines = teams.agent_named(desk, team.ines.person.name)
        notices.give(desk, ines.id, verbatim("Look at this again"), ticket_id=int(number))

    await team.shop.change(body)
    told = await team.says("Look at this again")
    assert team.guild.discord.pings(told) == [team.ines.person.name]


async def test_words_that_are_too_long_come_whole_as_a_file(team: Team) -> None:
    words = "\n".join(f"{n}. line of *many* <@1> words" for n in range(400))[:8_000]
    await team.customer.writes(words)
    message = await team.says("The whole message is in the file")
    assert len(message.content) <= 2_000
    assert message.attachments[0].content.decode() == words
    assert plain(message.content).startswith("👤")
