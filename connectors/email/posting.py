"""Hands mails to the server they go out by: a refusal for good is one, everything else is tried again."""

from datetime import timedelta
from email.message import EmailMessage

import aiosmtplib

from connectors.email.account import Account, Server
from connectors.email.tokens import Tokens
from core.errors import AddressGone, DeskbellError, PermanentError, TemporaryError
from core.show import text

_PATIENCE_S = 20
_AWAY, _REFUSED = timedelta(seconds=30), timedelta(minutes=5)
_NO_SUCH_MAILBOX = (550, 551, 553)


class Posting:
    """The way out of one mailbox."""

    def __init__(self, account: Account, server: Server, tokens: Tokens | None) -> None:
        self._server, self._user, self._password = server, account.user_at(server), account.password_at(server)
        self._tokens = None if self._password else tokens

    async def send(self, made: EmailMessage, sender: str) -> None:
        """Sends a mail; reports of it go to `sender`, or nowhere.

        Raises AddressGone and PermanentError for good, TemporaryError to be tried again.
        """
        try:
            await self._sent(made, sender)
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            if any(code in _NO_SUCH_MAILBOX for code in codes):
                raise AddressGone(text("The mail server knows no such address.")) from None
            raise _away() from None
        except aiosmtplib.SMTPAuthenticationError:
            said = text("The mail server does not let the desk in.")
            raise TemporaryError(said, retry_after=_REFUSED) from None
        except aiosmtplib.SMTPResponseException as error:
            if 500 <= error.code < 600:
                raise PermanentError(text("The mail server refuses it ({code}).", code=error.code)) from None
            raise _away() from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            raise _away() from None

    async def _sent(self, made: EmailMessage, sender: str) -> None:
        """An access token that is refused is renewed once; nothing was sent by then."""
        try:
            async with self._client() as client:
                await client.send_message(made, sender=sender)
        except aiosmtplib.SMTPAuthenticationError:
            if self._tokens is None:
                raise
            await self._tokens.token(refused=await self._tokens.token())
            async with self._client() as client:
                await client.send_message(made, sender=sender)

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
