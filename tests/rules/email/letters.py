"""Mails for the tests: built from what matters, as raw bytes."""

import base64
import random
from collections.abc import Sequence

HEAD = "From: Jane Doe <jane@shop.example>\nTo: desk@help.example\nSubject: Hello\nMessage-ID: <1@shop.example>\n"


def plain(text: str = "Hello", head: str = "") -> bytes:
    """A mail of text only, with more header fields."""
    return f"{HEAD}{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()


def part(media: str, content: str | bytes, fields: str = "") -> bytes:
    """A part; bytes are sent as base64."""
    if isinstance(content, bytes):
        return f"Content-Type: {media}\nContent-Transfer-Encoding: base64\n{fields}\n".encode() + base64.encodebytes(
            content
        )
    return f"Content-Type: {media}\n{fields}\n{content}".encode()


def multipart(kind: str, parts: Sequence[bytes], *, boundary: str = "=_b", head: str = HEAD) -> bytes:
    """A mail of parts, or with an empty head a part of parts."""
    begin = f'{head}Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
    return (
        begin
        + b"".join(b"--" + boundary.encode() + b"\n" + one + b"\n" for one in parts)
        + f"--{boundary}--\n".encode()
    )


def nested(levels: int, content: bytes = b"Content-Type: text/plain\n\nhello\n") -> bytes:
    """A text deep in multiparts."""
    found = HEAD.encode()
    for level in range(levels):
        found += f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n'.encode()
    return found + content + b"".join(f"\n--b{level}--\n".encode() for level in reversed(range(levels)))


def ordinary(count: int, seed: int = 1) -> list[bytes]:
    """Mails as they come every day: text, HTML, some with a file, some in one part, some quoted, some not ASCII."""
    chance = random.Random(seed)
    words = "please order invoice delivery größer Straße thanks hello würde number broken again soon café".split()
    found = []
    for number in range(count):
        text = "\n".join(" ".join(chance.choices(words, k=12)) for _ in range(chance.randint(5, 60)))
        html = (
            "<html><body>" + "".join(f"<p style='color:red'>{line}</p>" for line in text.split("\n")) + "</body></html>"
        )
        head = "".join(
            f"Received: from a{i}.example by b.example; Mon, 1 Jan 2024 10:00:0{i} +0000\n" for i in range(4)
        )
        head += (
            f"From: =?utf-8?Q?J=C3=B6rg?= <c{number}@shop.example>\nTo: desk@help.example\nSubject: Question {number}\n"
        )
        head += f"Message-ID: <{number}@shop.example>\nDate: Mon, 1 Jan 2024 10:00:00 +0100\nMIME-Version: 1.0\n"
        head += "DKIM-Signature: v=1; a=rsa-sha256; d=shop.example;\n\tbh=abc;\n\tb=" + "x" * 300 + "\n"
        both = [part("text/plain; charset=utf-8", text.encode()), part("text/html; charset=utf-8", html.encode())]
        if number % 3 == 0:
            found.append(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode())
        elif number % 3 == 1:
            found.append(multipart("alternative", both, head=head))
        else:
            inner = multipart("alternative", both, boundary="=_i", head="")
            file = part("application/pdf; name=a.pdf", chance.randbytes(20_000), "Content-Disposition: attachment\n")
            found.append(multipart("mixed", [inner, file], head=head))
    return found
