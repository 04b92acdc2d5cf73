"""A mailbox's owner signs in at their provider: by browser, by a pasted address, by a code."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core import channels, clientsecrets
from core.desk import Desk
from core.models import Role
from core.notices import unseen, words
from core.render import Voice
from tests.platforms.fake_oauth import FakeOAuth
from tests.rooms.console.page import Element, read
from tests.rooms.console.test_channels import at, findings, holds, told, values
from tests.server import Server
from tests.shop import Shop

pytestmark = pytest.mark.xdist_group("channels-page")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running desk."""
    made = Server(tmp_path_factory.mktemp("sign-in"), {"EMAIL_LISTEN": ""})
    made.start()
    yield made
    made.ends_well()


def link(page: Element) -> str:
    """Where the owner is sent to sign in."""
    (way,) = page.all("div", "way")
    return way.all("a")[0].attributes["href"]


def hidden(page: Element, name: str) -> str:
    """What the page carries along."""
    return next(e.attributes["value"] for e in page.all("input") if e.attributes.get("name") == name)


async def test_the_browser_comes_back_with_a_token_that_is_kept_sealed(desk: Server) -> None:
    async with FakeOAuth(redirect=f"{desk.base}/room/mail-sign-in") as provider, at(desk) as admin:
        await admin.adds("by-browser", "email")
        place, form = "/room/channels/by-browser", {"EMAIL_ADDRESS": "support@shop.example", **provider.settings()}
        began = await admin.sends(place, do="signin", **form)
        refused = await admin.web.get(provider.signs_in(link(began), says_yes=False))
        assert (refused.status_code, "somebody said no" in refused.text) == (400, True)
        back = provider.signs_in(link(began))
        page = await admin.web.get(back, follow_redirects=True)
        assert "Signed in at the provider." in page.text
        assert provider.refresh_token not in page.text
        again = await admin.web.get(back)
        assert "The code was used already or came too late. Sign in again." in again.text
    assert not holds(desk, provider.refresh_token)
    assert not holds(desk, "desk-client-secret")


async def test_a_sign_in_somebody_else_began_is_refused(desk: Server) -> None:
    assert (await asyncio.to_thread(desk.does, "do", "--as", "admin", "desk agent-add eve admin")).returncode == 0
    async with FakeOAuth() as provider, at(desk) as admin, at(desk, "eve") as eve:
        await admin.adds("taken", "email")
        form = {"EMAIL_ADDRESS": "support@shop.example", **provider.settings()}
        back = provider.signs_in(link(await admin.sends("/room/channels/taken", do="signin", **form)))
        for address in (back, back.replace("state=", "state=x"), f"{desk.base}/room/mail-sign-in"):
            answer = await eve.web.get(address)
            assert (answer.status_code, "This sign-in was begun elsewhere" in answer.text) == (400, True)


async def test_an_address_the_browser_could_not_open_is_pasted(desk: Server) -> None:
    async with FakeOAuth(redirect="http://localhost/") as provider, at(desk) as admin:
        await admin.adds("pasted", "email")
        place, form = "/room/channels/pasted", {"EMAIL_ADDRESS": "support@shop.example", **provider.settings()}
        far = {"Host": "desk.example", "Origin": "http://desk.example"}
        began = await admin.web.post(place, data={"do": "signin", **form}, headers=far)
        done = await admin.sends(place, do="pasted", pasted=provider.signs_in(link(read(began.text))))
        assert told(done) == "Signed in at the provider. The mailbox is opened by that from now on."


async def test_what_is_no_address_at_all_is_refused_in_words(desk: Server) -> None:
    async with at(desk) as admin:
        await admin.adds("odd", "email")
        said = told(await admin.sends("/room/channels/odd", do="pasted", pasted="http://["))
        assert said.startswith("This sign-in was begun elsewhere")


async def test_a_code_is_entered_on_another_device(desk: Server) -> None:
    async with FakeOAuth() as provider, at(desk) as admin:
        await admin.adds("by-code", "email")
        place, form = "/room/channels/by-code", {"EMAIL_ADDRESS": "support@shop.example", **provider.settings()}
        shown = await admin.sends(place, do="code", **form)
        assert shown.all("b", "code")[0].text == "ABCD-EFGH"
        assert link(shown) == f"{provider.base}/enter"
        way = hidden(shown, "way")
        assert "device-secret" not in way
        assert "Nobody has entered the code there yet." in told(await admin.sends(place, do="coded", way=way))
        provider.is_entered = True
        assert told(await admin.sends(place, do="coded", way=way)).startswith("Signed in at the provider.")


async def test_googles_seven_days_are_warned_of(desk: Server) -> None:
    async with FakeOAuth(lasts_s=604_799) as provider, at(desk) as admin:
        await admin.adds("testing", "email")
        form = {"EMAIL_ADDRESS": "support@shop.example", **provider.settings()}
        back = provider.signs_in(link(await admin.sends("/room/channels/testing", do="signin", **form)))
        assert "Publish it (In production), then sign in again." in (await admin.web.get(back)).text


async def test_what_is_known_of_a_provider_is_filled_in(desk: Server) -> None:
    async with at(desk) as admin:
        await admin.adds("filled", "email")
        page = await admin.sends("/room/channels/filled", do="use.google", EMAIL_ADDRESS="a@shop.example")
        assert values(page)["EMAIL_OAUTH_TOKEN_URL"] == "https://oauth2.googleapis.com/token"
        assert "Google ends every sign-in after seven days" in page.text
        assert f"{desk.base}/room/mail-sign-in" in page.text
        lacking = await admin.sends(
            "/room/channels/filled", do="signin", EMAIL_ADDRESS="a@shop.example",
            EMAIL_OAUTH_TOKEN_URL="https://oauth2.googleapis.com/token",
        )  # fmt: skip
        assert findings(lacking) == []
        assert told(lacking) == "Enter the OAuth client id the provider gave you first."


async def test_admins_are_told_two_weeks_before_a_client_secret_expires(small_shop: Shop) -> None:
    boss = await small_shop.agent("boss", Role.ADMIN)

    def body(desk: Desk) -> None:
        channel = channels.named(desk, "shop")
        channels.configure(desk, channel, {clientsecrets.SETTING: "2026-12-24"})
        clientsecrets.expect(desk, channel)

    await small_shop.change(body)
    small_shop.clock.now = datetime(2026, 12, 10, 7, 59, tzinfo=UTC)
    assert await small_shop.passes("0s") == 0
    await small_shop.passes("2m")
    news = await small_shop.read(lambda desk: [Voice().say(words(each)) for each in unseen(desk, boss.actor.id or 0)])
    assert news == [
        "The client secret of shop expires on 2026-12-24. Make another one at the provider, and enter it: "
        "/room/channels/shop"
    ]
