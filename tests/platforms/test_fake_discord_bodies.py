"""The fake Discord, proved with the real discord.py: what a message may not be."""

import io
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from tests.platforms.discord_bot import Bot, running
from tests.platforms.fake_discord import FakeDiscord


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """Discord, with a forum; nobody is connected yet."""
    async with FakeDiscord() as it:
        it.add_channel("support", "forum")
        yield it
        assert it.confusing == []


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    """A bot that is ready."""
    async with running(fake, Bot()) as it:
        yield it


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    """A message's row of components."""
    return {"components": [{"type": 1, "components": list(parts)}]}


def button(custom_id: str = "x", label: str = "x") -> dict[str, Any]:
    """A button."""
    return {"type": 2, "style": 1, "custom_id": custom_id, "label": label}


_OPTIONS = [{"label": str(number), "value": str(number)} for number in range(26)]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"content": "x" * 2_001}, "content"),
        ({"embeds": [{"title": "x"}] * 11}, "embeds"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"fields": [{"name": "x", "value": "x" * 1_025}]}]}, "embeds.0.fields.0.value"),
        ({"embeds": [{"description": "x" * 4_000}] * 2}, "embeds"),
        ({"content": "x", "nonce": "x" * 26, "enforce_nonce": True}, "nonce"),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions"),
        ({"content": "x", "message_reference": {"message_id": "1"}}, "message_reference"),
        (row(*[button(str(number)) for number in range(6)]), "components.0.components"),
        (row(button("x" * 101)), "components.0.components.0.custom_id"),
        (row(button(label="x" * 81)), "components.0.components.0.label"),
        (row(button(), button()), "components"),
        (row({"type": 3, "custom_id": "x", "options": _OPTIONS}), "components.0.components.0.options"),
        ({"flags": 1 << 15, "components": [{"type": 10, "content": "x"}] * 41}, "components"),
    ],
)
async def test_a_body_over_a_limit_is_refused_where_it_is_wrong(
    fake: FakeDiscord, bot: Bot, body: dict[str, Any], place: str
) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await bot.asks("POST", f"/channels/{fake.channel('general').id}/messages", body)
    assert refused.value.code == 50035
    assert f"In {place}:" in refused.value.text
    assert fake.channel("general").messages == []


async def test_an_empty_message_and_large_files_are_refused(fake: FakeDiscord, bot: Bot) -> None:
    with pytest.raises(discord.HTTPException, match="50006"):
        await bot.asks("POST", f"/channels/{fake.channel('general').id}/messages", {"content": "  "})
    with pytest.raises(discord.HTTPException, match="40005"):
        await bot.get_partial_messageable(fake.channel("general").id).send(
            file=discord.File(io.BytesIO(bytes(10 * 1024 * 1024 + 1)), "big")
        )
    with pytest.raises(discord.HTTPException, match="50008"):
        await bot.asks("POST", f"/channels/{fake.channel('support').id}/messages", {"content": "x"})
