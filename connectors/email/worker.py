"""A thread of its own for one connection's calls: they wait for the network, one at a time."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Worker:
    """The thread. It ends with the process, whatever it waits for, so that nothing holds up the desk's end."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def do(self, call: Callable[[], T]) -> T:
        """Runs a call there and returns or raises what it does. Who is cancelled leaves it running."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._calls.put((call, future))
        return await future

    async def end(self, most_s: float) -> bool:
        """Has the thread end after what it does now, and waits for that; False where it still waits then."""
        self._calls.put(None)
        await asyncio.to_thread(self._thread.join, most_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (waiting := self._calls.get()) is not None:
            call, future = waiting
            try:
                result, error = call(), None
            except BaseException as raised:
                result, error = None, raised
            with suppress(RuntimeError):  # the loop may be closed by now
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
