"""What `check` and `connect` say of a mailbox: which server, which key, which folder, how it hears, how it stands."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.email import standing, trying
from connectors.email.account import Account
from connectors.email.mailbox import pause_s
from core.connector import Finding, Severity
from core.render import Voice
from tests.connectors.email.imap.conftest import Opening, letter
from tests.contracts.desk import eventually
from tests.platforms.dovecot import PASSWORD, USER, Dovecot
from tests.server import free_port

pytestmark = [pytest.mark.imap, pytest.mark.xdist_group("imap")]


async def said(**settings: str) -> list[tuple[str, str, str]]:
    """What is found, in words."""
    found = await trying.findings(Account.of({"address": USER} | settings), None, Path("outbox"))
    return [(each.severity.value, Voice().say(each.text), each.setting) for each in found if each.severity != "warning"]


async def test_a_mailbox_that_works_says_how_it_hears(imap: Dovecot) -> None:
    assert await said(imap_url=imap.url) == [
        ("on", "The mailbox lets us in; it says at once when a mail comes.", "EMAIL_IMAP_URL")
    ]
    assert await said(imap_url=imap.url_alone, password=PASSWORD) == await said(imap_url=imap.url)


async def test_each_mistake_is_named_with_its_setting(imap: Dovecot) -> None:
    assert await said(imap_url=imap.url_alone, password="wrong") == [
        ("error", "The mailbox does not take user and password.", "EMAIL_PASSWORD")
    ]
    assert await said(imap_url=imap.url.replace("/?", "/Nowhere?")) == [
        ("error", "The mailbox has no folder Nowhere.", "EMAIL_IMAP_URL")
    ]
    assert await said(imap_url=imap.url, sent_folder="Nowhere") == [
        ("error", "The mailbox has no folder Nowhere.", "EMAIL_IMAP_URL")
    ]
    assert await said(imap_url=f"imap://127.0.0.1:{free_port()}?insecure", password="x") == [
        ("error", "The mailbox cannot be reached (ConnectionRefusedError).", "EMAIL_IMAP_URL")
    ]
    (unsafe,) = await said(imap_url=imap.url.replace("?insecure", ""))
    assert unsafe[0] == "error"
    (away,) = await said(smtp_url=f"smtp://127.0.0.1:{free_port()}")
    assert (away[0], away[2]) == ("error", "EMAIL_SMTP_URL")


async def test_how_a_mailbox_stands_is_seen_from_any_process(reading: Opening, imap: Dovecot) -> None:
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        imap.append(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]
        mailbox = desk.shop.source.channel_id

        async def look() -> list[Finding]:
            return list(await desk.shop.read(lambda opened: standing.findings(opened, mailbox, "email")))

        (well,) = await eventually(look, lambda found: bool(found) and "last" in found[0].text.args)
        assert well.severity is Severity.ON
    facts = standing.Facts(reached=(desk.house.desks.clock() - timedelta(hours=1)).isoformat())
    assert not standing._is_behind(facts, desk.house.desks.clock())
    late = replace(facts, waiting=7, behind_since=facts.reached)
    assert standing._is_behind(late, desk.house.desks.clock())


def test_pauses_grow_to_five_minutes_and_differ() -> None:
    assert [pause_s(failed, 1.0) for failed in (1, 2, 3, 12)] == [1.0, 2.0, 4.0, 300.0]
    assert pause_s(1, 0.0) == 0.5
