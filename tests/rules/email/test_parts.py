"""A mail's parts are put in their places; nothing is opened, nothing lost."""

import pytest

from connectors.email import filenames, flowed, transfer
from connectors.email.parts import Kind
from connectors.email.reading import Mail, read
from tests.rules.email.letters import HEAD, multipart, nested, part, plain

TEXT, HTML = part("text/plain; charset=utf-8", "words"), part("text/html; charset=utf-8", "<p>markup</p>")
PNG = b"\x89PNG\r\n\x1a\n"


def files(mail: Mail) -> list[tuple[str, Kind]]:
    """The names and kinds of a mail's files."""
    return [(one.name, one.kind) for one in mail.attachments]


def test_of_text_and_html_both_are_kept() -> None:
    mail = read(multipart("alternative", [TEXT, HTML]))
    assert (mail.body.plain, mail.html, mail.attachments) == ("words", "<p>markup</p>", ())


def test_of_one_kind_the_first_shape_counts_and_later_text_is_read_on() -> None:
    both = multipart("alternative", [TEXT, HTML, part("text/html", "<p>other</p>")], boundary="i", head="")
    mail = read(multipart("mixed", [both, part("text/plain", "a list's footer")]))
    assert mail.html == "<p>markup</p>"
    assert mail.body.plain == "words\n\na list's footer"


def test_text_that_is_named_or_sent_as_a_file_is_a_file() -> None:
    log = part("text/plain; name=a.log", "log")
    page = part("text/html", "page", "Content-Disposition: attachment; filename=b.html\n")
    mail = read(multipart("mixed", [TEXT, log, page]))
    assert (mail.text, files(mail)) == ("words", [("a.log", Kind.FILE), ("b.html", Kind.FILE)])


def test_another_mail_stays_whole_and_its_words_are_not_this_ones() -> None:
    inner = plain("inner words").replace(b"Subject: Hello", b"Subject: Old: a/b")
    mail = read(multipart("mixed", [TEXT, b"Content-Type: message/rfc822\n\n" + inner]))
    assert mail.text == "words"
    assert files(mail) == [("b.eml", Kind.MAIL)]
    assert mail.attachments[0].content() == inner


def test_pictures_in_the_html_are_found_by_their_id() -> None:
    picture = part("image/png", PNG, "Content-ID: <logo@x>\nContent-Disposition: inline; filename=l.png\n")
    mail = read(multipart("related", [HTML, picture]))
    assert mail.inline["logo@x"].content() == PNG


