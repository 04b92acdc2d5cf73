"""Connections that die without a word, a desk that is not there yet, and lines that come faster than allowed."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Windows, answers, card, says
from tests.browser.line import Line, hurry

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def _customer(windows: Windows, line: Line) -> Page:
    page = await windows.page(await windows.context())
    await hurry(page)
    await page.goto(line.base)
    await page.click("button.launcher")
    return page


async def _agent(windows: Windows, line: Line) -> Page:
    page = await windows.page(await windows.context())
    await hurry(page)
    await page.goto(windows.server.sign_in_link().replace(windows.server.base, line.base))
    await page.click("button:has-text('Sign in')")
    await page.wait_for_url("**/room*")
    await page.goto(line.base + "/room")
    await page.wait_for_selector("body[data-connected]")
    return page


async def test_a_chat_whose_line_died_without_a_word_notices_and_goes_on(windows: Windows) -> None:
    agent = await windows.agent()
    async with Line(windows.server).open() as line:
        shop = await _customer(windows, line)
        await says(shop, "First")
        await card(agent, "First").get_by_role("button", name="Take").click()
        await expect(agent.locator("#reads")).to_contain_text("To the customer")
        line.cut()
        await says(shop, "Second, into the dead line")
        await answers(agent, "Are you there?")
        await expect(shop.locator(".banner")).to_be_visible(timeout=10_000)
        await expect(shop.locator(".bubble.me").last).to_contain_text("sending")
        line.mend()
        await expect(shop.locator(".bubble.me").last).not_to_contain_text("sending", timeout=20_000)
        await expect(shop.locator(".banner")).to_be_hidden()
        await expect(shop.locator(".bubble.agent p").last).to_have_text("Are you there?")
        await expect(agent.locator("#items .said.customer .words")).to_have_text(
            ["First", "Second, into the dead line"]
        )


async def test_a_room_whose_line_died_without_a_word_notices_and_goes_on(windows: Windows) -> None:
    shop = await windows.customer()
    await windows.agent()
    async with Line(windows.server).open() as line:
        agent = await _agent(windows, line)
        await says(shop, "Hello?")
        await card(agent, "Hello?").get_by_role("link").click()
        await expect(agent.locator("#items .said.customer")).to_contain_text("Hello?")
        line.cut()
        await answers(agent, "Who knows this lamp?")
        await expect(agent.locator("#banner")).to_be_visible(timeout=10_000)
        await expect(agent.locator("#unsent")).to_contain_text("Who knows this lamp?")
        line.mend()
        await expect(agent.locator("#banner")).to_be_hidden(timeout=20_000)
        await expect(agent.locator("#items .said.note .words")).to_have_text(["Who knows this lamp?"])
        await expect(agent.locator("#unsent")).to_be_empty()


async def test_who_is_offline_is_told_at_once(windows: Windows) -> None:
    await windows.agent()
    shop = await windows.customer()
    await says(shop, "Before the tunnel")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")
    await shop.context.set_offline(True)
    await expect(shop.locator(".banner")).to_contain_text("You are offline", timeout=1_000)
    await says(shop, "In the tunnel")
    await shop.context.set_offline(False)
    await expect(shop.locator(".banner")).to_be_hidden(timeout=10_000)
    await expect(shop.locator(".bubble.me p")).to_have_text(["Before the tunnel", "In the tunnel"])
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")


async def test_what_the_page_asks_before_the_desk_answers_is_done_then(windows: Windows) -> None:
    page = await windows.page(await windows.context())
    failed = 0

    async def fail_once(route: Route) -> None:
        nonlocal failed
        failed += 1
        await (route.abort() if failed == 1 else route.continue_())

    await page.route("**/chat/session", fail_once)
    await page.goto(windows.server.base)
    await page.evaluate("window.heard = []; Deskbell.on('open', () => heard.push('open')); Deskbell.push(['open'])")
    await expect(page.locator(".panel")).to_be_visible(timeout=15_000)
    assert (failed, await page.evaluate("heard")) == (2, ["open"])


async def test_many_quick_lines_are_stored_in_the_order_they_were_written(windows: Windows) -> None:
    windows.server.end()
    windows.server.settings["MESSAGES_PER_MINUTE"] = "240"
    windows.server.start()
    agent = await windows.agent()
    shop = await windows.customer()
    lines = [f"Line {number}" for number in range(30)]
    for words in lines:
        await says(shop, words)
    await expect(shop.locator(".bubble.me", has_text="sending")).to_have_count(0, timeout=30_000)
    await card(agent, "Line 0").get_by_role("link").click()
    await expect(agent.locator("#items .said.customer .words")).to_have_text(lines)
    await shop.reload()
    await expect(shop.locator(".bubble.me p")).to_have_text(lines)


async def test_two_tabs_send_each_line_once_and_in_order(windows: Windows) -> None:
    await windows.agent()
    context = await windows.context()
    one, other = await windows.page(context), await windows.page(context)
    sent: list[str] = []
    for tab in (one, other):
        tab.on("websocket", lambda socket: socket.on("framesent", lambda raw: sent.append(str(raw))))
        await tab.goto(windows.server.base)
    for tab in (one, other):
        await tab.click("button.launcher")
    for number in range(4):
        await says((one, other)[number % 2], f"Line {number}")
        await expect((one, other)[number % 2].locator(".bubble.me p").last).to_have_text(f"Line {number}")
        await expect((one, other)[number % 2].locator(".bubble.me").last).to_contain_text("sent")
    await expect(one.locator(".bubble.me p")).to_have_text([f"Line {number}" for number in range(4)])
    assert len([raw for raw in sent if '"say"' in raw]) == 4
