"""Who speaks in a mail, and why that is thought."""

import pytest

from connectors.email.addresses import Address
from connectors.email.authority import Standing, standing
from connectors.email.kinds import Kind
from connectors.email.reading import read
from connectors.email.spam import is_spam
from connectors.email.writer import writer
from core.show import text
from tests.rules.email.letters import HEAD, plain


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ("", Kind.HUMAN),
        ("Auto-Submitted: no", Kind.HUMAN),
        ("Auto-Submitted: no\nPrecedence: bulk", Kind.HUMAN),
        ("Auto-Submitted: auto-replied", Kind.AUTO),
        ("Auto-Submitted: auto-generated; owner=x", Kind.AUTO),
        ("X-Auto-Response-Suppress: All", Kind.AUTO),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", Kind.AUTO),
        ("Precedence: bulk", Kind.AUTO),
        ("Precedence: auto_reply", Kind.AUTO),
        ("X-Autoreply: yes", Kind.AUTO),
        ("X-Autorespond: vacation", Kind.AUTO),
        ("X-POST-MessageClass: 9; Autoresponder", Kind.AUTO),
        ("X-Deskbell-Loop: 1234", Kind.AUTO),
        ("Return-Path: <>", Kind.AUTO),
        ("X-JIRA-FingerPrint: abc", Kind.AUTO),
        ("List-Id: <a.x.example>", Kind.LIST),
        ("List-Unsubscribe: <mailto:a@x.example>", Kind.LIST),
        ("Precedence: list", Kind.LIST),
        ("List-Id: <a.x.example>\nAuto-Submitted: auto-replied", Kind.AUTO),
    ],
)
def test_fields_say_who_speaks(fields: str, kind: Kind) -> None:
    assert read(plain(head=f"{fields}\n" if fields else "")).kind is kind


def test_the_reason_names_the_field() -> None:
    verdict = read(plain(head="Auto-Submitted: auto-replied\n")).verdict
    assert verdict.reason == text(
        "Its header {header} says so: {value}.", header="Auto-Submitted", value="auto-replied"
    )


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Hello",
        "Out of Office: x",
        "Abwesenheitsnotiz: x",
        "Automatische Antwort: x",
        "Réponse automatique : x",
        "Respuesta automática: x",
        "Risposta automatica: x",
        "Automatisch antwoord: x",
        "Autosvar: x",
        "Автоответ: x",
        "自动回复: x",
    ],
)
def test_subjects_of_automatic_replies_are_known(subject: str) -> None:
    assert read(f"From: a@x.example\nSubject: {subject}\n\nx".encode()).kind is Kind.AUTO


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("no-reply@x.example", Kind.AUTO),
        ("noreply+123@x.example", Kind.AUTO),
        ("shop.donotreply@x.example", Kind.AUTO),
        ("nicht-antworten@x.example", Kind.AUTO),
        ("nagios@x.example", Kind.AUTO),
        ("reply@x.example", Kind.HUMAN),
        ("noreen@x.example", Kind.HUMAN),
    ],
)
def test_some_addresses_are_no_persons(address: str, kind: Kind) -> None:
    assert read(f"From: {address}\n\nx".encode()).kind is kind


def test_a_web_forms_words_are_from_who_filled_it_in() -> None:
    raw = b"From: Shop <no-reply@shop.example>\nReply-To: Jane <jane@x.example>\nSubject: Form\n\nHello"
    assert read(raw).kind is Kind.HUMAN
    assert writer(read(raw)) == Address("Jane", "jane@x.example")
    ours = raw.replace(b"no-reply", b"form")
    assert writer(read(ours), ["shop.example"]) == Address("Jane", "jane@x.example")
    assert writer(read(ours), ["other.example"]) == Address("Shop", "form@shop.example")
    assert writer(read(plain())) == Address("Jane Doe", "jane@shop.example")


A_R = "Authentication-Results: mx.help.example;"


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        (f"{A_R} dmarc=pass (p=none) header.from=shop.example", Standing.PROVEN),
        (f"{A_R} dkim=pass header.d=shop.example", Standing.PROVEN),
        (f"{A_R} dkim=pass header.i=@shop.example; dmarc=fail header.from=shop.example", Standing.NOT_PROVEN),
        (f"{A_R} dkim=pass header.d=mailer.example; dmarc=none header.from=shop.example", Standing.NOT_PROVEN),
        (f"{A_R} dkim=pass header.d=example", Standing.NOT_PROVEN),
        (f"{A_R} spf=pass smtp.mailfrom=bounce@shop.example", Standing.PROVEN),
        (f"{A_R} spf=pass smtp.mailfrom=bounce@sub.shop.example", Standing.NOT_PROVEN),
        (f"{A_R} dkim=fail (dkim=pass header.d=shop.example) header.d=shop.example", Standing.NOT_PROVEN),
        (f"{A_R} spf=fail smtp.mailfrom=x@shop.example\n{A_R} dkim=pass header.d=shop.example", Standing.PROVEN),
        (f"{A_R} none", Standing.NOT_PROVEN),
        ("Authentication-Results: evil.example; dmarc=pass header.from=shop.example", Standing.UNKNOWN),
        (f"Authentication-Results: evil.example; none\n{A_R} dmarc=pass header.from=shop.example", Standing.UNKNOWN),
        (f"{A_R} none\nReceived: from x\n{A_R} dmarc=pass header.from=shop.example", Standing.NOT_PROVEN),
        (f"From: b@y.example\n{A_R} dmarc=pass header.from=shop.example", Standing.UNKNOWN),
        ("X-A: b", Standing.UNKNOWN),
    ],
)
def test_only_what_our_own_server_found_proves_a_sender(fields: str, known: Standing) -> None:
    mail = read(f"{fields}\n{HEAD}\nHello".encode())
    assert standing(mail.headers, "shop.example", {"MX.help.example"}) is known


@pytest.mark.parametrize(
    ("field", "spam"),
    [
        ("X-Spam-Flag: YES", True),
        ("X-Spam-Status: No, score=1.0", False),
        ("X-MS-Exchange-Organization-SCL: 6", True),
        ("X-MS-Exchange-Organization-SCL: -1", False),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:5;", True),
        ("X-Spam-Score: 3", None),
        ("X-A: b", None),
    ],
)
def test_filters_verdicts_are_read(field: str, spam: bool | None) -> None:
    assert is_spam(read(plain(head=f"{field}\n")).spam) is spam