@pytest.mark.parametrize(
    ("sent", "name", "kind"),
    [
        (part("application/ms-tnef", b"x"), "winmail.dat", Kind.TNEF),
        (part("application/octet-stream; name=winmail.dat", b"x"), "winmail.dat", Kind.TNEF),
        (part("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", b"x"), "smime.p7m", Kind.SIGNED),
        (part("application/pkcs7-mime; smime-type=enveloped-data", b"x"), "smime.p7m", Kind.ENCRYPTED),
        (part("application/pkcs7-signature; name=smime.p7s", b"x"), "smime.p7s", Kind.SIGNATURE),
        (part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR"), "invitation.ics", Kind.CALENDAR),
        (part("application/zip; name=bomb.zip", b"PK\x03\x04" + b"\0" * 100), "bomb.zip", Kind.FILE),
        (part("image/jpeg", b"x"), "file-3.jpg", Kind.FILE),
        (part("message/partial; id=1", "x"), "file-3.bin", Kind.FILE),
    ],
)
def test_files_are_kept_and_named_by_their_kind(sent: bytes, name: str, kind: Kind) -> None:
    assert files(read(multipart("mixed", [TEXT, sent]))) == [(name, kind)]


def test_encrypted_mails_are_kept_as_their_parts() -> None:
    mail = read(
        multipart(
            "encrypted", [part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", b"x")]
        )
    )
    assert {kind for _, kind in files(mail)} == {Kind.ENCRYPTED}


def test_five_hundred_parts_are_read_and_the_rest_noted() -> None:
    mail = read(multipart("mixed", [TEXT] + [part("image/png", "x")] * 10_000))
    assert len(mail.attachments) == 498
    assert [note.args["count"] for note in mail.notes] == [500]


def test_deeper_than_twenty_levels_is_kept_as_a_file() -> None:
    assert read(nested(20)).text.strip() == "hello"
    mail = read(nested(500))
    assert files(mail) == [("structure-21.bin", Kind.STRUCTURE)]
    assert b"hello" in mail.attachments[0].content()
    assert [note.args["depth"] for note in mail.notes] == [20]


def test_a_text_longer_than_two_megabytes_is_cut_and_noted() -> None:
    mail = read(plain("word " * 1_000_000))
    assert len(mail.text) == 2_000_000
    assert len(mail.notes) == 1


def test_too_large_a_mail_is_read_by_its_header_only() -> None:
    mail = read(plain("x" * (36 * 1024 * 1024)))
    assert mail.unreadable is not None
    assert (mail.subject, mail.author.address, mail.text) == ("Hello", "jane@shop.example", "")


@pytest.mark.parametrize(
    "fields",
    [
        "Content-Type: multipart/mixed",
        'Content-Type: multipart/mixed; boundary=""',
        "Content-Type: multipart/mixed; boundary=no",
    ],
)
def test_a_multipart_without_its_boundaries_is_text(fields: str) -> None:
    assert read(f"{HEAD}{fields}\n\nHello there".encode()).text == "Hello there"


def test_a_boundary_nobody_named_is_found() -> None:
    raw = multipart("mixed", [TEXT, HTML], boundary="=_found").replace(b'; boundary="=_found"', b"")
    assert (read(raw).body.plain, read(raw).html) == ("words", "<p>markup</p>")


def test_parts_whose_end_is_missing_are_read() -> None:
    assert read(multipart("mixed", [TEXT]).replace(b"--=_b--\n", b"")).text.strip() == "words"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_is_read(end: bytes) -> None:
    assert read(multipart("alternative", [TEXT, HTML]).replace(b"\n", end)).body.plain == "words"


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"SGVsbG8=", b"Hello"),
        (b"SGVsbG8", b"Hello"),
        (b"SGVs\r\nbG8=\r\n", b"Hello"),
        (b"SGVs!!bG8=", b"Hello"),
        (b"SGVsbG8=SGVsbG8=", b"HelloHello"),
        (b"SGVsbG8=\n-- \na list's footer", b"Hello"),
        (b"SGVsbG8=X", b"Hello"),
        (b"A", b""),
        (b"", b""),
    ],
)
def test_damaged_base64_gives_what_is_left_of_it(raw: bytes, read: bytes) -> None:
    assert transfer.base64(raw) == read


def test_text_that_claims_to_be_base64_is_text() -> None:
    assert (
        read(plain("Hello, this is no base64.", "Content-Transfer-Encoding: base64\n")).text
        == "Hello, this is no base64."
    )


def test_uuencoded_content_is_undone() -> None:
    assert transfer.content(b"begin 644 a.txt\n%2&5L;&\\\n \nend\n", "x-uuencode") == b"Hello"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\b.txt", "b.txt"),
        ("a\u202efdp.exe", "a fdp.exe"),
        ('a<b>:"c|?*.txt', "a_b___c___.txt"),
        ("con.txt", "_con.txt"),
        (".hidden", "hidden"),
        ("a\r\nb.txt", "a b.txt"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
        ("...", ""),
    ],
)
def test_names_of_files_are_safe(name: str, safe: str) -> None:
    assert filenames.safe(name) == safe


def test_flowed_lines_are_paragraphs_again() -> None:
    assert flowed.unwrapped("a \nb\n> c \n> d\n>> e \n> f\n-- \nJane") == "a b\n> c d\n>> e \n> f\n-- \nJane"
    assert read(plain("a \nb\n", "").replace(b"charset=utf-8", b"charset=utf-8; format=flowed")).text == "a b\n"
