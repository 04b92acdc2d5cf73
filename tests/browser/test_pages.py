"""The pages themselves: embedding, accessibility, phones, the dark, the keyboard."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import Windows, answers, card, says

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def _serious(page: Page) -> list[str]:
    found = await Axe().run(page)
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes']][:3]}"
        for each in found.response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


async def test_a_strict_host_page_of_an_allowed_shop_embeds_the_chat(windows: Windows) -> None:
    desk, shop_address = windows.server.base, "http://shop.test"
    windows.server.end()
    windows.server.settings["WEBCHAT_ORIGINS"] = shop_address
    windows.server.start()
    await windows.agent()
    policy = f"default-src 'none'; script-src {desk}; connect-src {desk} {desk.replace('http', 'ws')}; img-src {desk}"
    page = await windows.page(await windows.context())
    body = f'<!doctype html><title>Shop</title><script src="{desk}/chat/widget.js" data-open defer></script>'
    await page.route(
        f"{shop_address}/**",
        lambda route: route.fulfill(
            body=body, headers={"Content-Security-Policy": policy, "Content-Type": "text/html"}
        ),
    )
    await page.goto(f"{shop_address}/")
    await says(page, "Hello from a strict page")
    await expect(page.locator(".bubble.me").last).to_contain_text("sent")
    assert await page.locator(".launcher").evaluate("each => getComputedStyle(each).position") == "fixed"


async def test_a_page_that_is_not_allowed_gets_no_chat(windows: Windows) -> None:
    page = await windows.page(await windows.context())
    body = f'<!doctype html><title>Shop</title><script src="{windows.server.base}/chat/widget.js" defer></script>'
    await page.route(
        "http://evil.test/**", lambda route: route.fulfill(body=body, headers={"Content-Type": "text/html"})
    )
    async with page.expect_console_message(lambda said: "not available" in said.text):
        await page.goto("http://evil.test/")
    assert await page.locator("deskbell-chat").count() == 0


async def test_the_host_page_can_open_close_and_listen(windows: Windows) -> None:
    page = await windows.page(await windows.context())
    await page.goto(windows.server.base)
    await page.wait_for_selector("button.launcher")
    await page.evaluate("window.heard = []; Deskbell.on('open', () => heard.push('open')); Deskbell.push(['open'])")
    await expect(page.locator(".panel")).to_be_visible()
    await page.evaluate("Deskbell.close()")
    await expect(page.locator(".panel")).to_be_hidden()
    assert await page.evaluate("heard") == ["open"]


async def test_a_signed_customer_is_known_by_name(windows: Windows) -> None:
    import base64
    import hashlib
    import hmac
    import json
    import time

    key = windows.server.does("identify-key", "shop").stdout.strip()
    claims = json.dumps({"id": "4711", "name": "Ana Petrović", "exp": time.time() + 600}).encode()
    packed = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    signed = f"{packed}.{hmac.new(key.encode(), packed.encode(), hashlib.sha256).hexdigest()}"
    agent = await windows.agent()
    shop = await windows.customer()
    await shop.evaluate("signed => Deskbell.identify(signed)", signed)
    await says(shop, "It is me")
    await expect(card(agent, "It is me")).to_contain_text("Ana Petrović")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_the_chat(windows: Windows, scheme: str) -> None:
    await windows.agent()
    shop = await windows.customer(color_scheme=scheme)
    await says(shop, "Hello, is this readable?")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")
    await shop.click("button.end")
    await shop.click("button.yes")
    await expect(shop.locator("button.restart")).to_be_visible()
    assert await _serious(shop) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_the_room(windows: Windows, scheme: str, picture: Any) -> None:
    windows.server.does("demo")
    agent = await windows.agent(color_scheme=scheme)
    await card(agent, "Stehlampe Fjord").get_by_role("link").click()
    await expect(agent.locator("#items .said").first).to_be_visible()
    await answers(agent, "A note")
    await expect(agent.locator("#items .said.note")).to_be_visible()
    await agent.fill("#line", "ticket list status:opn")
    await agent.press("#line", "Enter")
    await expect(agent.locator("#answers")).to_contain_text("Try: open")
    await picture(agent, f"room-{scheme}")
    assert await _serious(agent) == []


async def test_the_chat_fits_320_pixels(windows: Windows, picture: Any) -> None:
    await windows.agent()
    shop = await windows.customer(viewport={"width": 320, "height": 560}, color_scheme="dark")
    await says(shop, "averyveryverylongwordwithoutanyspacesthatmustwrapsomewhereornothingfits " * 2)
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")
    await picture(shop, "widget-phone")
    for each in (".panel", ".bubble.me", "button.send"):
        box = await shop.locator(each).last.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320.5


async def test_the_room_fits_a_phone(windows: Windows, picture: Any) -> None:
    windows.server.does("demo")
    agent = await windows.agent(viewport={"width": 390, "height": 780}, color_scheme="dark")
    await picture(agent, "room-phone-feed")
    await card(agent, "Stehlampe Fjord").get_by_role("link").click()
    await expect(agent.locator("#items .said").first).to_be_visible()
    await picture(agent, "room-phone")
    assert await agent.evaluate("document.documentElement.scrollWidth") <= 390
    await agent.click("#closethread")
    await agent.click("#menu")
    await agent.click("[data-view=pending]")
    await expect(agent.locator(".feedhead")).to_contain_text("pending")


async def test_the_room_works_by_keyboard(windows: Windows) -> None:
    windows.server.does("demo")
    agent = await windows.agent()
    await agent.keyboard.press("Control+k")
    await agent.keyboard.type("ticket ne")
    await expect(agent.locator("#choices [role=option]").first).to_contain_text("ticket next")
    await agent.keyboard.press("ArrowDown")
    await agent.keyboard.press("Enter")
    await agent.keyboard.press("Enter")
    await expect(agent.locator("#answers")).to_contain_text("is yours")
    await expect(agent.locator("#thread")).to_be_visible()
    await agent.keyboard.press("Escape")
    await expect(agent.locator("#thread")).to_be_hidden()


async def test_the_room_speaks_german(windows: Windows, picture: Any) -> None:
    windows.server.does("do", "--as", "admin", "me language de")
    windows.server.does("demo")
    agent = await windows.agent()
    await expect(card(agent, "Stehlampe Fjord")).to_contain_text("Kunde")
    await card(agent, "reading lamp").get_by_role("button", name="Übernehmen").click()
    await expect(agent.locator("#reads")).to_contain_text("An den Kunden")
    await picture(agent, "room-german")


async def test_who_is_signed_out_is_shown_the_door(windows: Windows) -> None:
    agent = await windows.agent()
    await agent.fill("#line", "me signout")
    await agent.press("#line", "Enter")
    await expect(agent).to_have_url(windows.server.base + "/room/sign-in")
    await agent.goto(windows.server.base + "/room")
    await expect(agent).to_have_url(windows.server.base + "/room/sign-in")


async def test_a_password_signs_in_and_a_wrong_one_does_not(windows: Windows) -> None:
    windows.server.does("do", "--as", "admin", "me password correct-horse-battery")
    page = await windows.page(await windows.context())
    await page.goto(windows.server.base + "/room")
    await page.fill("input[name=name]", "admin")
    await page.fill("input[name=password]", "wrong-horse")
    await page.click("button")
    await expect(page.locator(".wrong")).to_contain_text("wrong")
    await page.fill("input[name=name]", "admin")
    await page.fill("input[name=password]", "correct-horse-battery")
    await page.click("button")
    await expect(page.locator("#feed")).to_be_visible()
