"""What did not arrive, by reports and in the words of mail servers."""

import pytest

from connectors.email.bounces import Bounce
from connectors.email.kinds import Kind
from connectors.email.reading import read
from connectors.email.reports import About, Report
from tests.rules.email.letters import multipart, part

DAEMON = "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: failure notice\nMessage-ID: <b@mx.example>\n"
STATUS = (
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; bob@x.example\nAction: {action}\nStatus: {status}\n"
)
WHY = "Diagnostic-Code: smtp; 550 5.1.1 no such user\n"
SENT = "From: desk@help.example\nMessage-ID: <t.1@help.example>\nSubject: Hello\n\nwords"


def report(status: str, returned: bytes) -> bytes:
    """A bounce as the standard has it."""
    parts = [part("text/plain", "Sorry"), part("message/delivery-status", status), returned]
    return multipart("report; report-type=delivery-status", parts, head=DAEMON)


@pytest.mark.parametrize("media", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_says_who_did_not_get_what(media: str) -> None:
    mail = read(report(STATUS.format(action="failed", status="5.1.1") + WHY, part(media, SENT)))
    assert mail.bounce == Bounce(("bob@x.example",), "5.1.1", True, "550 5.1.1 no such user", "<t.1@help.example>")
    assert mail.kind is Kind.BOUNCE


def test_a_late_mail_has_not_failed() -> None:
    mail = read(report(STATUS.format(action="delayed", status="4.4.1"), part("message/rfc822", SENT)))
    assert mail.bounce is not None
    assert not mail.bounce.is_permanent


def test_what_has_failed_is_final_whatever_stood_in_its_way_before() -> None:
    mail = read(report(STATUS.format(action="failed", status="4.4.7"), part("message/rfc822", SENT)))
    assert mail.bounce is not None
    assert (mail.bounce.status, mail.bounce.is_permanent) == ("4.4.7", True)


def test_where_no_action_is_named_the_status_decides() -> None:
    status = STATUS.replace("Action: {action}\n", "")
    found = [read(report(status.format(status=each), part("message/rfc822", SENT))) for each in ("4.4.7", "5.1.1")]
    assert [mail.bounce and mail.bounce.is_permanent for mail in found] == [False, True]


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_mail_that_arrived_is_no_bounce(action: str) -> None:
    mail = read(report(STATUS.format(action=action, status="2.0.0"), part("message/rfc822", SENT)))
    assert (mail.bounce, mail.kind) == (None, Kind.REPORT)
    assert mail.report == Report(About.ARRIVAL, "delivered", "<t.1@help.example>")


def test_one_who_lacks_it_is_named_among_those_who_got_it() -> None:
    got = "\nFinal-Recipient: rfc822; ana@x.example\nAction: delivered\nStatus: 2.0.0\n"
    late = STATUS.format(action="delayed", status="4.4.1") + got
    mail = read(report(late, part("message/rfc822", SENT)))
    assert mail.bounce is not None
    assert (mail.bounce.recipients, mail.bounce.is_permanent, mail.report) == (("bob@x.example",), False, None)


QMAIL = """Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<bob@x.example>:
550 5.1.1 no such user

--- Below this line is a copy of the message.

Message-ID: <t.1@help.example>
"""
EXCHANGE = """Your message did not reach some or all of the intended recipients.

The following recipient(s) could not be reached:
bob@x.example on 1/1/2024 10:00 AM
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

Message-ID: <t.1@help.example>
"""
GMAIL = """** Address not found **

Your message wasn't delivered to bob@x.example because the address couldn't be found.

The response was: 550 5.1.1 The email account that you tried to reach does not exist.

----- Original message -----
Message-ID: <t.1@help.example>
"""
POSTFIX = """I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<bob@x.example>: host mx.x.example[1.2.3.4] said: 550 5.1.1 no such user (in reply to RCPT TO command)

Message-ID: <t.1@help.example>
"""


@pytest.mark.parametrize("words", [QMAIL, EXCHANGE, GMAIL, POSTFIX], ids=["qmail", "Exchange", "Gmail", "postfix"])
def test_servers_own_words_are_understood(words: str) -> None:
    mail = read(f"{DAEMON}\n{words}".encode())
    assert mail.bounce is not None
    assert (mail.bounce.recipients, mail.bounce.status, mail.bounce.is_permanent, mail.bounce.original_id) == (
        ("bob@x.example",),
        "5.1.1",
        True,
        "<t.1@help.example>",
    )
    assert mail.kind is Kind.BOUNCE


def test_exim_names_the_recipient_in_a_field() -> None:
    head = DAEMON.replace("failure notice", "Mail delivery failed: returning message to sender")
    mail = read(f"{head}X-Failed-Recipients: bob@x.example\n\nA message could not be delivered.".encode())
    assert mail.bounce is not None
    assert mail.bounce.recipients == ("bob@x.example",)


def test_a_person_who_writes_of_failures_is_no_bounce() -> None:
    mail = read(b"From: jane@x.example\nSubject: Undeliverable parcel\n\nIt could not be delivered.")
    assert (mail.bounce, mail.kind) == (None, Kind.HUMAN)


def test_complaints_and_receipts_are_reports() -> None:
    feedback = part("message/feedback-report", "Feedback-Type: abuse\nVersion: 1\n")
    parts = [part("text/plain", "x"), feedback, part("message/rfc822", SENT)]
    complaint = read(multipart("report; report-type=feedback-report", parts))
    assert complaint.report == Report(About.COMPLAINT, "abuse", "<t.1@help.example>")
    fields = "Original-Message-ID: <t.1@help.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n"
    shown = part("message/disposition-notification", fields)
    receipt = read(multipart("report; report-type=disposition-notification", [part("text/plain", "x"), shown]))
    assert receipt.report == Report(About.RECEIPT, "displayed", "<t.1@help.example>")
    assert complaint.kind is receipt.kind is Kind.REPORT
