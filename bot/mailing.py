"""Takes mails out of files into the desk's mailboxes, beside a running desk or without one."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from bot.app import opened, prepare
from bot.mail import Asked, Done, Outcome
from bot.settings import Settings
from connectors.email import mbox
from connectors.email.boxes import Box, Boxes, meant
from connectors.email.settings import Section
from core.errors import ConfigurationError, NotFound, TemporaryError
from core.receipt import Receipt
from core.render import Voice
from core.show import text, texts

T = TypeVar("T")
_TOLD_S, _PATIENCE_S = 2.0, 10.0


async def take_all(settings: Settings, asked: Asked, done: list[Done]) -> None:
    """Takes all; stops at the first that has to come again, so that what answers it does not come before it."""
    async with opened(settings) as house:
        await _patiently(lambda: prepare(house))
        boxes = Boxes(Section(), house.desks, house.store, house.secret)
        known = _chosen(await _patiently(boxes.all), asked.to)
        async for each in _taken_all(known, asked):
            done.append(each)


def _chosen(boxes: Sequence[Box], name: str) -> Sequence[Box]:
    chosen = [box for box in boxes if name in ("", box.channel.name)]
    if not boxes:
        raise ConfigurationError(text("This desk has no mailbox. Set EMAIL_ADDRESS."))
    if not chosen:
        raise NotFound(text("There is no mailbox {name}. There are: {names}", name=name[:40],
                            names=", ".join(box.channel.name for box in boxes)))  # fmt: skip
    return chosen


async def _taken_all(boxes: Sequence[Box], asked: Asked) -> AsyncIterator[Done]:
    told = _Told()
    for name in asked.files:
        with _opened(name) as file:
            for number, piece in enumerate(mbox.mails(file), 1):
                box = meant(boxes, piece.raw)
                assert box is not None
                yield Done(name, number, box.channel.name, await _taken(box, piece, is_history=asked.is_history))
                told.one_more()


async def _taken(box: Box, piece: mbox.Piece, *, is_history: bool) -> Outcome:
    def work() -> Awaitable[Receipt]:
        if not piece.is_whole:
            return box.taking.too_large(piece.raw, piece.size)
        return (box.taking.take_old if is_history else box.taking.take)(piece.raw)

    receipt = await _patiently(work)
    if receipt.is_quarantined:
        return Outcome.ASIDE
    return Outcome.KNOWN if receipt.is_repeat else Outcome.TAKEN


async def _patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Waits a while for what passes."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return await work()
        except TemporaryError as error:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(min(error.retry_after.total_seconds(), 1.0))


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file


class _Told:
    """Says now and then how far it is, to people who wait."""

    def __init__(self) -> None:
        self._count, self._at = 0, time.monotonic()

    def one_more(self) -> None:
        """One more is done."""
        self._count += 1
        if time.monotonic() - self._at >= _TOLD_S:
            self._at = time.monotonic()
            said = texts("{count} mail so far …", "{count} mails so far …", count=self._count)
            print(Voice().say(said), file=sys.stderr, flush=True)
