"""The fake Slack against the real SDK: what people do with the app, by commands, buttons, forms and the home tab."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.platforms.fake_slack import FakeSlack
from tests.platforms.slack_product import actions, asks, button, client, modal, plain, product, refusal, section, select


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace with two agents and a channel."""
    async with FakeSlack() as fake:
        fake.add_channel("support", fake.add_user("ines").user.name, fake.add_user("tom").user.name)
        yield fake


@pytest.fixture
def web(slack: FakeSlack) -> AsyncWebClient:
    """The app's client."""
    return client(slack)


async def test_a_command_is_answered_by_acknowledgement_or_response_url(slack: FakeSlack) -> None:
    app = product(slack)

    @app.app.command("/ticket")
    async def ticket(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        if body["text"] == "quick":
            await ack("quick for <@" + body["user_id"] + ">")
            return
        await ack()
        await respond("#1 printer", blocks=[section("*#1* printer"), actions(button("Take", "take"))])
        await respond("ines looked", response_type="in_channel")

    async with app.connected():
        ines = slack.user("ines")
        assert (await ines.types("support", "/ticket quick")).text == "quick for @ines"
        seen = await ines.types("support", "/ticket list mine")
        assert seen.texts == ["*#1* printer\n[Take]", "ines looked"]
        assert seen.buttons == ["Take"]
    assert [m.text for m in slack.channel("support").messages] == ["ines looked"]
    assert (await ines.types("support", "/ticket list")).failed == "dispatch_failed"


async def test_buttons_and_choices_change_the_message_they_stand_in(slack: FakeSlack, web: AsyncWebClient) -> None:
    app, bodies = product(slack), []

    @app.app.action("take")
    async def take(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        bodies.append(body)
        await respond(f"taken, {body['state']['values']['row']['priority']['selected_option']['value']}")

    @app.app.action("priority")
    async def priority(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        picked = body["actions"][0]["selected_option"]["value"]
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text=picked)

    row = actions(button("Take", "take", value="7"), select("Priority", "priority", "Low", "High"), block_id="row")
    async with app.connected():
        tom, card = slack.user("tom"), await web.chat_postMessage(channel="support", text="card", blocks=[row])
        assert (await tom.chooses("support", card["ts"], "Priority", "High")).texts == ["[Take] {Priority: Low | High}"]
        assert slack.channel("support").messages[0].text == "high"
        assert (await tom.presses("support", card["ts"], "Take")).texts == ["taken, high"]
    action = bodies[0]["actions"][0]
    assert (action["value"], action["block_id"], bodies[0]["container"]["is_ephemeral"]) == ("7", "row", False)


async def test_a_response_url_serves_five_times_for_half_an_hour(slack: FakeSlack) -> None:
    app, urls = product(slack), []

    @app.app.command("/ticket")
    async def ticket(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        urls.append(body["response_url"])

    async with app.connected():
        await slack.user("ines").types("support", "/ticket", look_s=0)
        await slack.user("ines").types("support", "/ticket", look_s=0)
    spent = [await AsyncWebhookClient(urls[0]).send(text=f"{number}") for number in range(6)]
    assert [answer.status_code for answer in spent] == [200] * 5 + [404]
    assert [m.text for m in slack.ephemerals_for("ines")] == ["0", "1", "2", "3", "4"]
    slack.passes(1_801)
    assert "expired_url" in (await AsyncWebhookClient(urls[1]).send(text="late")).body


async def test_modals_open_once_per_trigger_and_within_three_seconds(slack: FakeSlack, web: AsyncWebClient) -> None:
    app, triggers = product(slack), []

    @app.app.command("/ticket")
    async def ticket(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        triggers.append(body["trigger_id"])

    view, ines = modal("Ticket", asks("Subject", "subject")), slack.user("ines")
    async with app.connected():
        for _ in range(6):
            await ines.types("support", "/ticket", look_s=0)
    opened = await web.views_open(trigger_id=triggers[0], view=view)
    assert slack.shown(slack.modal_of("ines") or pytest.fail("no modal")) == "Ticket\n{Subject: }\n[Save]"
    assert await refusal(web.views_open(trigger_id=triggers[0], view=view)) == "exchanged_trigger_id"
    await web.views_push(trigger_id=triggers[1], view=view)
    third = await web.views_push(trigger_id=triggers[2], view=view)
    assert third["view"]["root_view_id"] == opened["view"]["id"]
    assert await refusal(web.views_push(trigger_id=triggers[3], view=view)) == "push_limit_reached"
    stale = web.views_update(view_id=third["view"]["id"], hash="1.x", view=view)
    assert await refusal(stale) == "hash_conflict"
    await web.views_update(view_id=third["view"]["id"], hash=third["view"]["hash"], view=view)
    slack.passes(3.1)
    assert await refusal(web.views_open(trigger_id=triggers[4], view=view)) == "expired_trigger_id"


async def test_a_form_is_checked_corrected_and_taken(slack: FakeSlack) -> None:
    app = product(slack)
    kinds = asks("Kind", "kind", select("Choose", "value", "Bug", "Wish"), optional=True)
    form = modal(
        "Ticket", asks("Subject", "subject"), kinds, callback_id="new", private_metadata="C1", notify_on_close=True
    )
    notes: list[Any] = []

    @app.app.shortcut("new_ticket")
    async def shortcut(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        notes.append(body["message"]["text"])
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    @app.app.view("new")
    async def new(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if len(values["subject"]["value"]["value"]) < 3:
            await ack(response_action="errors", errors={"subject": "Say more."})
            return
        notes.append((view["private_metadata"], values["kind"]["value"]["selected_option"]["value"]))
        await ack(response_action="update", view=modal("Made", section("#1"), callback_id="done"))

    @app.app.view_closed("new")
    async def closed(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        notes.append(body["is_cleared"])

    async with app.connected():
        ines, said = slack.user("ines"), await slack.user("tom").posts("support", "help me")
        seen = await ines.uses_shortcut("new_ticket", "support", said)
        assert (await ines.submits(seen.modal)).errors == {"subject": "Please complete this required field."}
        assert (await ines.submits(seen.modal, {"Subject": "x"})).errors == {"subject": "Say more."}
        made = await ines.submits(seen.modal, {"Subject": "printer", "Kind": "Bug"})
        assert made.is_ok
        assert slack.shown(made.view or pytest.fail("no view")) == "Made\n#1\n[Save]"
        again = await ines.uses_shortcut("new_ticket", "support", said)
        await ines.closes(again.modal or pytest.fail("no modal"))
    assert notes == ["help me", ("C1", "bug"), "help me", False]


async def test_options_can_come_from_the_app(slack: FakeSlack, web: AsyncWebClient) -> None:
    app = product(slack)
    element = {"type": "external_select", "action_id": "who", "placeholder": plain("Who"), "min_query_length": 1}

    @app.app.options("who")
    async def options(ack: Any, payload: dict[str, Any]) -> None:
        await ack(options=[{"text": plain(payload["value"].title()), "value": "7"}])

    @app.app.action("who")
    async def who(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        await respond(body["actions"][0]["selected_option"]["text"]["text"], replace_original=False)

    async with app.connected():
        card = await web.chat_postMessage(channel="support", text="card", blocks=[actions(element)])
        assert (await slack.user("tom").chooses("support", card["ts"], "Who", "anna")).texts == ["Anna"]


async def test_the_home_tab_is_published_when_it_is_opened(slack: FakeSlack) -> None:
    app = product(slack)

    @app.app.action("refresh")
    async def refresh(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": [section("fresh")]})

    async with app.connected():
        ines = slack.user("ines")
        assert await ines.opens_home(look_s=0) is slack.home_of("ines") is None
        home = {"type": "home", "blocks": [section("3 tickets"), actions(button("Refresh", "refresh"))]}
        await app.app.client.views_publish(user_id=ines.id, view=home)
        view = await ines.opens_home(look_s=0)
        await slack.settled()
        assert [event["tab"] for event in app.told("app_home_opened")] == ["home", "home"]
        assert slack.shown(view or pytest.fail("no home")) == "3 tickets\n[Refresh]"
        seen = await ines.presses_in(view or pytest.fail("no home"), "Refresh")
        assert slack.shown(seen.home or pytest.fail("no home")) == "fresh"


async def test_a_form_can_change_while_it_is_filled(slack: FakeSlack) -> None:
    app, ines = product(slack), slack.user("ines")
    kind = asks("Kind", "kind", select("Choose", "kind", "Bug", "Wish"), dispatch_action=True)
    subject = asks("Subject", "subject")

    @app.app.shortcut("new_ticket")
    async def shortcut(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("Ticket", subject, kind))

    @app.app.action("kind")
    async def chosen(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        view = modal("Bug", subject, kind, asks("Version", "version"))
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    async with app.connected():
        seen = await ines.uses_shortcut("new_ticket")
        form = seen.modal or pytest.fail("no modal")
        await ines.chooses_in(form, "Subject", "printer")
        await ines.chooses_in(form, "Kind", "Bug")
    assert slack.shown(form) == "Bug\n{Subject: }\n{Kind: Bug | Wish}\n{Version: }\n[Save]"
    assert form.values["subject"]["value"]["value"] == "printer"
    assert form.values["kind"]["kind"]["selected_option"]["value"] == "bug"
