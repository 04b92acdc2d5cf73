"""`deskbell connect email` and the page propose servers, try them, and keep only what somebody meant to keep."""

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult

from bot.connecting import keep
from core.errors import ConfigurationError
from tests.platforms.dovecot import PASSWORD, USER, Dovecot
from tests.rooms.console.test_channels import at, findings, holds, running, told
from tests.server import free_port

pytestmark = pytest.mark.xdist_group("imap")


@pytest.fixture
def imap() -> Iterator[Dovecot]:
    """A mailbox."""
    made = Dovecot()
    made.start()
    yield made
    made.end()


@pytest.fixture
def smtp() -> Iterator[str]:
    """The server mails go out by; it takes the mailbox's user and password."""

    def knows(server: object, session: object, envelope: object, mechanism: str, auth: object) -> AuthResult:
        given = (getattr(auth, "login", b""), getattr(auth, "password", b""))
        return AuthResult(success=given == (USER.encode(), PASSWORD.encode()), handled=False)

    port = free_port()
    controller = Controller(Sink(), hostname="127.0.0.1", port=port, authenticator=knows, auth_require_tls=False)
    controller.start()
    yield f"smtp://127.0.0.1:{port}?insecure"
    controller.stop()


async def connects(folder: Path, **keys: str) -> tuple[int, str]:
    """The exit code and what is said."""
    given = [part for name, value in keys.items() for part in ("--key", f"{name}={value}")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "connect", "email", *given, cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path.cwd()), "MAIL_LOOKUP_DNS": "127.0.0.1:9", "MAIL_LOOKUP_URLS": ""},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@pytest.mark.imap
async def test_keys_that_work_are_written_down(tmp_path: Path, imap: Dovecot, smtp: str) -> None:
    keys = {
        "EMAIL_ADDRESS": USER, "EMAIL_IMAP_URL": imap.url_alone, "EMAIL_SMTP_URL": smtp, "EMAIL_PASSWORD": PASSWORD,
    }  # fmt: skip
    code, said = await connects(tmp_path, **keys)
    assert code == 0, said
    assert "✓ The mailbox lets us in" in said
    assert "✓ The mail server lets us in." in said
    assert f"EMAIL_PASSWORD={PASSWORD}" in (tmp_path / ".env").read_text()
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


@pytest.mark.imap
async def test_a_wrong_password_is_named_and_nothing_is_written(tmp_path: Path, imap: Dovecot, smtp: str) -> None:
    code, said = await connects(
        tmp_path, EMAIL_ADDRESS=USER, EMAIL_IMAP_URL=imap.url_alone, EMAIL_SMTP_URL=smtp, EMAIL_PASSWORD="not-this-one"
    )
    assert code == 1
    assert re.search(r"✗ The mailbox does not .*\(EMAIL_PASSWORD\)", said)
    assert "some providers want an app password" in said
    assert "not-this-one" not in said
    assert not (tmp_path / ".env").exists()


async def test_a_server_nobody_knows_is_named(tmp_path: Path) -> None:
    code, said = await connects(
        tmp_path, EMAIL_ADDRESS="a@shop.invalid", EMAIL_IMAP_URL="imaps://imap.shop.invalid", EMAIL_PASSWORD="p"
    )
    assert code == 1
    assert "There is no server imap.shop.invalid. Is it spelled right?  (EMAIL_IMAP_URL)" in said


async def test_a_provider_is_known_by_the_address(tmp_path: Path) -> None:
    _, said = await connects(tmp_path, EMAIL_ADDRESS="shop@posteo.de", EMAIL_PASSWORD="p")
    assert "posteo.de" in said
    _, said = await connects(tmp_path, EMAIL_ADDRESS="shop@gmail.com", EMAIL_PASSWORD="p")
    assert "Google lets programs in only with an app password" in said


@pytest.mark.imap
async def test_a_mailbox_is_connected_with_nothing_but_the_page(tmp_path: Path, imap: Dovecot, smtp: str) -> None:
    form = {"EMAIL_ADDRESS": USER, "EMAIL_IMAP_URL": imap.url_alone, "EMAIL_SMTP_URL": smtp}
    async with running(tmp_path, EMAIL_LISTEN="") as desk, at(desk) as admin:
        await admin.adds("mail", "email")
        wrong = await admin.sends("/room/channels/mail", do="try", EMAIL_PASSWORD="not-this-one", **form)
        assert findings(wrong)[0].startswith("error: The mailbox does not ")
        tried = await admin.sends("/room/channels/mail", do="try", EMAIL_PASSWORD=PASSWORD, **form)
        assert [each.partition(":")[0] for each in findings(tried)] == ["on", "on"]
        saved = await admin.sends("/room/channels/mail", do="start", EMAIL_PASSWORD="a-word-nobody-says", **form)
        assert told(saved) == "Saved. It takes effect at once."
    assert not holds(desk, "a-word-nobody-says")


def test_a_password_with_odd_signs_is_read_back_as_it_is(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    keep(env, {"A": 'it\'s # a \\ "word"', "B": "plain"})
    from dotenv import dotenv_values

    assert dict(dotenv_values(env)) == {"A": 'it\'s # a \\ "word"', "B": "plain"}
    with pytest.raises(ConfigurationError, match="B holds signs that cannot stand in"):
        keep(env, {"B": "one\ntwo"})
