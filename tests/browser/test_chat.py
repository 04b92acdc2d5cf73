"""A customer in the shop and an agent in the team room, each in a real browser."""

import signal
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import Windows, answers, card, says
from tests.contracts.desk import eventually

NO_SOCKETS = """
window.WebSocket = class { constructor() { setTimeout(() => this.onclose({code: 1006}), 5); } close() {} send() {} }
"""
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def test_a_chat_from_hello_to_the_ticket_and_back(windows: Windows, picture: Any) -> None:
    windows.server.does("demo")
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "Hello\nDo you have the Luna in blue?")
    waiting = card(agent, "Luna in blue")
    await waiting.get_by_role("button", name="Take").click()
    await expect(agent.locator("#reads")).to_contain_text("To the customer")
    await agent.locator("#words").press_sequentially("Yes! From next week on", delay=10)
    await expect(shop.locator(".typing")).to_contain_text("Admin is typing")
    await agent.press("#words", "Enter")
    await expect(agent.locator("#held")).to_contain_text("Undo")
    await expect(shop.locator(".bubble.agent").last).to_contain_text("From next week on")
    await expect(agent.locator("#items .said.agent .mark").last).to_have_text("seen")
    await shop.locator("textarea[name=text]").press_sequentially("Great, please", delay=10)
    await expect(agent.locator("#typing")).to_contain_text("is typing")
    await picture(shop, "widget")
    await shop.press("textarea[name=text]", "Enter")
    await answers(agent, "!n She wants two of them")
    await expect(agent.locator("#items .said.note")).to_contain_text("two of them")
    await picture(agent, "room")
    await agent.locator("#thread").get_by_role("button", name="Solved").click()
    await shop.locator(".stars button[data-score='5']").click()
    await expect(agent.locator("#head")).to_contain_text("Status")
    await expect(agent.locator("#head")).to_contain_text("5 of 5")
    assert "two of them" not in await shop.locator(".log").inner_text()
    await says(shop, "One more thing: the cable?")
    await expect(agent.locator("#head")).to_contain_text("Waiting since")
    await expect(agent.locator("#items .said.customer").last).to_contain_text("the cable?")
    await expect(shop.locator(".bubble.me").last).to_contain_text("seen")
    await expect(shop.locator(".bubble", has_text="From next week on")).to_have_count(1)


async def test_what_is_written_while_the_desk_is_dead_arrives_once_when_it_is_back(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "First")
    await card(agent, "First").get_by_role("link").click()
    await expect(agent.locator("#items .said.customer")).to_contain_text("First")
    windows.server.end(signal.SIGKILL)
    await answers(agent, "Who knows this lamp?")
    await expect(agent.locator("#unsent")).to_contain_text("Who knows this lamp?")
    await says(shop, "Second, while you were away")
    await says(shop, "Third")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sending")
    windows.server.start()
    await expect(shop.locator(".bubble.me").last).not_to_contain_text("sending", timeout=20_000)
    await expect(agent.locator("#items .said.note .words")).to_have_text(["Who knows this lamp?"], timeout=20_000)
    await expect(agent.locator("#unsent")).to_be_empty()
    await expect(agent.locator("#items .said.customer .words")).to_have_text(
        ["First", "Second, while you were away", "Third"]
    )
    await shop.reload()
    await expect(shop.locator(".bubble.me p")).to_have_text(["First", "Second, while you were away", "Third"])


async def test_without_websockets_the_chat_works_by_plain_http(windows: Windows) -> None:
    agent = await windows.agent()
    context = await windows.context()
    await context.add_init_script(NO_SOCKETS)
    shop = await windows.page(context)
    await shop.goto(windows.server.base)
    await shop.click("button.launcher")
    await says(shop, "Can you hear me?")
    await card(agent, "Can you hear me?").get_by_role("button", name="Take").click()
    await shop.locator("textarea[name=text]").press_sequentially("Well?", delay=10)
    await expect(agent.locator("#typing")).to_contain_text("is typing")
    await agent.locator("#words").press_sequentially("Loud and clear", delay=10)
    await expect(shop.locator(".typing")).to_contain_text("Admin is typing")
    await agent.press("#words", "Enter")
    await expect(shop.locator(".bubble.agent").last).to_contain_text("Loud and clear", timeout=15_000)


