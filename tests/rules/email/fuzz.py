"""Breaks mails at random and reads them: `python -m tests.rules.email.fuzz SEED COUNT`. The same seed does the same."""

import random
import sys
from pathlib import Path

from connectors.email import html
from connectors.email.reading import read
from tests.rules.email import letters

_MAILS = Path(__file__).parent / "mails"
_TOKENS = (
    b"\n\n",
    b"\r\n",
    b"\r",
    b"--=_b\n",
    b"--=_b--\n",
    b"Content-Type: multipart/mixed; boundary==_b\n",
    b'"',
    b"<",
    b"(",
    b"=?",
    b"Content-Transfer-Encoding: base64\n",
    b"?=",
    b"\xff\xfe",
    b"\x00",
    b"<div class=gmail_quote>",
    b"<!--",
    b"charset=utf-16",
    b"charset=iso-2022-jp",
    b"\x1b$B",
    b"> ",
    b"From: ",
    b"From ",
    b"message/rfc822",
    b"message/delivery-status",
    b"&#xd800;",
    b"text/html",
    b"On 1:1 a@b wrote:\n",
    b"-- \n",
    b"format=flowed",
    b"filename*0*=",
    b"\xe2\x80\xae",
    b"+ACI-",
    b"=3D",
    b"; ",
)


def corpus() -> list[bytes]:
    """The mails to begin with."""
    return [path.read_bytes() for path in sorted(_MAILS.glob("*.eml"))] + letters.ordinary(6) + [letters.nested(5)]


def broken(raw: bytes, chance: random.Random) -> bytes:
    """The mail with some bytes changed, doubled, lost, moved or put in."""
    found = bytearray(raw)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(found) + 1)
        end = min(len(found), at + chance.choice((1, 3, 40, 400)))
        match chance.randrange(5):
            case 0:
                found[at:end] = b""
            case 1:
                found[at:at] = chance.choice(_TOKENS) * chance.choice((1, 1, 2, 30))
            case 2:
                found[at:at] = found[at:end]
            case 3:
                found[at:end] = chance.randbytes(end - at)
            case _:
                moved = found[at:end]
                del found[at:end]
                to = chance.randrange(len(found) + 1)
                found[to:to] = moved
    return bytes(found)


def run(seed: int, count: int) -> None:
    """Reads so many broken mails, undoing all of each; raises where one cannot be read."""
    mails = corpus()
    for number in range(count):
        chance = random.Random(seed * 1_000_003 + number)
        raw = broken(chance.choice(mails), chance)
        try:
            ask(raw)
        except Exception as trouble:
            raise AssertionError(f"seed {seed}, mail {number}: {raw!r}") from trouble


def ask(raw: bytes) -> None:
    """Reads one mail whole, and checks what holds for any."""
    mail = read(raw)
    assert mail.unreadable is None, mail.unreadable
    assert mail.message_id
    for said in (
        mail.subject,
        mail.author.name,
        mail.text,
        mail.html,
        mail.folded.full,
        *(one.name for one in mail.attachments),
    ):
        said.encode()
        assert "\x00" not in said
    assert "".join(piece.text for piece in mail.folded.pieces) == mail.folded.full
    assert sum(len(one.content()) for one in mail.attachments) <= 2 * len(raw) + 100
    shown = html.safe(mail.html, lambda _: None).html.lower()
    assert "<script" not in shown
    assert (mail.notes, mail.language, mail.bounce, mail.report) is not None


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2]))
