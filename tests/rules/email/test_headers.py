"""Header fields as software really writes them."""

from datetime import UTC, datetime

import pytest

from connectors.email import encoded, headers, marks, parameters
from tests.rules.email.letters import HEAD


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"From jane@x.example Mon Jan  1 10:00:00 2024\n",
        b">From someone\n",
        b"\n\n",
        b"\xef\xbb\xbf",
        b"scanned by a box\n",
        b"A line of a relay.\nAnother one.\n\n",
    ],
    ids=["nothing", "mbox", "quoted mbox", "blank lines", "byte order mark", "a line", "a paragraph"],
)
def test_what_stands_before_the_first_field_is_no_field(before: bytes) -> None:
    found, body = headers.of_mail(before + HEAD.encode() + b"\nHello")
    assert found.fields[0] == ("from", b"Jane Doe <jane@shop.example>")
    assert (before + HEAD.encode() + b"\nHello")[body:] == b"Hello"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_folded_and_lost_folds_are_one_value(end: bytes) -> None:
    raw = (
        b"From: a@b.example\nReceived: from x\nby y; today\nSubject: a\n long\n\tone\nTo: c@d.example\n\nbody".replace(
            b"\n", end
        )
    )
    found, body = headers.of_mail(raw)
    assert found.first("received") == b"from x by y; today"
    assert found.first("subject") == b"a long\tone"
    assert found.first("to") == b"c@d.example"
    assert raw[body:] == b"body"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_body_without_a_blank_line_before_it_is_found(end: bytes) -> None:
    raw = end.join([b"From: a@b.example", b"Subject: x", b"Hello there, it", b"broke."])
    found, body = headers.of_mail(raw)
    assert found.first("subject") == b"x"
    assert raw[body:] == end.join([b"Hello there, it", b"broke."])


def test_text_without_a_header_is_all_body() -> None:
    assert headers.of_mail(b"Hello\nNote: call me\n\nBye") == (headers.Headers(), 0)


def test_a_header_is_read_up_to_its_limit() -> None:
    raw = HEAD.encode() + b"X-A: b\n" * 60_000 + b"\nbody"
    found, body = headers.of_mail(raw)
    assert found.first("subject") == b"Hello"
    assert raw[body:] == b"body"
    assert found.is_cut


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?J=C3=B6rg?=", "Jörg"),
        (b"=?utf-8?B?SsO2cmc=?=", "Jörg"),
        (b"=?utf-8?B?SsO2cmc?=", "Jörg"),
        (b"=?UTF-8?q?J=C3?= =?utf-8?q?=B6rg?=", "Jörg"),
        (b"=?utf-8?B?SsO?= =?utf-8?B?2cmc=?=", "Jörg"),
        (b"=?utf-8?Q?a?=  =?iso-8859-1?Q?=F6?= b", "aö b"),
        (b"=?utf-8*de?Q?J=C3=B6rg?=", "Jörg"),
        (b"=?utf-8?Q?two words here?=", "two words here"),
        (b"=?utf-8?Q?a=0D=0ABcc:_evil?=", "a Bcc: evil"),
        (b"Re:=?utf-8?Q?_=E2=82=AC?=5", "Re: €5"),
        (b"=?gb2312?B?xOO6ww==?=", "你好"),
        (b"=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        (b"=?ks_c_5601-1987?B?vsiz58fPvLy/5A==?=", "안녕하세요"),
        (b"=?x-unknown?Q?J=C3=B6rg?=", "Jörg"),
        ("Jörg €".encode(), "Jörg €"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        (b"=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("a\u202egpj.exe".encode(), "a gpj.exe"),
    ],
)
def test_words_are_decoded(written: bytes, read: str) -> None:
    assert encoded.words(written) == read


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        (b"<a@b.example>", ("<a@b.example>",)),
        (b"<[1f2e3d@host]>", ("<[1f2e3d@host]>",)),
        (b"<a@b> (comment) <c@d>\t<a@b>", ("<a@b>", "<c@d>")),
        (b"<a@b><c@d>", ("<a@b>", "<c@d>")),
        (b"<long id\t@b>", ("<longid@b>",)),
        (b"a@b c@d", ("<a@b>", "<c@d>")),
        (b"Your message of today", ()),
        (b"", ()),
    ],
)
def test_ids_are_read(written: bytes, ids: tuple[str, ...]) -> None:
    assert marks.message_ids(written) == ids


def test_the_last_hundred_references_count() -> None:
    found = marks.message_ids(b" ".join(b"<%d@x>" % number for number in range(500)))
    assert found == tuple(f"<{number}@x>" for number in range(400, 500))


def test_a_mail_without_an_id_gets_the_same_from_its_bytes_each_time() -> None:
    assert marks.message_id([], b"raw") == marks.message_id([b" "], b"raw")
    assert marks.message_id([], b"raw") != marks.message_id([], b"other")
    assert marks.message_id([b"<a@b>"], b"raw") == ("<a@b>", False)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Mon, 1 Jan 2024 10:00:00 +0100 (CET)", datetime(2024, 1, 1, 9, tzinfo=UTC)),
        ("1 Jan 24 10:00", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("2024-01-01T10:00:00Z", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("Di, 5 Mär 2024 10:00:00 +0000", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("Mon, 32 Jan 2024 10:00:00 +0000", None),
        ("Mon, 1 Jan 2024 10:00:00 +9999999", None),
        ("Thu, 1 Jan 1970 00:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_read_or_not(written: str, read: datetime | None) -> None:
    assert marks.date(written.encode()) == read


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b'attachment; filename="a;b.pdf"', "a;b.pdf"),
        (b"attachment; filename=a b.pdf", "a b.pdf"),
        (b"attachment; filename*=utf-8'de'%C3%A4.pdf", "ä.pdf"),
        (b"attachment; filename*0*=utf-8''%C3; filename*1*=%A4; filename*2=.pdf", "ä.pdf"),
        (b"attachment; filename*1=b.pdf; filename*0=a", "ab.pdf"),
        (b"attachment; filename*=x-none''%C3%A4.pdf; filename=a.pdf", "ä.pdf"),
        (b'attachment; filename="=?utf-8?Q?=C3=A4=2Epdf?="', "ä.pdf"),
        ('attachment; filename="ä.pdf"'.encode("latin-1"), "ä.pdf"),
        (b'attachment; filename="open', "open"),
        (b"attachment filename=a.pdf", "a.pdf"),
        (b"attachment", ""),
        (b"", ""),
    ],
)
def test_names_are_read_in_every_spelling(written: bytes, name: str) -> None:
    assert parameters.read(written).text("filename") == name
