"""Tries a mailbox's servers, before or after they are written down: which of them lets us in, and what it offers."""

from collections.abc import Sequence
from pathlib import Path

import aiosmtplib

from connectors.email.account import Account, Server
from connectors.email.connection import connected
from connectors.email.posting import Posting
from connectors.email.posting import why as why_not
from connectors.email.settings import Section
from connectors.email.tokens import Tokens
from connectors.email.troubles import MailTrouble
from core.connector import Finding, Severity
from core.refreshtokens import Keeps
from core.show import text

_IMAP, _SMTP, _REFRESH = "EMAIL_IMAP_URL", "EMAIL_SMTP_URL", "EMAIL_OAUTH_REFRESH_TOKEN"


async def tried(values: dict[str, str], keeps: Keeps | None = None) -> Sequence[Finding]:
    """What the servers say of keys that are not written down yet; the rest is as it is set.

    A refresh token the provider gives in place of the one it was asked with is the one that is good from now on: where
    nobody `keeps` it, it stands in `values`.
    """
    section = Section(**{name.removeprefix("EMAIL_").lower(): value for name, value in values.items()})  # type: ignore[arg-type]
    account = Account.of(section.given())
    tokens = Tokens(account.oauth, keeps) if account.oauth else None
    found = await findings(account, tokens, None)
    if tokens is not None and keeps is None:
        values[_REFRESH] = tokens.refresh_token
    return found


async def findings(account: Account, tokens: Tokens | None, box: Path | None) -> Sequence[Finding]:
    """What both servers say; nothing is changed there. Without a server to send by, mails go into `box`."""
    found: list[Finding] = []
    if account.imap is not None:
        found += await _of_imap(account, account.imap, tokens)
    if account.smtp is not None:
        found.append(await _of_smtp(account, account.smtp, tokens))
    elif box is not None:
        found.append(Finding(Severity.WARNING, text("Mails are written into {folder}.", folder=str(box)), _SMTP))
    return found


async def _of_imap(account: Account, server: Server, tokens: Tokens | None) -> list[Finding]:
    try:
        async with connected(account, server, tokens) as connection:
            await connection.do(lambda link: link.select(account.folder))
            sent = account.sent_folder or await connection.do(lambda link: link.sent_folder())
            if account.sent_folder:
                await connection.do(lambda link: link.select(account.sent_folder))
            idles = connection.idles
    except MailTrouble as error:
        return [Finding(Severity.ERROR, error.said, error.setting)]
    how = (
        text("The mailbox lets us in; it says at once when a mail comes.")
        if idles
        else text("The mailbox lets us in; it is asked for new mails three times a minute.")
    )
    found = [Finding(Severity.ON, how, _IMAP)]
    if not sent:
        said = text("The mailbox marks no folder as that of sent mails, so replies are not filed there.")
        found.append(Finding(Severity.WARNING, said, "EMAIL_SENT_FOLDER"))
    return found


async def _of_smtp(account: Account, server: Server, tokens: Tokens | None) -> Finding:
    try:
        await Posting(account, server, tokens).try_it()
    except MailTrouble as error:
        return Finding(Severity.ERROR, error.said, error.setting)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        why, setting = why_not(error)
        return Finding(Severity.ERROR, text("The mail server does not let us in ({why}).", why=why), setting)
    return Finding(Severity.ON, text("The mail server lets us in."), _SMTP)
