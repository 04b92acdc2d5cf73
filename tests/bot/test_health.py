"""How the desk is, for machines: a part that fails is down until it runs again, and what it failed by stays known."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from bot import supervise
from bot.health import Health
from bot.running import findings
from bot.settings import Settings
from bot.supervise import Part, keep_running
from core import parts
from core.models import Role
from core.render import Voice
from core.store import utc_now
from tests.contracts.desk import eventually
from tests.shop import Shop


def _asking(shop: Shop, running: Sequence[Part], token: str = "") -> httpx.AsyncClient:
    health = Health(shop.desks, running, token, lambda: 0)
    wire = httpx.ASGITransport(Starlette(routes=list(health.routes())))
    return httpx.AsyncClient(transport=wire, base_url="http://desk")


class Hiccup:
    """A part's work that fails once and then goes on."""

    def __init__(self) -> None:
        self.tries = 0
        self.again = asyncio.Event()

    async def run(self) -> None:
        """Fails the first time."""
        self.tries += 1
        if self.tries == 1:
            raise ConnectionError("the line was cut")
        await self.again.wait()


async def _ready(web: httpx.AsyncClient, status: int) -> list[str]:
    """What is failing once the desk answers so."""
    answer = await eventually(lambda: web.get("/readyz"), lambda said: said.status_code == status)
    assert answer.status_code == status
    failing: list[str] = answer.json()["failing"]
    return failing


async def test_a_part_that_runs_again_is_no_longer_down(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "_UP_S", 1.5)
    work = Hiccup()
    part = Part("wakeups", work.run)
    async with _asking(shop, (part,)) as web:
        running = asyncio.create_task(keep_running(part))
        assert await _ready(web, 503) == ["wakeups"]
        assert await _ready(web, 200) == []
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (part.error, part.restarts) == ("ConnectionError: the line was cut", 1)


async def test_what_a_part_failed_by_is_known_to_every_process(shop: Shop) -> None:
    part = Part("wakeups", Hiccup().run, error="ConnectionError: the line was cut")
    async with _asking(shop, (part,)) as web:
        await part.on_failure(part)
        shop.clock.now = shop.clock.now.replace(minute=5)
        told = (await web.get("/readyz")).json()
    assert told["failed"] == [{"part": "wakeups", "why": "ConnectionError: the line was cut", "ago_s": 300}]
    boss, ines = await shop.agent("boss", Role.SUPERVISOR), await shop.agent("ines")
    for person, is_told in ((boss, True), (ines, False)):
        await person.types("desk health")
        lines = [Voice().say(line) for line in person.answers[-1].lines]
        assert ("Part wakeups failed 5 minutes ago: ConnectionError: the line was cut" in lines) is is_told


async def test_why_a_part_failed_is_no_strangers_business(shop: Shop) -> None:
    part = Part("wakeups", Hiccup().run, error="ConnectionError: the line was cut")
    async with _asking(shop, (part,), token="the-right-token") as web:
        await part.on_failure(part)
        assert (await web.get("/readyz")).json() == {"ready": True, "failing": []}


async def test_an_old_failure_is_forgotten(shop: Shop) -> None:
    await shop.change(lambda desk: parts.failed(desk, "wakeups", "gone"))
    await shop.passes("25h")
    assert await shop.read(parts.failures) == []


async def test_check_tells_what_failed_lately(small_shop: Shop, sqlite_url: str, tmp_path: Path) -> None:
    await small_shop.change(lambda desk: parts.failed(desk, "wakeups", "ConnectionError: the line was cut"))
    small_shop.desks.clock = utc_now
    await small_shop.change(lambda desk: parts.failed(desk, "schedule", "ValueError: broken"))
    found = [Voice().say(each.text) for each in await findings(Settings(database_url=sqlite_url, data_dir=tmp_path))]
    assert [line.rpartition(" failed ")[0] for line in found if " failed " in line] == ["Part schedule"]


def test_a_time_zone_that_is_none_stops_the_start_and_is_told_what_is_near() -> None:
    with pytest.raises(ValidationError, match="Europe/Berlin"):
        Settings(time_zone="Berlin")


@pytest.mark.parametrize(("given", "status"), [("Schlüssel-für-alle", 200), ("Schlüssel-für-eve", 403), ("plain", 403)])
async def test_a_token_of_any_letters_is_compared(shop: Shop, given: str, status: int) -> None:
    async with _asking(shop, (), token="Schlüssel-für-alle") as web:
        headers = {b"Authorization": f"Bearer {given}".encode()}
        assert (await web.get("/metrics", headers=headers)).status_code == status
