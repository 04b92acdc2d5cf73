"""The page “Channels” in a browser: readable, by keyboard, on a phone, without a script, and its pictures."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import Windows
from tests.platforms.fake_telegram import FakeTelegram

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def _serious(page: Page) -> list[str]:
    found = await Axe().run(page)
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes']][:3]}"
        for each in found.response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


async def _comes_to_channels(windows: Windows, **options: Any) -> Page:
    page = await windows.agent(**options)
    await page.goto(windows.server.base + "/room/channels")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_on_the_pages(windows: Windows, scheme: str) -> None:
    page = await _comes_to_channels(windows, color_scheme=scheme)
    assert await _serious(page) == []
    await page.fill("[name=name]", "support")
    await page.select_option("[name=kind]", "email")
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.fill("[name=EMAIL_ADDRESS]", "support@posteo.de")
    await page.press("[name=EMAIL_ADDRESS]", "Enter")
    await expect(page.locator("[name=EMAIL_IMAP_URL]")).to_have_value("imaps://posteo.de")
    await page.fill("[name=EMAIL_PASSWORD]", "a-secret-word")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".said")).to_contain_text("Saved.")
    await expect(page.locator(".set")).to_contain_text("set on")
    assert "a-secret-word" not in await page.content()
    await page.fill("[name=EMAIL_IMAP_URL]", "posteo.de")
    await page.get_by_role("button", name="Try").click()
    await expect(page.locator(".findings .error")).to_contain_text("does not look right")
    assert await _serious(page) == []
    await page.get_by_text("Sign in at the provider").click()
    await page.get_by_role("button", name="Microsoft 365").click()
    await expect(page.locator("[name=EMAIL_OAUTH_CLIENT_ID]")).to_be_visible()
    assert await _serious(page) == []


async def test_a_bot_is_connected_by_keyboard_and_the_list_shows_it(windows: Windows, picture: Any) -> None:
    async with FakeTelegram() as telegram:
        bot = telegram.bot("lamp_shop_bot")
        windows.server.end()
        windows.server.settings |= {
            "TELEGRAM_API_URL": telegram.base_url, "TELEGRAM_FILE_URL": telegram.base_file_url,
        }  # fmt: skip
        windows.server.start()
        assert windows.server.does("do", "--as", "admin", "desk channel-add telegram telegram").returncode == 0
        assert windows.server.does("do", "--as", "admin", "desk channel-add support email").returncode == 0
        page = await windows.agent(viewport={"width": 1100, "height": 900})
        await page.get_by_role("link", name="Channels").press("Enter")
        await page.get_by_role("link", name="Set up telegram").press("Enter")
        await page.get_by_label("Bot token", exact=True).press_sequentially(bot.token, delay=0)
        await page.get_by_role("button", name="Try").press("Enter")
        await expect(page.locator(".findings")).to_have_text("The bot is @lamp_shop_bot.")
        await expect(page.locator(".told")).to_be_focused()
        await expect(page.get_by_label("Bot token", exact=True)).to_have_value("")
        await page.get_by_role("button", name="Save and switch on").press("Enter")
        await expect(page.locator(".said")).to_have_text("Saved. It takes effect at once.")
        await expect(page.locator(".said")).to_be_focused()
        await picture(page, "channel")
        await page.get_by_role("navigation").get_by_role("link", name="Channels").press("Enter")
        await expect(page.locator(".place", has_text="telegram").locator(".state")).to_have_text("on")
        await picture(page, "channels")


async def test_the_page_speaks_german_and_fits_a_phone(windows: Windows, picture: Any) -> None:
    assert windows.server.does("do", "--as", "admin", "me language de").returncode == 0
    page = await _comes_to_channels(windows, viewport={"width": 360, "height": 740}, color_scheme="dark")
    await picture(page, "channels-phone")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await page.locator("html").get_attribute("lang") == "de"


async def test_the_pages_work_without_a_script(windows: Windows) -> None:
    context = await windows.context(java_script_enabled=False)
    page = await windows.page(context)
    await page.goto(windows.server.sign_in_link())
    await page.get_by_role("button", name="Sign in").click()
    await page.goto(windows.server.base + "/room/channels")
    await page.get_by_role("button", name="Switch shop off").click()
    await expect(page.locator(".said")).to_contain_text("Switched off.")
    await expect(page.locator(".place", has_text="shop").locator(".state")).to_have_text("off")
    await page.get_by_role("link", name="Set up shop").click()
    await page.get_by_label("Colour").fill("blue")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".field .wrong")).to_contain_text("does not look right")
