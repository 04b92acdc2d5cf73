"""A small product for the fake's own tests: slack_bolt as it comes, and what it heard."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.fake_slack import FakeSlack


def client(fake: FakeSlack, token: str = "") -> AsyncWebClient:
    """The real SDK's client, without retries of its own."""
    return AsyncWebClient(token or fake.bot_token, base_url=fake.api_url, retry_handlers=[], timeout=5)


async def refusal(call: Any) -> str:
    """The error a call is answered with, and where it names them, Slack's messages."""
    try:
        await call
    except SlackApiError as error:
        said = error.response.get("response_metadata", {}).get("messages", [])
        return "; ".join([error.response["error"], *said])
    return "ok"


@dataclass
class Product:
    """An app that notes what it is told and acknowledges it."""

    app: AsyncApp
    fake: FakeSlack
    heard: list[dict[str, Any]] = field(default_factory=list)
    """The events."""
    event_ids: list[str] = field(default_factory=list)
    retries: list[tuple[str, str]] = field(default_factory=list)
    """Number and reason of each repeated event."""

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The events of a type."""
        return [event for event in self.heard if event["type"] == kind]

    @asynccontextmanager
    async def connected(self, sockets: int = 1, *, ping_s: float = 5) -> AsyncIterator["Product"]:
        """Runs by Socket Mode for the time of a block."""
        handlers = [AsyncSocketModeHandler(self.app, self.fake.app_token, ping_interval=ping_s) for _ in range(sockets)]
        for handler in handlers:
            await handler.connect_async()
        await self.fake.connected(sockets)
        yield self
        for handler in handlers:
            await handler.close_async()


def product(fake: FakeSlack, **more: Any) -> Product:
    """A product that hears of everything; tests add what it does."""
    app = AsyncApp(client=client(fake), ignoring_self_events_enabled=False, **more)
    made = Product(app, fake)

    @app.event(re.compile(".*"))
    async def hears(event: dict[str, Any], body: dict[str, Any], request: Any) -> None:
        made.heard.append(event)
        made.event_ids.append(body["event_id"])
        if number := request.headers.get("x-slack-retry-num", ["0"])[0].replace("0", ""):
            made.retries.append((number, request.headers["x-slack-retry-reason"][0]))

    return made


def plain(text: str) -> dict[str, Any]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> dict[str, Any]:
    """A section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(label: str, action_id: str, **more: Any) -> dict[str, Any]:
    """A button."""
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A row of elements."""
    return {"type": "actions", "elements": list(elements), **more}


def select(label: str, action_id: str, *choices: str) -> dict[str, Any]:
    """A choice whose options' values are their labels in small letters."""
    options = [{"text": plain(choice), "value": choice.lower()} for choice in choices]
    return {"type": "static_select", "action_id": action_id, "placeholder": plain(label), "options": options}


def asks(label: str, block_id: str, element: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An input block, of text unless another element is given."""
    element = element or {"type": "plain_text_input", "action_id": "value"}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def modal(title: str, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal with a Save button."""
    return {"type": "modal", "title": plain(title), "submit": plain("Save"), "blocks": list(blocks), **more}
