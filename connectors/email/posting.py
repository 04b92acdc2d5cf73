"""Hands mails to the server they go out by: what it says of the customer's address decides what becomes of a mail."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

import aiosmtplib

from connectors.email.account import Account, Server
from connectors.email.outbound import Envelope
from connectors.email.tokens import Tokens
from core.errors import AddressGone, DeskbellError, HeldUp, PermanentError, TemporaryError
from core.show import text

log = logging.getLogger(__name__)

_PATIENCE_S, _DATA_S, _BYTES_A_SECOND = 20.0, 30.0, 100_000
"""How long one answer is waited for; and that to a mail's words, longer for a large mail."""
_AWAY, _REFUSED = timedelta(seconds=30), timedelta(minutes=5)
_NO_SUCH_MAILBOX = (550, 551, 553)
_CLOSING = 421
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_OF_SENDER = ("5.1.7", "5.1.8")
"""Of the states of addresses (RFC 3463, X.1.X) those that are about ours."""
_MOST_WORDS = 200


class Posting:
    """The way out of one mailbox."""

    def __init__(self, account: Account, server: Server, tokens: Tokens | None) -> None:
        self._server, self._user, self._password = server, account.user_at(server), account.password_at(server)
        self._tokens = None if self._password else tokens

    async def send(self, made: EmailMessage, envelope: Envelope) -> Sequence[str]:
        """Sends a mail, and returns who of those in copy was refused. Where the customer is, nobody gets it.

        Raises AddressGone and PermanentError for good, HeldUp where only this mail has to wait, and TemporaryError
        where the server cannot be spoken to.
        """
        try:
            async with self._entered() as client:
                return await _handed_over(client, made, envelope)
        except aiosmtplib.SMTPAuthenticationError:
            said = text("The mail server does not let the desk in.")
            raise TemporaryError(said, retry_after=_REFUSED) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            raise _away() from None

    @asynccontextmanager
    async def _entered(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection that is signed in; an access token that is refused is renewed once."""
        client = self._client()
        try:
            await client.connect()
        except aiosmtplib.SMTPAuthenticationError:
            if self._tokens is None:
                raise
            await self._tokens.token(refused=await self._tokens.token())
            client = self._client()
            await client.connect()
        async with client:
            yield client

    async def try_it(self) -> None:
        """Signs in and leaves again; raises what stands in the way."""
        async with self._client():
            pass

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        is_somebody = bool(self._password or self._tokens)
        return aiosmtplib.SMTP(
            hostname=server.host, port=server.port, use_tls=server.is_sealed,
            start_tls=None if server.is_sealed else server.seals, timeout=_PATIENCE_S,
            username=self._user if is_somebody else None, password=self._password or None,
            oauth_token_generator=self._tokens.token if self._tokens else None,
        )  # fmt: skip


async def _handed_over(client: aiosmtplib.SMTP, made: EmailMessage, envelope: Envelope) -> list[str]:
    """One transaction, which ends before the mail's words where the customer's address is refused."""
    is_plain = all(each.isascii() for each in (envelope.sender, envelope.to, *envelope.copies))
    if not is_plain and not client.supports_extension("smtputf8"):
        raise PermanentError(text("The mail server takes only addresses in plain letters."))
    takes_8bit, encoding = client.supports_extension("8bitmime"), "ascii" if is_plain else "utf-8"
    policy = (SMTP if is_plain else SMTPUTF8).clone(cte_type="8bit" if takes_8bit else "7bit", max_line_length=200)
    raw = await asyncio.to_thread(made.as_bytes, policy=policy)
    options = [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
    options += [*(["BODY=8BITMIME"] if takes_8bit else []), *([] if is_plain else ["SMTPUTF8"])]
    await client.mail(envelope.sender, options=options, encoding=encoding)
    await _takes_customer(client, envelope.to, encoding)
    refused = [each for each in envelope.copies if not await _takes_copy(client, each, encoding)]
    await client.data(raw, timeout=_DATA_S + len(raw) / _BYTES_A_SECOND)
    return refused


async def _takes_customer(client: aiosmtplib.SMTP, address: str, encoding: str) -> None:
    try:
        await client.rcpt(address, encoding=encoding)
    except ValueError:
        raise PermanentError(text("No mail can be sent to such an address.")) from None


async def _takes_copy(client: aiosmtplib.SMTP, address: str, encoding: str) -> bool:
    try:
        await client.rcpt(address, encoding=encoding)
    except (aiosmtplib.SMTPRecipientRefused, ValueError) as error:
        if isinstance(error, aiosmtplib.SMTPRecipientRefused) and error.code == _CLOSING:
            raise
        log.warning("a mail server refuses somebody in copy (%s)", getattr(error, "code", type(error).__name__))
        return False
    return True


def _refusal(error: aiosmtplib.SMTPResponseException) -> DeskbellError:
    """What it means that the server says no, to the mail or to whom it is for."""
    is_of_server = isinstance(error, aiosmtplib.SMTPConnectResponseError | aiosmtplib.SMTPHeloError)
    why = " ".join(f"{error.code} {error.message}".split())[:_MOST_WORDS]
    if error.code == _CLOSING or (is_of_server and error.code < 500):
        return _away()
    if 400 <= error.code < 500:
        return HeldUp(text("The mail server does not take it yet: {why}", why=why))
    if isinstance(error, aiosmtplib.SMTPRecipientRefused) and _is_nobodys(error):
        return AddressGone(text("The mail server knows no such address."))
    return PermanentError(text("The mail server refuses it: {why}", why=why))


def _is_nobodys(error: aiosmtplib.SMTPRecipientRefused) -> bool:
    """Whether an address is refused for itself: 550 is said of policies and blocked servers, too."""
    state = _ENHANCED.match(error.message)
    if state is None:
        return error.code in _NO_SUCH_MAILBOX
    return state[1].startswith("5.1.") and state[1] not in _OF_SENDER


def why(error: Exception) -> tuple[str, str]:
    """What stands in the way of sending, and the setting to look at."""
    match error:
        case DeskbellError():
            return str(error), str(getattr(error, "setting", "EMAIL_SMTP_URL"))
        case aiosmtplib.SMTPAuthenticationError():
            return "user or password refused", "EMAIL_PASSWORD"
        case _:
            return type(error).__name__, "EMAIL_SMTP_URL"


def _away() -> TemporaryError:
    return TemporaryError(text("The mail server cannot be reached."), retry_after=_AWAY)
