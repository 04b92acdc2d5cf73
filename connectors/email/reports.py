"""What reports other than bounces are about: complaints (ARF), receipts (MDN), and mails that arrived (DSN)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.email import bounces, marks
from connectors.email import headers as blocks
from connectors.email.structure import Part

_MOST_REPORT = 64 * 1024


class About(StrEnum):
    """What is reported."""

    COMPLAINT = "complaint"
    """Somebody called our mail spam."""
    RECEIPT = "receipt"
    """Somebody's program says what became of our mail: shown, deleted."""
    ARRIVAL = "arrival"
    """A mail server says that it has delivered our mail, or passed it on."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report, and the id of the mail it is about, where it says that."""

    about: About
    says: str
    """The complaint's type, such as abuse; or the receipt's disposition, such as displayed."""
    original_id: str


def read(parts: Sequence[Part]) -> Report | None:
    """The report a mail brings; None for any other mail."""
    for part in parts:
        if part.media == "message/feedback-report":
            found, _ = blocks.of_part(part.content(_MOST_REPORT), 0, _MOST_REPORT)
            return Report(About.COMPLAINT, found.word("feedback-type")[:100], bounces.returned_id(parts))
        if part.media == "message/disposition-notification":
            found, _ = blocks.of_part(part.content(_MOST_REPORT), 0, _MOST_REPORT)
            ids = marks.message_ids(found.first("original-message-id"))
            says = found.word("disposition").rpartition(";")[2].strip()
            return Report(About.RECEIPT, says[:100], ids[0] if ids else bounces.returned_id(parts))
    return Report(About.ARRIVAL, "delivered", bounces.returned_id(parts)) if bounces.is_good(parts) else None
