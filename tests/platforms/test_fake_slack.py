"""The fake Slack against the real SDK: its Web API, its workspace, and what people do there."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.fake_slack import FakeSlack, Upload
from tests.platforms.slack_product import actions, button, client, product, refusal, section


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace with two agents, a guest, a stranger, and a channel all are in."""
    async with FakeSlack() as fake:
        fake.add_user("ines", real_name="Ines Sommer", tz="Europe/Berlin", locale="de-DE", is_admin=True)
        fake.add_user("tom")
        fake.add_user("guest", is_ultra_restricted=True, is_restricted=True)
        fake.add_user("stranger", is_stranger=True)
        fake.add_channel("support", "ines", "tom", "guest", "stranger")
        yield fake


@pytest.fixture
def web(slack: FakeSlack) -> AsyncWebClient:
    """The app's client."""
    return client(slack)


async def test_tokens_are_checked_and_answers_name_the_scopes(slack: FakeSlack, web: AsyncWebClient) -> None:
    who = await web.auth_test()
    assert (who["user_id"], who["bot_id"], who["team_id"]) == ("U0DESKBELL0", "B0DESKBELL0", "T0DESKBELL0")
    assert "chat:write" in who.headers["x-oauth-scopes"]
    assert await refusal(client(slack, "xoxb-wrong").auth_test()) == "invalid_auth"
    assert await refusal(client(slack, slack.app_token).auth_test()) == "not_allowed_token_type"
    assert await refusal(web.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert await refusal(web.api_call("no.such")) == "unknown_method"
    slack.revokes_token()
    assert await refusal(web.auth_test()) == "token_revoked"


async def test_a_missing_scope_is_named(slack: FakeSlack, web: AsyncWebClient) -> None:
    slack.drops_scope("chat:write", "users:read.email")
    with pytest.raises(Exception) as caught:
        await web.chat_postMessage(channel="#support", text="hi")
    answer: Any = caught.value
    assert (answer.response["error"], answer.response["needed"]) == ("missing_scope", "chat:write")
    assert "chat:write" not in answer.response["provided"].split(",")
    ines = await web.users_info(user=slack.user("ines").id)
    assert "email" not in ines["user"]["profile"]


async def test_a_manifest_decides_scopes_events_and_commands() -> None:
    manifest = {
        "features": {"bot_user": {"display_name": "deskbell"}, "slash_commands": [{"command": "/ticket"}]},
        "oauth_config": {"scopes": {"bot": ["commands", "channels:history"]}},
        "settings": {"event_subscriptions": {"bot_events": ["message.channels", "reaction_added"]}},
    }
    async with FakeSlack(manifest=manifest) as fake:
        ines, support = fake.add_user("ines"), fake.add_channel("support", "ines")
        app = product(fake)
        async with app.connected():
            said = await ines.posts(support, "hello @deskbell")
            await ines.reacts(support, said, "eyes")
            await fake.settled()
            assert [event["type"] for event in app.heard] == ["message"]
            assert (await ines.types(support, "/other")).failed == "/other is not a valid command"


async def test_messages_are_posted_changed_and_deleted(slack: FakeSlack, web: AsyncWebClient) -> None:
    first = await web.chat_postMessage(
        channel="#support", text="one", blocks=[section("*one*"), actions(button("Go", "go"))]
    )
    channel, ts = first["channel"], first["ts"]
    reply = await web.chat_postMessage(
        channel=channel, text="two", thread_ts=ts, username="Customer", icon_emoji=":bust_in_silhouette:"
    )
    assert reply["message"]["subtype"] == "bot_message"
    assert reply["message"]["username"] == "Customer"
    await web.chat_update(channel=channel, ts=ts, text="uno")
    message = slack.channel("support").messages[0]
    assert (message.text, slack.shown(message)) == ("uno", "*one*\n[Go]")
    assert [m.text for m in slack.thread(ts)] == ["uno", "two"]
    link = await web.chat_getPermalink(channel=channel, message_ts=reply["ts"])
    assert link["permalink"].endswith(f"?thread_ts={ts}&cid={channel}")
    await web.chat_delete(channel=channel, ts=reply["ts"])
    assert await refusal(web.chat_update(channel=channel, ts=reply["ts"], text="x")) == "message_not_found"


@pytest.mark.filterwarnings("ignore:The top-level `text`")
async def test_messages_are_refused_as_slack_refuses_them(slack: FakeSlack, web: AsyncWebClient) -> None:
    away, old = slack.add_channel("away", "ines", has_bot=False), slack.add_channel("old", is_archived=True)
    secret = slack.add_channel("secret", "ines", has_bot=False, is_private=True)
    theirs = await slack.user("ines").posts("support", "mine")
    reply = await slack.user("ines").posts("support", "more", thread_ts=theirs)

    async def says(**more: Any) -> str:
        return await refusal(web.chat_postMessage(**{"channel": theirs.channel, "text": "hi", **more}))

    assert await says(channel="C404") == "channel_not_found"
    assert await says(channel=away.id) == "not_in_channel"
    assert await says(channel=secret.id) == "channel_not_found"
    assert await says(channel=old.id) == "is_archived"
    assert await says(text="") == "no_text"
    assert await says(thread_ts="1.000001") == "thread_not_found"
    assert await says(thread_ts=reply.ts) == "thread_not_found"
    assert await says(metadata={"event_type": "x"}) == "invalid_metadata_schema"
    mine = await web.chat_postMessage(channel=theirs.channel, text="x" * 40_001)
    assert mine["response_metadata"]["warnings"] == ["message_truncated"]
    assert len(slack.channel("support").messages[-1].text) == 40_000
    long = web.chat_update(channel=theirs.channel, ts=mine["ts"], text="x" * 4_001)
    assert await refusal(long) == "msg_too_long"
    assert await refusal(web.chat_update(channel=theirs.channel, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await refusal(web.chat_delete(channel=theirs.channel, ts=theirs.ts)) == "cant_delete_message"


async def test_a_thread_is_read_in_pages_with_metadata_and_its_root_first(
    slack: FakeSlack, web: AsyncWebClient
) -> None:
    root = await slack.user("ines").posts("support", "help")
    for number in range(5):
        await web.chat_postMessage(
            channel=root.channel, thread_ts=root.ts, text=f"{number}",
            metadata={"event_type": "deskbell", "event_payload": {"outbox": number}},
        )  # fmt: skip
    seen: list[tuple[str, Any]] = []
    async for part in await web.conversations_replies(
        channel=root.channel, ts=root.ts, oldest=slack.thread(root)[2].ts, limit=2, include_all_metadata=True
    ):
        assert part["messages"][0]["reply_count"] == 5
        seen += [(m["text"], m["metadata"]["event_payload"]["outbox"]) for m in part["messages"][1:]]
    assert seen == [("2", 2), ("3", 3), ("4", 4)]
    bare = await web.conversations_replies(channel=root.channel, ts=root.ts)
    assert "metadata" not in bare["messages"][1]
    newest_first = await web.conversations_history(channel=root.channel, limit=1)
    assert [m["text"] for m in newest_first["messages"]] == ["help"]
    assert await refusal(web.conversations_replies(channel=root.channel, ts="1.1")) == "thread_not_found"


async def test_an_ephemeral_message_is_seen_by_one_member(slack: FakeSlack, web: AsyncWebClient) -> None:
    channel, tom = slack.channel("support").id, slack.user("tom")
    await web.chat_postEphemeral(channel=channel, user=tom.id, text="only you")
    assert [m.text for m in slack.ephemerals_for("tom")] == ["only you"]
    assert slack.ephemerals_for("ines") == slack.channel("support").messages == []
    outside = slack.add_user("outside")
    assert await refusal(web.chat_postEphemeral(channel=channel, user=outside.id, text="x")) == "user_not_in_channel"


async def test_pings_are_counted_where_they_notify(slack: FakeSlack, web: AsyncWebClient) -> None:
    group, ines = slack.add_group("oncall", "ines"), slack.user("ines").id
    said = await web.chat_postMessage(
        channel="support", text="&lt;!channel&gt;", blocks=[section(f"<!here> <@{ines}>")]
    )
    await web.chat_update(channel=said["channel"], ts=said["ts"], text="<!everyone>")
    again = await web.chat_postMessage(channel="support", text=f"<!subteam^{group.id}|@oncall> <!channel>")
    assert slack.pings == [
        ("@here", said["ts"]), ("ines", said["ts"]), ("@oncall", again["ts"]), ("@channel", again["ts"]),
    ]  # fmt: skip


async def test_reactions_know_their_names(slack: FakeSlack, web: AsyncWebClient) -> None:
    message = await slack.user("ines").posts("support", "hi")
    place: dict[str, Any] = {"channel": message.channel, "timestamp": message.ts}
    await web.reactions_add(name="eyes", **place)
    assert await refusal(web.reactions_add(name="eyes", **place)) == "already_reacted"
    assert await refusal(web.reactions_add(name="eye of the tiger", **place)) == "invalid_name"
    assert await refusal(web.reactions_remove(name="x", **place)) == "no_reaction"
    assert await refusal(web.reactions_add(name="x", channel=message.channel, timestamp="1.1")) == "message_not_found"
    got = await web.reactions_get(**place)
    assert got["message"]["reactions"] == [{"name": "eyes", "users": ["U0DESKBELL0"], "count": 1}]


async def test_users_are_shown_with_their_kinds(slack: FakeSlack, web: AsyncWebClient) -> None:
    ines = (await web.users_info(user=slack.user("ines").id, include_locale=True))["user"]
    assert (ines["is_admin"], ines["locale"], ines["tz"], ines["profile"]["email"]) == (
        True, "de-DE", "Europe/Berlin", "ines@deskbell.example",
    )  # fmt: skip
    stranger = (await web.users_info(user=slack.user("stranger").id))["user"]
    assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T0STRANGERS")
    assert "email" not in stranger["profile"]
    listed = [user["name"] async for page in await web.users_list(limit=2) for user in page["members"]]
    assert listed == ["deskbell", "ines", "tom", "guest"]
    assert (await web.users_lookupByEmail(email="TOM@deskbell.example"))["user"]["name"] == "tom"
    await slack.user("tom").changes(deleted=True)
    assert await refusal(web.users_lookupByEmail(email="tom@deskbell.example")) == "users_not_found"
    assert await refusal(web.users_info(user="U404")) == "user_not_found"


async def test_channels_are_listed_as_far_as_the_app_may_know_them(slack: FakeSlack, web: AsyncWebClient) -> None:
    slack.add_channel("secret", "ines", has_bot=False, is_private=True)
    slack.add_channel("ours", "ines", is_private=True)
    public = slack.add_channel("lobby", "ines", has_bot=False)
    listed = await web.conversations_list(types="public_channel,private_channel")
    assert [c["name"] for c in listed["channels"]] == ["support", "ours", "lobby"]
    assert [c["name"] for c in (await web.users_conversations())["channels"]] == ["support"]
    assert await refusal(web.conversations_history(channel=public.id)) == "not_in_channel"
    await web.conversations_join(channel=public.id)
    assert slack.app.bot_user in (await web.conversations_members(channel=public.id))["members"]
    assert (await web.conversations_info(channel=public.id))["channel"]["is_member"] is True
    ping = await web.conversations_open(users=slack.user("ines").id)
    await web.chat_postMessage(channel=ping["channel"]["id"], text="psst")
    assert [m.text for m in slack.dms_of("ines")] == ["psst"]
    group = slack.add_group("oncall", "tom")
    assert (await web.usergroups_list())["usergroups"][0]["handle"] == "oncall"
    assert (await web.usergroups_users_list(usergroup=group.id))["users"] == [slack.user("tom").id]
    assert (await web.bots_info(bot=slack.app.bot_id))["bot"]["user_id"] == slack.app.bot_user


async def test_files_go_up_in_three_steps_and_come_down_with_a_token(slack: FakeSlack, web: AsyncWebClient) -> None:
    root = await slack.user("ines").posts("support", "see", files=[Upload("a.png", b"png!")])
    await web.files_upload_v2(
        channel=root.channel, thread_ts=root.ts, filename="log.txt", content="lines", initial_comment="here"
    )
    sent = slack.thread(root)[1]
    info = (await web.files_info(file=sent.files[0]))["file"]
    assert (sent.text, sent.subtype, info["size"], info["mimetype"]) == ("here", "file_share", 5, "text/plain")
    assert info["shares"]["public"][root.channel] == [{"ts": sent.ts, "thread_ts": root.ts}]
    theirs = (await web.files_info(file=root.files[0]))["file"]
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        async with session.get(theirs["url_private_download"], headers=headers) as got:
            assert await got.read() == b"png!"
        async with session.get(theirs["url_private"]) as got:
            assert (got.status, got.content_type) == (200, "text/html")
    unsent = web.files_completeUploadExternal(files=[{"id": "F404", "title": "x"}], channel_id=root.channel)
    assert await refusal(unsent) == "file_not_found"


async def test_a_strangers_file_must_be_asked_for(slack: FakeSlack, web: AsyncWebClient) -> None:
    app = product(slack)
    async with app.connected():
        await slack.user("stranger").posts("support", "see", files=[Upload("a.png", b"png!")])
        await slack.settled()
    (file,) = app.told("message")[0]["files"]
    assert file["file_access"] == "check_file_info"
    assert "url_private" not in file
    assert (await web.files_info(file=file["id"]))["file"]["name"] == "a.png"
    assert app.told("message")[0]["user_team"] == "T0STRANGERS"
