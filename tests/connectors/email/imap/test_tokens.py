"""Mail servers that take no password are entered by access tokens, renewed without anybody noticing."""

import json
from collections.abc import Iterator

import pytest

from core import kept, parts
from core.desk import Desk
from core.vault import Vault
from tests.connectors.email.imap.conftest import Opening, letter
from tests.contracts.desk import eventually
from tests.platforms.dovecot import Dovecot
from tests.platforms.tokens import Provider

pytestmark = [pytest.mark.imap, pytest.mark.xdist_group("imap")]


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Who gives access tokens."""
    made = Provider()
    made.start()
    yield made
    made.end()


@pytest.fixture
def sealed(provider: Provider) -> Iterator[Dovecot]:
    """A mail server that believes them."""
    server = Dovecot(tokens_at=provider.told_at)
    server.start()
    yield server
    server.end()


def keys(server: Dovecot, provider: Provider, refresh: str = "refresh-1") -> dict[str, str]:
    """The settings of a mailbox that is entered by them."""
    return {"imap_url": server.url_alone, "oauth_token_url": provider.token_url, "oauth_client_id": "desk",
            "oauth_client_secret": "shh", "oauth_refresh_token": refresh, "oauth_scope": "mail"}  # fmt: skip


async def test_a_mailbox_is_read_with_an_access_token(reading: Opening, sealed: Dovecot, provider: Provider) -> None:
    async with reading(**keys(sealed, provider)) as desk:
        await desk.watches()
        sealed.deliver(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]
    assert provider.asked == [
        {"grant_type": "refresh_token", "refresh_token": "refresh-1", "client_id": "desk", "client_secret": "shh",
         "scope": "mail"}
    ]  # fmt: skip


async def test_a_token_that_is_refused_is_renewed_and_a_new_refresh_token_is_kept(
    reading: Opening, sealed: Dovecot, provider: Provider
) -> None:
    provider.rotates = True
    async with reading(**keys(sealed, provider)) as desk:
        await desk.watches()
        provider.good.clear()
        sealed.drop_all()
        sealed.deliver(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]
    assert [form["refresh_token"] for form in provider.asked] == ["refresh-1", "refresh-2"]
    async with reading(**keys(sealed, provider)) as desk:
        sealed.deliver(letter(2))
        assert await desk.subjects(2) == ["Lamp 1", "Lamp 2"]
        name = f"mail-refresh:{desk.shop.source.channel_id}"
        stored = json.loads(await desk.shop.read(lambda d: kept.read(d, name)))
        assert Vault(desk.house.secret).open(name, stored["token"]) == "refresh-4"


async def test_a_refresh_token_that_is_set_anew_wins_over_the_one_that_was_kept(
    reading: Opening, sealed: Dovecot, provider: Provider
) -> None:
    provider.rotates = True
    async with reading(**keys(sealed, provider)) as desk:
        await desk.watches()
    provider.refresh_token = "brought-anew"
    async with reading(**keys(sealed, provider, "brought-anew")) as desk:
        sealed.deliver(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]


async def test_a_provider_that_lets_the_desk_in_no_longer_is_told_to_the_admin(
    reading: Opening, sealed: Dovecot, provider: Provider
) -> None:
    provider.refuses = "invalid_grant"

    def failures(desk: Desk) -> str:
        return " ".join(failure.why for failure in parts.failures(desk))

    async with reading(**keys(sealed, provider)) as desk:
        said = await eventually(lambda: desk.shop.read(failures), lambda why: "no longer" in why)
        assert "sign in there again" in said
        assert "refresh-1" not in said
