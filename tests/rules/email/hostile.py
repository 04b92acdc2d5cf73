"""Mails made to hurt a reader, each at the size where careless readers hang; run as a program, it reads them all."""

import sys
from collections.abc import Callable

from connectors.email import html, plain
from connectors.email.quotes import fold
from connectors.email.reading import read
from tests.rules.email import letters


def of(field: str) -> bytes:
    """A mail with one more field."""
    return letters.plain(head=f"{field}\n")


def page(markup: str) -> bytes:
    """A mail of HTML."""
    return letters.multipart("alternative", [letters.part("text/html", markup)])


MAILS: dict[str, Callable[[], bytes]] = {
    "20,000 recipients": lambda: of("Cc: " + ", ".join(f"Jane {n} <a{n}@x.example>" for n in range(20_000))),
    "nested comments": lambda: of("Cc: " + "(" * 100_000),
    "quotes that never close": lambda: of('Cc: "' + '\\"' * 60_000),
    "angles": lambda: of("Cc: " + "<" * 100_000),
    "commas": lambda: of("Cc: " + "," * 100_000),
    "encoded words that never end": lambda: of("X: y\nSubject: " + "=?utf-8?Q?" * 20_000),
    "encoded words": lambda: of("Cc: " + "=?utf-8?B?YQ?= " * 15_000),
    "parameters": lambda: of("Content-Disposition: a;" + "a*0*=''; " * 20_000),
    "references": lambda: of("References: " + "<a@b> " * 40_000),
    "10,000 parts": lambda: letters.multipart("mixed", [letters.part("text/plain", "x")] * 10_000),
    "500 levels": lambda: letters.nested(500),
    "20 levels of 20 MB": lambda: letters.nested(20, b"Content-Type: text/plain\n\n" + b"x" * 70 * 280_000),
    "boundaries": lambda: letters.nested(1, b"\n--b0 x" * 2_000_000),
    "carriage returns": lambda: letters.HEAD.encode() + b"\r" * 5_000_000 + b"\n\n",
    "lost folds": lambda: letters.HEAD.encode() + b"(((\n" * 60_000 + b"To: x\n\n",
    "On On On": lambda: letters.plain("On " * 20_000),
    "lines of On": lambda: letters.plain("On\n" * 20_000),
    "attributions": lambda: letters.plain("On 1 Jan 2024 a@b.example wrote:\nno\n" * 20_000),
    "fields": lambda: letters.plain("From: x\n\n" * 50_000),
    "signatures": lambda: letters.plain("-- \n" * 100_000),
    "open divs": lambda: page("<div>" * 80_000 + "hello"),
    "<p <p": lambda: page("<p " * 100_000),
    "comments": lambda: page("<!--" * 50_000),
    "fonts": lambda: page("".join(f"<font color={n}>" for n in range(200)) + "<p>a" * 100_000),
    "lists": lambda: page("<ul><li>" * 50_000),
    "tables": lambda: page("<table><tr><td>" * 50_000),
    "entities": lambda: page("&" * 400_000),
    "quotes in tags": lambda: page('<a title="' * 100_000),
    "blockquotes": lambda: page('<blockquote type="cite">' * 50_000),
    "a charset that lies": lambda: (
        letters.HEAD.encode() + b"Content-Type: text/plain; charset=utf-8\n\n" + bytes(range(128, 256)) * 8000
    ),
    "broken base64": lambda: letters.plain("=" * 1_000_000, "Content-Transfer-Encoding: base64\n"),
}

GROWING: dict[str, Callable[[int], object]] = {
    "comments": lambda n: read(of("Cc: " + "(" * n)),
    "quotes": lambda n: read(of('Cc: "' + '\\"' * n)),
    "recipients": lambda n: read(of("Cc: " + "Jane, " * n)),
    "parts": lambda n: read(letters.multipart("mixed", [letters.part("text/plain", "x")] * n)),
    "On On On": lambda n: fold("On On On\n" * n),
    "attributions": lambda n: fold("On 1 Jan 2024 10:00 a@b.example wrote:\n> x\nyes\n" * n),
    "quoted lines": lambda n: fold("> x\n" * n),
    "divs": lambda n: html.safe("<div>" * n, lambda _: None),
    "tags without end": lambda n: plain.text("<p " * n),
    "comments without end": lambda n: plain.text("<!--" * n),
}
"""Of a size; twice the size may cost twice the time, not four times."""


def main() -> None:
    """Reads every one, undoing all of it; says how far it came."""
    for name, mail in MAILS.items():
        print(name, flush=True)
        found = read(mail())
        assert found.unreadable is None, found.unreadable
        assert found.folded.full is not None
        html.safe(found.html, lambda _: None)


if __name__ == "__main__":
    sys.exit(main())
