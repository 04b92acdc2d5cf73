"""Mail servers that take no password are entered by access tokens, renewed without anybody noticing."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.email import trying
from connectors.email.account import OAuth
from connectors.email.tokens import Tokens
from connectors.email.troubles import TokenRefused, TokensUnsafe
from core import kept, parts
from core.connector import Severity
from core.desk import Desk
from core.vault import Vault
from tests.connectors.email.imap.conftest import Opening, letter
from tests.contracts.desk import eventually
from tests.platforms.dovecot import USER, Dovecot
from tests.platforms.tokens import Provider
from tests.rooms.console.test_channels import at, findings, holds, running

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


def _as_typed(server: Dovecot, provider: Provider) -> dict[str, str]:
    """The same as somebody types them."""
    typed = {f"EMAIL_{name.upper()}": value for name, value in keys(server, provider).items()}
    return {"EMAIL_ADDRESS": USER, **typed}


async def test_a_refresh_token_that_is_given_anew_while_keys_are_tried_is_the_one_that_is_kept(
    sealed: Dovecot, provider: Provider
) -> None:
    provider.rotates = True
    values = {f"EMAIL_{name.upper()}": value for name, value in keys(sealed, provider).items()} | {
        "EMAIL_ADDRESS": USER
    }
    for token in ("refresh-2", "refresh-3"):
        found = await trying.tried(values)
        assert [each.severity for each in found] == [Severity.ON]
        assert values["EMAIL_OAUTH_REFRESH_TOKEN"] == token


async def test_the_page_tries_a_mailbox_as_often_as_somebody_likes(
    tmp_path: Path, sealed: Dovecot, provider: Provider
) -> None:
    provider.rotates = True
    form = _as_typed(sealed, provider)
    secret = form.pop("EMAIL_OAUTH_REFRESH_TOKEN")
    place = "/room/channels/mail"
    async with running(tmp_path, EMAIL_LISTEN="") as desk, at(desk) as admin:
        await admin.adds("mail", "email")
        await admin.sends(place, do="save", EMAIL_OAUTH_REFRESH_TOKEN=secret, **form)
        for _ in range(3):
            tried = await admin.sends(place, do="try", **form)
            assert findings(tried)[0].startswith("on: The mailbox lets us in")
        assert not holds(desk, "refresh-3")


@pytest.mark.parametrize("url", ["http://tokens.example/token", "http://[", "ftp://127.0.0.1/token"])
async def test_secrets_are_sent_only_where_nobody_can_read_them(url: str) -> None:
    with pytest.raises(TokensUnsafe):
        await Tokens(OAuth(url, "desk", "shh", "refresh-1", "")).token()


async def test_a_provider_that_sends_us_elsewhere_takes_no_secret_there() -> None:
    heard: list[str] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        heard.append(head.split()[1])
        writer.write(b"HTTP/1.1 307 Away\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/token"
    async with server:
        with pytest.raises(TokenRefused):
            await Tokens(OAuth(url, "desk", "shh", "refresh-1", "")).token()
    assert heard == ["/token"]
