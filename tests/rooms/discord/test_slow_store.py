"""A store that is busy: Discord is told within its three seconds that the answer comes later, and then it comes."""

import asyncio
import sqlite3
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.platforms.discord_interactions import DEFERRED, FORM, Interaction
from tests.platforms.discord_replies import Reply
from tests.rooms.discord.guild import Team, plain

pytestmark = pytest.mark.xdist_group("discord-slow-store")

ANSWER = "POST /interactions/{interaction_id}/{token}/callback"
Doing = tuple[Interaction, "asyncio.Task[Reply]"]


@contextmanager
def _locked(team: Team) -> Iterator[None]:
    """The database is busy for the time of a block."""
    other = sqlite3.connect(team.desk.folder / "data" / "deskbell.db", isolation_level=None, timeout=20)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def _begun(team: Team, deed: Coroutine[Any, Any, Reply]) -> Doing:
    """A deed that is under way, and its interaction."""
    known = team.guild.discord.backend.interactions.by_id
    before, doing = len(known), asyncio.create_task(team.does(deed))
    return await team.until(lambda: list(known.values())[before:]), doing


async def _deferred(team: Team, deed: Coroutine[Any, Any, Reply]) -> Reply:
    """What comes of a deed when the store gets free only after Discord was told to wait."""
    with _locked(team):
        made, doing = await _begun(team, deed)
        await team.until(lambda: [1] if made.answered_with == DEFERRED else [])
    reply = await doing
    assert made.answered_with == DEFERRED
    assert reply.ephemeral
    return reply


async def test_a_command_is_deferred_then_answered_and_done_once(team: Team) -> None:
    await team.becomes_ticket()
    reply = await _deferred(team, team.commands("/ticket note", body="while it was busy"))
    assert not reply.failed
    await team.says_eventually(("note", "while it was busy"))
    assert [words for _, words in await team.shop.said()].count("while it was busy") == 1


async def test_a_press_is_deferred_then_answered_and_done_once(team: Team) -> None:
    reply = await _deferred(team, team.ines.person.presses(team.post.messages[0], "Take"))
    assert "is yours" in reply.text
    await team.says("took the dialog")


async def test_a_form_opens_at_once_and_keeps_its_words(team: Team) -> None:
    await team.becomes_ticket()
    with _locked(team):
        opened = await team.commands("/ticket note")
    assert opened.interaction.answered_with == FORM
    sent = await _deferred(team, team.ines.person.submits(opened, {"Text": "written in a form"}))
    assert not sent.failed
    await team.says_eventually(("note", "written in a form"))
    assert [words for _, words in await team.shop.said()].count("written in a form") == 1


async def test_a_message_that_becomes_a_ticket_is_deferred_then_one(team: Team) -> None:
    said = await team.does(team.ines.person.posts("general", f"The lift is stuck {team.post.id}"))
    reply = await _deferred(team, team.ines.person.uses_menu("Create ticket", said))
    assert not reply.failed
    assert sum(f"The lift is stuck {team.post.id}" in subject for _, subject, _ in await team.shop.tickets()) == 1


async def test_values_are_offered_while_it_is_busy(team: Team) -> None:
    await team.becomes_ticket()
    number = team.post.name.split()[0].lstrip("#")
    with _locked(team):
        found = await team.does(team.ines.person.completes("/ticket show", "ticket", number, "general"))
    assert number in [value for _, value in found]


async def test_a_store_that_stays_busy_is_explained_and_nothing_was_done(team: Team) -> None:
    with _locked(team):
        reply = await team.does(team.ines.person.presses(team.post.messages[0], "Take"))
    assert reply.interaction.answered_with == DEFERRED
    assert "cannot be written at the moment" in reply.text
    again = await team.does(team.ines.person.presses(team.post.messages[0], "Take"))
    assert "is yours" in again.text


async def test_what_expires_meanwhile_is_done_once_and_explained_directly(team: Team) -> None:
    discord, before = team.guild.discord, len(team.ines.person.dms)
    discord.backend.interactions.answer_within_s = 0.5
    answers = len(discord.asked(ANSWER))
    try:
        with _locked(team):
            made, doing = await _begun(team, team.ines.person.presses(team.post.messages[0], "Take"))
            await team.until(lambda: [each for each in discord.asked(ANSWER)[answers:] if each.status == 404])
        told = await team.until(lambda: team.ines.person.dms[before:])
    finally:
        discord.backend.interactions.answer_within_s = 3.0
    assert (await doing).failed
    assert made.answered_with is None
    assert "no answer in time" in told.content
    assert "is yours" in plain(told.content)
    await team.says("took the dialog")
    assert len(team.ines.person.dms) == before + 1
