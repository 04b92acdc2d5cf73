"""A fake Telegram in a thread of its own, for tests that wait for processes and hold up their own event loop."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.platforms.fake_telegram import FakeTelegram

T = TypeVar("T")


@dataclass
class Elsewhere:
    """The fake and the loop it lives in."""

    telegram: FakeTelegram
    loop: asyncio.AbstractEventLoop

    async def do(self, deed: Coroutine[Any, Any, T]) -> T:
        """Has something done there."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(deed, self.loop))

    def environment(self) -> dict[str, str]:
        """What a desk has to be told to work with the shop's bot."""
        return {
            "TELEGRAM_BOT_TOKEN": self.telegram.bot("shop_bot").token,
            "TELEGRAM_API_URL": self.telegram.base_url,
            "TELEGRAM_FILE_URL": self.telegram.base_file_url,
        }


@contextmanager
def elsewhere(**how: Any) -> Iterator[Elsewhere]:
    """Runs a fake for the time of a block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = Elsewhere(FakeTelegram(**how), loop)
    asyncio.run_coroutine_threadsafe(made.telegram.comes_up(), loop).result(10)
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(made.telegram.goes_down(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
