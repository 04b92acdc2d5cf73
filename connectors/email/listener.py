"""Takes mails by SMTP and LMTP, from a mail server or a program beside us; a mail is accepted when it is committed."""

import asyncio
import errno
import logging
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from connectors.email.boxes import Box, Boxes, Known
from connectors.email.reading import LARGEST
from core.errors import TemporaryError
from core.show import text

log = logging.getLogger(__name__)
logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells of every line, with customers' addresses

_ENDLESS = 2 * LARGEST
AT_ONCE = 4
"""So many mails are in memory at the same time; who comes then waits a while, and later again."""
_WAIT_S = 20.0
_PATIENCE_S, _LOOK_S = 300, 15.0
_MOST_RECIPIENTS = 100
_NAME = "Deskbell"
"""How it greets: another process of this desk is known by it."""
_OK, _LATER, _NOT_NOW = "250 2.0.0 OK", "451 4.3.0 Please try again", "452 4.3.1 Too many mails at once, try again"
_OFF, _NOBODY = "450 4.2.1 This mailbox is switched off for now", "550 5.1.1 No such mailbox here"


class Handler:
    """What aiosmtpd asks for each mail."""

    def __init__(self, boxes: Boxes, *, answers_each: bool) -> None:
        self._boxes, self._answers_each = boxes, answers_each
        self._known: WeakKeyDictionary[Envelope, Known] = WeakKeyDictionary()
        """The mailboxes as they were when a mail began."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only mails for a mailbox of ours are taken; what stands behind a plus is its own."""
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        if envelope not in self._known:
            self._known[envelope] = await self._boxes.now()
        box = self._known[envelope].at(address)
        if box is None or not box.is_on:
            return _NOBODY if box is None else _OFF
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Accepted after the commit; else the sender keeps it and tries again. By LMTP each mailbox answers itself."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode("utf-8", "surrogateescape")
        boxes = [self._known[envelope].at(address) for address in envelope.rcpt_tos]
        answers = await _taken(raw, envelope.mail_from or "", list(zip(envelope.rcpt_tos, boxes, strict=True)))
        if self._answers_each:
            return "\r\n".join(answers)
        return next((each for each in answers if each != _OK), _OK)

    async def handle_exception(self, error: Exception) -> str:
        """What fails here is never the mail's end."""
        if not isinstance(error, TemporaryError):
            log.error("a mail could not be talked about", exc_info=error)
        return _LATER


async def _taken(raw: bytes, sender: str, recipients: Sequence[tuple[str, Box | None]]) -> list[str]:
    """The answer for each recipient; a mailbox gets a mail once."""
    done: dict[int, str] = {}
    answers = []
    for address, box in recipients:
        if box is not None and box.channel.id not in done:
            done[box.channel.id] = await _taken_by(box, _delivered(raw, sender, address))
        answers.append(_LATER if box is None else done[box.channel.id])
    return answers


async def _taken_by(box: Box, raw: bytes) -> str:
    try:
        await box.taking.take(raw)
    except TemporaryError as error:
        log.warning("a mail for channel %s has to come again: %s", box.channel.name, error)
        return _LATER
    return _OK


def _delivered(raw: bytes, sender: str, recipient: str) -> bytes:
    """A mail with what only its envelope said, as who delivers one writes it down (RFC 5321, 4.4)."""
    envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n"
    return envelope.encode("utf-8", "surrogateescape") + raw  # the bytes as they came, whatever they are


class _Patient(SMTP):
    """Takes longer lines than the 1,000 bytes of RFC 5321: mails that have them are sent every day."""

    line_length_limit = 1_000_000

    def __init__(self, handler: Handler, room: asyncio.Semaphore) -> None:
        super().__init__(handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, timeout=_PATIENCE_S, ident=_NAME)
        self._room = room
        self._came = 0

    def data_received(self, data: bytes) -> None:
        """Hears who sends without an end no further: aiosmtpd keeps a line that never ends."""
        self._came += len(data)
        if self._came > _ENDLESS and isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
            return
        super().data_received(data)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Reads a mail when there is room for it."""
        try:
            async with asyncio.timeout(_WAIT_S):
                await self._room.acquire()
        except TimeoutError:
            await self.push(_NOT_NOW)
            return
        try:
            await super().smtp_DATA(arg)
        finally:
            self._room.release()
            self._came = 0


class _Lmtp(_Patient, LMTP):
    """The same by LMTP, where what is said of a mail is said once for each of its recipients."""

    _IS_REFUSED = ("500 Line too long", "552 ")

    async def push(self, status: Any) -> None:
        """Says it as often as it is waited for."""
        if self.envelope is not None and isinstance(status, str) and status.startswith(self._IS_REFUSED):
            status = "\r\n".join([status] * max(1, len(self.envelope.rcpt_tos)))
        await super().push(status)


async def listen(where: str, boxes: Boxes, room: asyncio.Semaphore, *, by_lmtp: bool = False) -> None:
    """Listens until cancelled; while another process of this desk does, it waits.

    Raises TemporaryError where another program has the port.
    """
    host, _, port = where.rpartition(":")
    kind, handler = _Lmtp if by_lmtp else _Patient, Handler(boxes, answers_each=by_lmtp)
    while True:
        try:
            server = await asyncio.get_running_loop().create_server(lambda: kind(handler, room), host, int(port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not await _is_ours(host, int(port)):
                raise _not_there(where, error) from None
            await asyncio.sleep(_LOOK_S)
            continue
        async with server:
            await server.serve_forever()


async def _is_ours(host: str, port: int) -> bool:
    """Whether who listens there greets like us."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                return _NAME.encode() in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def _not_there(where: str, error: OSError) -> TemporaryError:
    return TemporaryError(text("No mails can be taken at {where} ({why}).", where=where, why=error.strerror or "?"))