async def test_without_websockets_a_new_session_loses_nothing(windows: Windows) -> None:
    await windows.agent()
    context = await windows.context()
    await context.add_init_script(NO_SOCKETS)
    shop = await windows.page(context)
    refused = []

    async def refuse_once(route: Route) -> None:
        if "Still there?" not in (route.request.post_data or "") or refused:
            await route.continue_()
            return
        refused.append(route.request.post_data)
        await route.fulfill(status=401, json={"error": {"code": "signed_out", "text": ""}})

    await shop.route("**/chat/frames", refuse_once)
    await shop.goto(windows.server.base)
    await shop.click("button.launcher")
    await says(shop, "Still there?")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent", timeout=15_000)
    assert len(refused) == 1


async def test_two_tabs_of_one_customer_are_one_conversation(windows: Windows) -> None:
    await windows.agent()
    context = await windows.context()
    one, other = await windows.page(context), await windows.page(context)
    for tab in (one, other):
        await tab.goto(windows.server.base)
    await one.click("button.launcher")
    await says(one, "From the first tab")
    await other.click("button.launcher")
    await expect(other.locator(".bubble.me p")).to_have_text(["From the first tab"])
    await says(other, "From the second")
    await expect(one.locator(".bubble.me p")).to_have_text(["From the first tab", "From the second"])


