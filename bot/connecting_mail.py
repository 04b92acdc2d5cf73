"""Tries a mailbox's keys, and says in words what stands in the way: a wrong name, a provider's own conditions."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot import proposing, providers
from bot.connecting import Input, Proposed
from bot.email import ADDRESS, GUIDE, IMAP, PASSWORD, REFRESH_TOKEN, SMTP
from connectors.email import trying
from core.connector import Finding, Severity
from core.refreshtokens import Keeps
from core.show import text

_YES = frozenset(key.setting for key in GUIDE.keys if key.input is Input.YES)
_NAME_S = 5.0


async def proposed(values: Mapping[str, str]) -> Proposed:
    """The servers of the address somebody entered."""
    return await proposing.proposed(values[ADDRESS])


async def tried(values: dict[str, str], keeps: Keeps | None = None) -> Sequence[Finding]:
    """What both servers say; those that do not exist are not asked. Without values: those of `.env`.

    A refresh token the provider gives anew is kept or, where nobody does, takes the place of the old one in `values`.
    """
    if not values:
        return await trying.tried({}, keeps)
    missing = [each for name in (IMAP, SMTP) for each in await _unknown(name, values.get(name, ""))]
    if missing:
        return missing
    asked = {name: value or ("False" if name in _YES else "") for name, value in values.items()}
    found = [*await trying.tried(asked, keeps), *_lacking(values)]
    if asked.get(REFRESH_TOKEN):
        values[REFRESH_TOKEN] = asked[REFRESH_TOKEN]
    return [*found, *_conditions(values, found)]


async def _unknown(setting: str, url: str) -> list[Finding]:
    host = urlsplit(url).hostname
    if not host:
        return []
    try:
        async with asyncio.timeout(_NAME_S):
            await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, UnicodeError, TimeoutError):
        return [Finding(Severity.ERROR, text("There is no server {host}. Is it spelled right?", host=host), setting)]
    return []


def _lacking(values: Mapping[str, str]) -> list[Finding]:
    """What goes only one way."""
    found = []
    if not values.get(IMAP):
        said = text("No mailbox is read: mails come only where a mail server hands them over (EMAIL_LISTEN).")
        found.append(Finding(Severity.WARNING, said, IMAP))
    if not values.get(SMTP):
        said = text("No mail leaves: replies are written as files into the data folder.")
        found.append(Finding(Severity.WARNING, said, SMTP))
    return found


def _conditions(values: Mapping[str, str], found: Sequence[Finding]) -> list[Finding]:
    """What the provider wants first, where it let nobody in."""
    if not any(each.severity is Severity.ERROR and each.setting == PASSWORD for each in found):
        return []
    provider = providers.of_server(values.get(IMAP, ""))
    hint = None if provider is None else provider.hint
    return [Finding(Severity.WARNING, hint or _PERHAPS, PASSWORD)]


_PERHAPS = text(
    "If user and password are right: some providers want an app password, or that IMAP is switched on at their site."
)
