"""What the pages say and show: forms, notes that go, buttons that still do something, and strange signs."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows, answers, card, says

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def test_an_address_left_in_the_form_is_not_asked_for_again(windows: Windows) -> None:
    shop = await windows.customer()
    assert await shop.locator("form.details button").count() == 0
    await shop.fill("form.details input[name=email]", "ana@example.com")
    await says(shop, "My lamp is broken")
    await expect(shop.locator(".bubble.desk").last).to_contain_text("Nobody is here just now")
    await expect(shop.locator(".bubble.desk", has_text="address")).to_have_count(0)
    await expect(shop.locator("form.details")).to_have_count(0)


async def test_without_an_address_it_is_asked_for_below_the_conversation(windows: Windows) -> None:
    shop = await windows.customer()
    await says(shop, "My lamp is broken")
    await shop.fill("form.details input[name=email]", "ana@example.com")
    await shop.press("form.details input[name=email]", "Enter")
    await expect(shop.locator(".bubble.desk").last).to_contain_text("we have noted it")
    await says(shop, "And the cable, too")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")


async def test_an_open_page_hears_that_somebody_is_there_again(windows: Windows) -> None:
    await windows.agent()
    windows.server.does("do", "--as", "admin", "me away")
    shop = await windows.customer()
    await expect(shop.locator(".status")).to_contain_text("Nobody is here")
    await shop.fill("form.details input[name=email]", "ana@example.com")
    windows.server.does("do", "--as", "admin", "me back")
    await expect(shop.locator(".status")).not_to_contain_text("Nobody is here", timeout=10_000)
    await expect(shop.locator("form.details")).to_have_count(0)
    await says(shop, "Hello")
    listed = windows.server.does("do", "customer find ana@example.com", "--json").stdout
    assert "ana@example.com" in listed


async def test_files_stand_in_the_order_they_were_chosen(windows: Windows) -> None:
    await windows.agent()
    shop = await windows.customer()
    sizes = (4_000_000, 3, 2_000_000, 1)
    files = [{"name": f"{at}.txt", "mimeType": "text/plain", "buffer": b"x" * size} for at, size in enumerate(sizes)]
    await shop.set_input_files("input[type=file]", files)  # type: ignore[arg-type]
    await says(shop, "Four files")
    await expect(shop.locator(".bubble.me a.file")).to_contain_text(
        ["0.txt", "1.txt", "2.txt", "3.txt"], timeout=20_000
    )


async def test_a_text_that_is_too_long_is_answered_with_a_sentence(windows: Windows) -> None:
    await windows.agent()
    shop = await windows.customer()
    await says(shop, "x" * 20_001)
    await expect(shop.locator(".banner")).to_contain_text("at most 20000 fit into one message")


async def test_a_customer_the_shop_vouches_for_is_not_asked_for_their_name(windows: Windows) -> None:
    windows.server.end()
    windows.server.settings["WEBCHAT_ASK_NAME"] = "true"
    windows.server.start()
    await windows.agent()
    key = windows.server.does("identify-key", "shop").stdout.strip()
    claims = json.dumps({"id": "4711", "name": "Ana Petrović", "exp": time.time() + 600}).encode()
    packed = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    signed = f"{packed}.{hmac.new(key.encode(), packed.encode(), hashlib.sha256).hexdigest()}"
    shop = await windows.customer()
    await expect(shop.locator("input[name=name]")).to_be_visible()
    await shop.evaluate("signed => Deskbell.identify(signed)", signed)
    await expect(shop.locator("input[name=name]")).to_have_count(0)


async def test_the_composer_grows_with_its_words_and_shrinks_again(windows: Windows) -> None:
    await windows.agent()
    shop = await windows.customer()

    async def height() -> float:
        return float(await shop.locator("textarea").evaluate("each => each.offsetHeight"))

    one = await height()
    await shop.fill("textarea", "words that wrap " * 12)
    assert await height() > one + 30
    await shop.press("textarea", "Enter")
    assert await height() == one


async def test_typing_ends_when_the_words_have_come(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "Hello")
    await card(agent, "Hello").get_by_role("button", name="Take").click()
    await expect(agent.locator("#reads")).to_contain_text("To the customer")
    await shop.locator("textarea").press_sequentially("Is it blue?", delay=5)
    await expect(agent.locator("#typing")).to_contain_text("is typing")
    await shop.press("textarea", "Enter")
    await expect(agent.locator("#items .said.customer").last).to_contain_text("Is it blue?")
    await expect(agent.locator("#typing")).to_be_empty(timeout=1_500)
    await agent.locator("#words").press_sequentially("It is", delay=5)
    await expect(shop.locator(".typing")).to_contain_text("is typing")
    await agent.press("#words", "Enter")
    await expect(shop.locator(".typing")).to_be_empty(timeout=1_500)


async def test_the_transcript_tells_the_day_and_calls_its_reader_you(windows: Windows) -> None:
    await windows.agent()
    shop = await windows.customer()
    await says(shop, "First matter")
    await expect(shop.locator(".bubble.me").last).to_contain_text("sent")
    async with shop.expect_download() as download:
        await shop.click("button.transcript")
    line = (await (await download.value).path()).read_text().splitlines()[0]
    assert str(time.gmtime().tm_year) in line
    assert line.endswith("  You: First matter")


async def test_who_took_a_dialog_reads_so_in_its_thread_for_a_while(windows: Windows) -> None:
    agent = await windows.agent()
    await agent.clock.install()
    shop = await windows.customer()
    await says(shop, "Hello")
    await card(agent, "Hello").get_by_role("button", name="Take").click()
    await expect(agent.locator("#threadanswers")).to_contain_text("is yours")
    await expect(agent.locator("#answers")).to_be_empty()
    await agent.clock.fast_forward(13_000)
    await expect(agent.locator("#threadanswers")).to_be_empty()


async def test_what_is_held_is_told_once_and_what_was_stopped_is_only_discarded(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "Hello")
    await card(agent, "Hello").get_by_role("button", name="Take").click()
    await expect(agent.locator("#reads")).to_contain_text("To the customer")
    await answers(agent, "!r Good morning")
    await expect(agent.locator("#held")).to_contain_text("Good morning")
    await expect(agent.locator("#threadanswers")).not_to_contain_text("Sending")
    await expect(shop.locator(".bubble.agent").last).to_contain_text("Good morning")
    await answers(agent, "is @admin here?")
    await agent.locator("#held").get_by_role("button", name="Discard").click()
    await expect(agent.locator("#held")).to_be_empty()
    await expect(agent.locator("#words")).to_have_value("")


async def test_undone_words_come_back_selected_and_say_who_reads_them(windows: Windows) -> None:
    windows.server.end()
    windows.server.settings["HOLD_CHAT"] = "30s"
    windows.server.start()
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "Hello")
    await card(agent, "Hello").get_by_role("link").click()
    await expect(agent.locator("#reads")).to_contain_text("A note for the team")
    await answers(agent, "!r Good morning")
    await agent.locator("#held").get_by_role("button", name="Undo").click()
    await expect(agent.locator("#words")).to_have_value("!r Good morning")
    selected = "each => each.value.slice(each.selectionStart, each.selectionEnd)"
    assert await agent.locator("#words").evaluate(selected) == "!r Good morning"


async def test_a_line_typed_as_a_note_is_stopped_when_the_mode_changed_under_it(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "Hello")
    await card(agent, "Hello").get_by_role("link").click()
    await expect(agent.locator("#reads")).to_contain_text("A note for the team")
    await agent.locator("#words").press_sequentially("She sounds angry")
    windows.server.does("do", "--as", "admin", "dialog take 1")
    await expect(agent.locator("#reads")).to_contain_text("To the customer")
    await agent.press("#words", "Enter")
    await expect(agent.locator("#held")).to_contain_text("You wrote this while your words were notes")
    await expect(agent.locator("#held").get_by_role("button")).to_have_text(["Send to the customer", "Discard"])
    await answers(agent, "Good morning")
    await expect(shop.locator(".bubble.agent").last).to_contain_text("Good morning")


async def test_whoever_joined_can_step_back_and_not_join_again(windows: Windows) -> None:
    windows.server.does("do", "--as", "admin", "desk agent-add ben")
    admin, ben = await windows.agent(), await windows.agent("ben")
    shop = await windows.customer()
    await says(shop, "Hello")
    await card(admin, "Hello").get_by_role("button", name="Take").click()
    await card(ben, "Hello").get_by_role("button", name="Join").click()
    await expect(ben.locator("#reads")).to_contain_text("To the customer")
    await expect(card(ben, "Hello").get_by_role("button", name="Join")).to_have_count(0)
    await card(ben, "Hello").get_by_role("button", name="Step back").click()
    await expect(ben.locator("#reads")).to_contain_text("A note for the team")
    await expect(card(ben, "Hello").get_by_role("button", name="Join")).to_have_count(1)


async def test_a_ticket_whose_customer_is_live_stands_in_the_feed_once(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "First matter")
    await card(agent, "First matter").get_by_role("button", name="Take").click()
    await agent.locator("#thread").get_by_role("button", name="End", exact=True).click()
    await expect(agent.locator("#feed .divider")).to_have_text("Your tickets")
    await says(shop, "And another thing")
    await expect(card(agent, "First matter").get_by_role("button", name="Take")).to_be_visible()
    await expect(card(agent, "First matter")).to_have_count(1)


async def test_signs_stacked_sky_high_stay_within_their_bubble(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await says(shop, "a" + "\u0300\u0301\u0302" * 1_000)
    await card(agent, "a").first.get_by_role("link").click()
    said = agent.locator("#items .said.customer")
    await expect(said).to_be_visible()
    for bubble in (said, shop.locator(".bubble.me"), agent.locator("#feed .card")):
        assert await bubble.evaluate("each => getComputedStyle(each).overflowY") == "clip"
        assert await bubble.evaluate("each => each.offsetHeight") < 260


async def test_a_phone_of_320_pixels_shows_the_whole_hint_of_the_command_line(windows: Windows) -> None:
    agent = await windows.agent(viewport={"width": 320, "height": 568})
    line = agent.locator("#line")
    await line.evaluate("each => { each.value = each.placeholder; }")
    assert await line.evaluate("each => each.scrollWidth <= each.clientWidth")


async def test_small_files_have_a_size_and_the_feed_shows_its_first_outline_whole(windows: Windows) -> None:
    agent = await windows.agent()
    shop = await windows.customer()
    await shop.set_input_files("input[type=file]", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"plan"})
    await says(shop, "Hello")
    await card(agent, "Hello").get_by_role("link").click()
    await expect(agent.locator("#items a.file small")).to_have_text("4 B")
    head, first = agent.locator(".feedhead"), agent.locator("#feed .card.chosen")
    await expect(first).to_be_visible()
    above, box = await head.bounding_box(), await first.bounding_box()
    assert above is not None
    assert box is not None
    assert box["y"] - 2 >= above["y"] + above["height"]