async def test_markup_and_script_are_shown_as_they_were_typed(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    hostile = "<img src=x onerror=alert(1)> <script>alert(2)</script> {{7*7}} \u202etxet 😀 javascript:alert(3)"
    await says(shop, hostile)
    await card(agent, "onerror").get_by_role("link").click()
    await expect(agent.locator("#items .said.customer .words")).to_have_text(hostile)
    await expect(shop.locator(".bubble.me p")).to_have_text(hostile)
    assert await agent.locator("#items img").count() == 0
    assert await shop.locator(".log a").count() == 0


async def test_a_picture_goes_both_ways(windows: Windows) -> None:
    import base64

    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    agent = await windows.agent()
    shop = await windows.customer()
    await shop.set_input_files("input[type=file]", {"name": "lamp.png", "mimeType": "image/png", "buffer": pixel})
    await says(shop, "Here is a picture")
    await expect(shop.locator(".bubble.me img")).to_be_visible()
    await card(agent, "Here is a picture").get_by_role("button", name="Take").click()
    await expect(agent.locator("#items .said.customer img")).to_have_attribute("alt", "lamp.png")
    await expect(agent.locator("#items .said.customer img")).to_have_js_property("naturalWidth", 1)
    await agent.set_input_files("#picker", {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"the plan"})
    await expect(agent.locator("#files")).to_contain_text("plan.txt")
    await answers(agent, "And ours")
    await expect(agent.locator("#held")).to_contain_text("Is it really for the customer?")
    await agent.locator("#held").get_by_role("button", name="Send to the customer").click()
    await expect(shop.locator(".bubble.agent a.file")).to_contain_text("plan.txt")


async def test_with_nobody_there_the_chat_asks_for_an_address(windows: Windows, picture: Any) -> None:
    shop = await windows.customer(locale="de-DE")
    await expect(shop.locator(".status")).to_contain_text("Gerade ist niemand da")
    await shop.fill("form.details input[name=email]", "ana@example.com")
    await says(shop, "Meine Lampe ist kaputt")
    await expect(shop.locator(".bubble.desk").last).to_contain_text("Gerade ist niemand da")
    await picture(shop, "widget-away")
    agent = await windows.agent()
    await agent.click("[data-view=unassigned]")
    await card(agent, "Meine Lampe ist kaputt").get_by_role("link").click()
    await expect(agent.locator("#head")).to_contain_text("new")


async def test_the_customer_can_end_save_and_begin_anew(windows: Windows) -> None:
    await windows.agent()
    shop = await windows.customer()
    await says(shop, "First matter")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")
    async with shop.expect_download() as download:
        await shop.click("button.transcript")
    path = await (await download.value).path()
    assert "First matter" in path.read_text()
    await shop.click("button.end")
    await shop.click("button.yes")
    await shop.click("button.restart")
    await says(shop, "Second matter")
    await expect(shop.locator(".status")).to_contain_text("Somebody will be with you")
    listed = windows.server.does("do", "ticket list").stdout
    assert "First matter" in listed
    assert "Second matter" not in listed


async def test_a_rating_given_while_the_desk_is_dead_is_thanked_for_when_it_has_arrived(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "Which lamp is it?")
    await card(agent, "Which lamp").get_by_role("button", name="Take").click()
    await agent.locator("#thread").get_by_role("button", name="Solved").click()
    await expect(shop.locator(".stars")).to_be_visible()
    windows.server.end(signal.SIGKILL)
    await shop.click(".stars button[data-score='4']")
    await expect(shop.locator(".stars")).to_have_count(0)
    await expect(shop.locator(".banner")).to_be_visible()
    await expect(shop.locator(".bubble.desk", has_text="Thank you!")).to_have_count(0)
    windows.server.start()
    await shop.reload()
    await expect(shop.locator(".bubble.desk", has_text="Thank you!")).to_have_count(1)
    await expect(agent.locator("#head")).to_contain_text("4 of 5", timeout=20_000)


async def test_an_end_pressed_while_the_desk_is_dead_ends_the_chat_later(windows: Windows) -> None:
    await windows.agent()
    shop = await windows.customer()
    await says(shop, "I found it myself")
    await expect(shop.locator("button.end")).to_be_visible()
    windows.server.end(signal.SIGKILL)
    await shop.click("button.end")
    await shop.click("button.yes")
    windows.server.start()
    await expect(shop.locator("button.restart")).to_be_visible(timeout=20_000)


async def test_an_answer_to_an_older_matter_is_counted_shown_and_acknowledged(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "First matter")
    await card(agent, "First matter").get_by_role("button", name="Take").click()
    await agent.locator("#thread").get_by_role("button", name="Solved").click()
    await shop.click("button.restart")
    await says(shop, "Second matter")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")
    await shop.click("button.close")
    await answers(agent, "!r The first one, after all")
    await expect(shop.locator(".badge")).to_have_text("1")
    await shop.click("button.launcher")
    await expect(shop.locator(".bubble").last).to_contain_text("The first one, after all")
    await expect(shop.locator(".badge")).to_be_hidden()

    async def mark() -> str:
        await agent.reload()
        return await agent.locator("#items .said.agent .mark").last.inner_text()

    assert await eventually(mark, lambda found: found == "seen") == "seen"


async def test_a_chat_nobody_took_says_that_the_message_is_there(windows: Windows) -> None:
    shop = await windows.customer()
    await says(shop, "My lamp is broken")
    await expect(shop.locator(".status")).to_have_text("We have your message and will answer")
    await shop.fill("form.details input[name=email]", "ana@example.com")
    await shop.click("form.details button")
    await expect(shop.locator(".bubble.desk").last).to_have_text("Thank you, we have noted it.")
    await expect(shop.locator(".status")).to_have_text("We have your message and will answer")


async def test_only_a_reply_that_was_withdrawn_comes_back_into_the_composer(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "Which colour?")
    await card(agent, "Which colour?").get_by_role("button", name="Take").click()
    await answers(agent, "Blue")
    await agent.locator("#held").get_by_role("button", name="Undo").click()
    await expect(agent.locator("#words")).to_have_value("Blue")
    await agent.press("#words", "Enter")
    held = await agent.locator("#held article").element_handle()
    await expect(shop.locator(".bubble.agent").last).to_contain_text("Blue")
    await agent.evaluate("held => document.getElementById('threadanswers').append(held)", held)
    await agent.locator("#threadanswers").get_by_role("button", name="Undo").click()
    await expect(agent.locator("#threadanswers")).to_contain_text("sent or withdrawn already")
    await expect(agent.locator("#words")).to_have_value("")
