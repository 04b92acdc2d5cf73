"""What a mail says about another that was not delivered: by the standard's report, or in the words of mail servers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.email import addresses, encoded, marks
from connectors.email import headers as blocks
from connectors.email.headers import Headers
from connectors.email.structure import Part

_MOST_REPORT = 64 * 1024
_MOST_TEXT = 20_000
_MOST_RECIPIENTS = 20
_ARRIVED = ("delivered", "relayed", "expanded")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[\s\-:])")
_ID = re.compile(r"^[ >]*Message-ID:\s*(<[^<>\s]{3,900}>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[\w.+=%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_FAILED = re.compile(
    r"this is the qmail-send program|delivery to the following recipients? (?:has )?failed|could not be delivered"
    r"|couldn't be delivered|wasn't delivered|was not delivered|undeliver(?:able|ed)|delivery has failed"
    r"|did not reach|returned to sender|mail delivery (?:failed|system)|failure notice|address not found"
    r"|delivery status notification|permanent (?:fatal )?error|unzustellbar|konnte nicht zugestellt|nicht zugestellt"
    r"|n'a pas (?:pu )?être (?:remis|distribué)|no se (?:ha podido|pudo) entregar|non è stato (?:possibile )?recapitat"
    r"|não (?:pôde ser|foi) entregue|kon niet worden (?:af|be)?geleverd|nie (?:została|mogła) .{0,20}dostarczona",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delayed|will (?:keep|be) retr|verzögert|temporary (?:error|problem)|still trying", re.IGNORECASE
)
_DAEMON = re.compile(r"(?:mailer-?daemon|postmaster|mail-?delivery|microsoftexchange[0-9a-f]{20,})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery that failed or waits; what the mail does not say is empty."""

    recipients: tuple[str, ...]
    status: str
    """As of RFC 3463, such as 5.1.1; where only an SMTP code is said, that."""
    is_permanent: bool
    why: str
    """In the words of the server that refused."""
    original_id: str
    """The id of the mail that did not arrive, as `<id>`."""


def is_from_daemon(headers: Headers, sender: str) -> bool:
    """The mail comes from a mail server, not from a person."""
    return headers.word("return-path") == "<>" or _DAEMON.match(sender) is not None


def reported(parts: Sequence[Part]) -> Bounce | None:
    """What the report for machines says (RFC 3464); None where there is none that names a recipient or a status.

    Nor is one a bounce by which all arrived (`is_good`).
    """
    report = next((part for part in parts if part.media.endswith("delivery-status")), None)
    if report is None:
        return None
    groups = list(_groups(report.content(_MOST_REPORT)))
    failed = _undelivered(groups)
    recipients = [_recipient(group) for group in failed if _recipient(group)]
    states = [group for group in failed if "status" in group or "diagnostic-code" in group]
    first = states[0] if states else Headers()
    if not recipients and not states:
        return None
    why = encoded.words(first.first("diagnostic-code")).partition(";")[2].strip()
    status = (_STATUS.search(first.word("status")) or _STATUS.search(why) or [""])[0]
    action = first.word("action")
    is_permanent = action == "failed" or (not action and not status.startswith("4"))
    found = tuple(dict.fromkeys(recipients))[:_MOST_RECIPIENTS]
    return Bounce(found, status, is_permanent, why[:1000], returned_id(parts))


def is_good(parts: Sequence[Part]) -> bool:
    """Whether the report for machines tells that a mail was delivered or passed on, and of nobody who lacks it."""
    report = next((part for part in parts if part.media.endswith("delivery-status")), None)
    groups = [] if report is None else list(_groups(report.content(_MOST_REPORT)))
    return any(group.word("action") in _ARRIVED for group in groups) and not _undelivered(groups)


def _undelivered(groups: Sequence[Headers]) -> list[Headers]:
    """The groups of those that did not get it: that failed, else that wait, else that say nothing of it."""
    failed = [group for group in groups if group.word("action") == "failed"]
    late = [group for group in groups if group.word("action") not in ("", *_ARRIVED)]
    silent = [group for group in groups if not group.word("action") and _recipient(group)]
    if failed or late or silent:
        return failed or late or silent
    return [] if any(group.word("action") in _ARRIVED for group in groups) else list(groups)


def said(headers: Headers, parts: Sequence[Part], text: str) -> Bounce | None:
    """What the words of a mail server say; None where they tell of no failure. Only for mails of such senders."""
    text = text[:_MOST_TEXT]
    named = [one.address for one in addresses.read(headers.all("x-failed-recipients"))]
    subject = encoded.words(headers.first("subject"))
    if not named and not _FAILED.search(subject) and not _FAILED.search(text):
        return None
    report, _, _ = text.partition("--- Below this line")
    recipients = named or [found for found in _ADDRESS.findall(report) if not _DAEMON.match(found)][:1]
    line = next((line for line in report.split("\n") if _STATUS.search(line) or _CODE.search(line)), "")
    status = (_STATUS.search(line) or _CODE.search(line) or [""])[0]
    is_delayed = status.startswith("4") or (not status and _DELAYED.search(f"{subject}\n{report}") is not None)
    in_text = _ID.search(text)
    original = returned_id(parts) or (in_text[1] if in_text else "")
    return Bounce(tuple(recipients[:_MOST_RECIPIENTS]), status, not is_delayed, line.strip()[:1000], original)


def returned_id(parts: Sequence[Part]) -> str:
    """The id of the mail that was sent back whole or by its headers."""
    for part in parts:
        if part.media in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            inner, _ = blocks.of_mail(part.content(blocks.LARGEST_BLOCK))
            if found := marks.message_ids(inner.first("message-id")):
                return found[0]
    return ""


def _groups(report: bytes) -> Iterator[Headers]:
    """The report's groups of fields: one about the mail, then one for each recipient."""
    at = count = 0
    while at < len(report) and count < 200:
        found, following = blocks.of_part(report, at, len(report))
        if found.fields:
            yield found
        count += 1
        at = max(following, at + 1)


def _recipient(group: Headers) -> str:
    value = group.first("final-recipient") or group.first("original-recipient")
    return addresses.first([value.partition(b";")[2] or value]).address
