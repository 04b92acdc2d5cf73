"""A running desk, a real browser, and the pages of a customer and an agent."""

import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright

from tests.conftest import CHROMIUM
from tests.server import Server

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=LocalNetworkAccessChecks",
]
"""The last lets pages of other names reach this machine, as they may reach a desk on the web."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The desk, started as its owner would."""
    running = Server(tmp_path)
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end(signal.SIGKILL)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield launched
        await launched.close()


@dataclass
class Windows:
    """The people's browsers; every error a page reports fails the test."""

    browser: Browser
    server: Server
    errors: list[str]

    async def context(self, **options: Any) -> BrowserContext:
        """A fresh browser profile."""
        made = await self.browser.new_context(
            **({"viewport": {"width": 1280, "height": 800}, "locale": "en-US"} | options)
        )
        made.set_default_timeout(10_000)
        return made

    async def page(self, context: BrowserContext) -> Page:
        """A page whose errors are remembered."""
        page = await context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console", lambda said: self.errors.append(said.text) if "Content Security Policy" in said.text else None
        )
        return page

    async def customer(self, path: str = "/", **options: Any) -> Page:
        """Somebody on the shop's page with the chat open."""
        page = await self.page(await self.context(**options))
        await page.goto(self.server.base + path)
        await page.click("button.launcher")
        return page

    async def agent(self, name: str = "admin", **options: Any) -> Page:
        """Somebody signed in to the team room."""
        page = await self.page(await self.context(**options))
        await page.goto(self.server.sign_in_link(name))
        await page.click("button:has-text('Sign in'), button:has-text('Anmelden')")
        await page.wait_for_selector("body[data-connected]")
        return page


@pytest.fixture
async def windows(browser: Browser, server: Server) -> AsyncIterator[Windows]:
    """Windows for whoever a test needs."""
    opened = Windows(browser, server, [])
    yield opened
    assert opened.errors == []


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Any:
    """Takes a picture of a page when `--screenshots` asks for it."""
    folder = request.config.getoption("--screenshots")

    async def take(page: Page, name: str) -> None:
        if folder:
            await page.wait_for_timeout(400)
            await page.screenshot(path=str(Path(folder) / f"{name}.png"))

    return take


async def says(page: Page, words: str) -> None:
    """A customer writes."""
    await page.fill("textarea[name=text]", words)
    await page.press("textarea[name=text]", "Enter")


async def answers(page: Page, words: str) -> None:
    """An agent writes in the open thread."""
    await page.fill("#words", words)
    await page.press("#words", "Enter")


def card(page: Page, words: str) -> Locator:
    """A card in the feed."""
    return page.locator("#feed .card", has_text=words)
