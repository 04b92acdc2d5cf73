"""Customers who come back: every word stands once, in its order, whether their tab stayed open or not."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows, answers, card, says

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def test_whoever_writes_again_sees_every_message_once_and_in_order(windows: Windows) -> None:
    agent = await windows.agent()
    context = await windows.context()
    shop = await windows.page(context)
    await shop.goto(windows.server.base)
    await shop.click("button.launcher")
    await says(shop, "The lamp is broken")
    await card(agent, "The lamp is broken").get_by_role("button", name="Take").click()
    await expect(agent.locator("#reads")).to_contain_text("To the customer")
    await answers(agent, "Which one?")
    await expect(shop.locator(".bubble.agent p").last).to_have_text("Which one?")
    await says(shop, "The Luna")
    await answers(agent, "A new one is on its way")
    await expect(shop.locator(".bubble.agent p").last).to_have_text("A new one is on its way")
    await agent.locator("#items .said.own", has_text="Which one?").hover()
    await agent.locator("#items .said.own", has_text="Which one?").get_by_role("button", name="Take back").click()
    await expect(shop.locator(".bubble.gone")).to_have_count(1)
    await agent.locator("#thread").get_by_role("button", name="Solved").click()
    await expect(shop.locator("button.restart")).to_be_visible()
    await says(shop, "It came, thank you")
    await card(agent, "The lamp is broken").first.get_by_role("button", name="Take").click()
    await expect(agent.locator("#reads")).to_contain_text("To the customer")
    await answers(agent, "Enjoy it!")
    whole = [
        "Hello! How can we help?", "The lamp is broken", "This message was taken back", "The Luna",
        "A new one is on its way", "It came, thank you", "Enjoy it!",
    ]  # fmt: skip
    await expect(shop.locator(".bubble p")).to_have_text(whole)
    await shop.close()
    again = await windows.page(context)
    await again.goto(windows.server.base)
    await expect(again.locator(".bubble p")).to_have_text(whole)
    await again.reload()
    await expect(again.locator(".bubble p")).to_have_text(whole)


async def test_who_is_forgotten_keeps_nothing_of_it_in_their_page(windows: Windows) -> None:
    await windows.agent()
    shop = await windows.customer()
    await says(shop, "My secret is a zebra")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")
    windows.server.does("do", "--as", "admin", "customer erase #1 yes")
    await expect(shop.locator(".log")).not_to_contain_text("zebra")
    await says(shop, "Hello again")
    await expect(shop.locator(".bubble.me")).to_have_count(1)


async def test_words_written_without_a_connection_stand_behind_what_came_before_them(windows: Windows) -> None:
    agent = await windows.agent()
    context = await windows.context()
    shop = await windows.page(context)
    await shop.goto(windows.server.base)
    await shop.click("button.launcher")
    await says(shop, "First question")
    await card(agent, "First question").get_by_role("button", name="Take").click()
    await expect(agent.locator("#reads")).to_contain_text("To the customer")
    await context.set_offline(True)
    await answers(agent, "First answer")
    await says(shop, "Second question")
    await expect(agent.locator("#items")).to_contain_text("First answer")
    await expect(agent.locator("#held article")).to_have_count(0)
    await context.set_offline(False)
    await expect(shop.locator(".bubble.me").last).to_contain_text("✓", timeout=20_000)
    said = ["Hello! How can we help?", "First question", "First answer", "Second question"]
    await expect(shop.locator(".bubble p")).to_have_text(said)
