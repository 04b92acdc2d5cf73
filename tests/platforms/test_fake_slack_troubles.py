"""The fake Slack against the real SDK: rate limits, and calls that fail, hang, or lose their answers."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import async_default_handlers
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.fake_slack import FakeSlack
from tests.platforms.slack_product import Product, client, product, refusal


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace with an agent and a channel, that does not wait long to try again."""
    async with FakeSlack(retry_waits_s=(0, 0.3, 1)) as fake:
        fake.add_user("ines")
        fake.add_channel("support", "ines")
        yield fake


@pytest.fixture
def app(slack: FakeSlack) -> Product:
    """A product that notes what it hears."""
    return product(slack)


@pytest.fixture
def web(slack: FakeSlack) -> AsyncWebClient:
    """The app's client."""
    return client(slack)


async def test_posting_too_fast_is_refused_until_retry_after_and_not_waiting_is_noted() -> None:
    async with FakeSlack(limits=True) as slack:
        support, other = slack.add_channel("support"), slack.add_channel("other")
        web = client(slack)

        async def posts(channel: str) -> str:
            return await refusal(web.chat_postMessage(channel=channel, text="hi"))

        assert [await posts(support.id) for _ in range(5)] == ["ok"] * 4 + ["ratelimited"]
        assert await posts(other.id) == "ok"
        assert slack.violations == []
        with pytest.raises(SlackApiError) as caught:
            await web.chat_postMessage(channel=support.id, text="hi")
        assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
        assert len(slack.violations) == 1
        slack.passes(1.1)
        assert await posts(support.id) == "ok"
        assert [await refusal(web.users_list()) for _ in range(21)] == ["ok"] * 20 + ["ratelimited"]


async def test_a_method_fails_as_often_as_scripted(slack: FakeSlack, web: AsyncWebClient) -> None:
    slack.fails("chat.postMessage", with_="ratelimited", retry_after_s=7)
    assert await refusal(web.chat_postMessage(channel="support", text="1")) == "ratelimited"
    assert await refusal(web.chat_postMessage(channel="support", text="2")) == "ratelimited"
    assert slack.violations == [
        f"chat.postMessage {slack.channel('support').id} was called 7.0 s before Retry-After ran out"
    ]
    slack.passes(8)
    slack.fails("chat.postMessage", with_="fatal_error")
    assert await refusal(web.chat_postMessage(channel="support", text="3")) == "fatal_error"
    slack.fails("chat.postMessage", with_=503)
    with pytest.raises(SlackApiError):
        await web.chat_postMessage(channel="support", text="4")
    slack.fails("chat.postMessage", with_="timeout")
    web.timeout = 0.1  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        await web.chat_postMessage(channel="support", text="5")
    assert slack.channel("support").messages == []
    assert [call["text"] for call in slack.calls("chat.postMessage")] == ["1", "2", "3", "4", "5"]


async def test_an_answer_can_be_lost_after_the_effect(slack: FakeSlack, web: AsyncWebClient) -> None:
    slack.fails("chat.postMessage", with_="answer_lost")
    with pytest.raises(aiohttp.ClientError):
        await web.chat_postMessage(channel="support", text="once")
    assert [message.text for message in slack.channel("support").messages] == ["once"]


async def test_the_sdks_own_retry_posts_twice_when_an_answer_is_lost(slack: FakeSlack) -> None:
    web = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=async_default_handlers())
    slack.fails("chat.postMessage", with_="answer_lost")
    await web.chat_postMessage(channel="support", text="twice")
    assert [message.text for message in slack.channel("support").messages] == ["twice", "twice"]


async def test_a_slow_answer_comes_after_its_effect(slack: FakeSlack, web: AsyncWebClient) -> None:
    slack.slow(30)
    web.timeout = 0.1  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        await web.chat_postMessage(channel="support", text="slow")
    assert [message.text for message in slack.channel("support").messages] == ["slow"]


async def test_slack_is_away_for_a_while(slack: FakeSlack, app: Product, web: AsyncWebClient) -> None:
    async with app.connected(ping_s=0.1):
        async with slack.down():
            with pytest.raises(aiohttp.ClientConnectorError):
                await web.auth_test()
        assert (await web.auth_test())["ok"]
        await slack.connected()
        slack.drops()
        await slack.user("ines").posts("support", "back")
        await slack.until(lambda: app.told("message"))
