"""A mailbox for the bench: threads in many charsets, texts and HTML, files, mails that came twice, damaged ones."""

import base64
import quopri
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.rules.email.letters import multipart, part

_ENGLISH = "please order invoice delivery number broken again soon lamp shade thanks hello week refund cable".split()
_GERMAN = (
    "bitte Rechnung Lieferung größer Straße kaputt würde danke Grüße Lampe Schirm Woche nächste schön Kabel".split()
)
_TONGUES = (
    ("iso-8859-1", "Größe und Straße, schöne Grüße"),
    ("iso-8859-15", "zwölf € für die Lüftung"),
    ("windows-1252", "„Größe“ – für 12 €"),
    ("iso-8859-2", "zażółć gęślą jaźń"),
    ("windows-1250", "příliš žluťoučký kůň"),
    ("koi8-r", "лампа не работает"),
    ("windows-1251", "счёт за доставку"),
    ("iso-8859-7", "η λάμπα έσπασε"),
    ("iso-2022-jp", "ランプが壊れました"),
    ("shift_jis", "請求書をお願いします"),
    ("euc-kr", "램프가 고장났습니다"),
    ("gb2312", "台灯坏了请帮忙"),
    ("big5", "燈壞了請幫忙"),
    ("utf-8", "💡 größer, лампа, ランプ"),
)
_DAMAGES = (
    (rb"charset=utf-8", b"charset=x-unheard-of"),
    (rb"charset=utf-8", b"charset=us-ascii"),
    (rb"Message-ID: <(.*)>", rb"Message-ID: <[\1]>"),
    (rb"Message-ID: .*\n", b""),
    (rb"Date: .*", b"Date: yesterday, after tea"),
    (rb"Subject: .*", "Subject: Größe".encode("iso-8859-1")),
    (rb"From: .*?<", b"From: Doe, Jane (home <x>) <"),
    (rb"Encoding: 8bit", b"Encoding: nine-bit"),
    (rb"Encoding: 8bit", b"Encoding: base64"),
    (rb"\A", b"From somebody Mon Jan  1 10:00:00 2024\n"),
    (rb"MIME-Version", b"this is no field of a header\nMIME-Version"),
    (rb"text/plain; charset=utf-8", b"multipart/mixed"),
)
"""What is wrong with a mail: where in it, and what stands there instead."""
_LOGO = random.Random(0).randbytes(4_000)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it lies in the mailbox, and what must be found in the desk afterwards."""

    raw: bytes = field(repr=False)
    key: str
    mark: str
    """A word that stands only in this mail."""
    thread: int
    words: str
    """What a reader must be able to read in it; empty where it is damaged."""


@dataclass(slots=True)
class _Thread:
    number: int
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Draft:
    number: int
    thread: _Thread
    charset: str
    words: str
    chance: random.Random

    @property
    def mark(self) -> str:
        return f"mark{self.number:06}q"

    @property
    def key(self) -> str:
        return f"<{self.number:06}.{self.thread.number}@c{self.thread.number}.example>"


def mailbox(count: int, *, start: int = 0) -> list[Letter]:
    """So many mails in the order they came, numbered from `start`; the same numbers are the same mails. Of a hundred
    about fifty answer, ten carry a file of 50 KB, four are damaged, two are an earlier one once more.
    """
    chance = random.Random(start)
    threads: list[_Thread] = []
    found: list[Letter] = []
    while len(found) < count:
        if found and chance.random() < 0.02:
            found.append(chance.choice(found))
        else:
            found.append(_letter(start + len(found), threads, chance))
    return found


def _letter(number: int, threads: list[_Thread], chance: random.Random) -> Letter:
    charset, words = ("utf-8", "schöne Grüße")
    if chance.random() < 0.3:
        charset, words = chance.choice(_TONGUES)
    if number % 25 == 24:
        draft = _Draft(number, _Thread(number), "utf-8", words, chance)
        return Letter(_damaged(draft), draft.key, draft.mark, number, "")
    thread = _thread(number, threads, chance)
    draft = _Draft(number, thread, charset, words, chance)
    raw = _composed(draft)
    thread.keys.append(draft.key)
    return Letter(raw, draft.key, draft.mark, thread.number, words)


def _thread(number: int, threads: list[_Thread], chance: random.Random) -> _Thread:
    """A new one, or one of the latest; now and then somebody writes twice in a row."""
    if not threads or chance.random() < 0.48:
        threads.append(_Thread(number))
        return threads[-1]
    return threads[-1] if chance.random() < 0.1 else chance.choice(threads[-40:])


def _damaged(draft: _Draft) -> bytes:
    """A plain mail with one thing wrong."""
    where, wrong = _DAMAGES[draft.number // 25 % len(_DAMAGES)]
    body = _text(draft).encode()
    fields = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    return re.sub(where, wrong, _head(draft).encode() + fields + body, count=1)


def _composed(draft: _Draft) -> bytes:
    """Text, HTML or both, as mail programs send them, with the files that go along."""
    text = _text(draft)
    markup = "".join(f"<p style='margin:0'>{line}</p>" for line in text.split("\n"))
    page = f"<html><head><title>x</title></head><body><div dir=ltr>{markup}</div></body></html>"
    shape = draft.chance.random()
    plain, html = _part("text/plain", text, draft), _part("text/html", page, draft)
    if shape < 0.55:
        words = multipart("alternative", [plain, html], boundary="=_alternative", head="")
    else:
        words = plain if shape < 0.85 else html
    files = _files(draft)
    if not files:
        return _head(draft).encode() + words
    return multipart("mixed", [words, *files], boundary="=_mixed", head=_head(draft))


def _files(draft: _Draft) -> Sequence[bytes]:
    chance = draft.chance.random()
    if chance < 0.1:
        named = f'Content-Disposition: attachment; filename="invoice-{draft.number}.pdf"\n'
        return [part("application/pdf", b"%PDF-1.4" + draft.chance.randbytes(50_000), named)]
    if chance < 0.15:
        return [part("image/png", b"\x89PNG" + _LOGO, 'Content-Disposition: inline; filename="logo.png"\n')]
    return []


def _text(draft: _Draft) -> str:
    """One to three KB: own words, and below an answer what it answers."""
    chance = draft.chance
    vocabulary = _GERMAN if draft.charset in ("utf-8", "iso-8859-1", "iso-8859-15") else _ENGLISH
    lines = [" ".join(chance.choices(vocabulary, k=11)) for _ in range(chance.randint(10, 25))]
    own = "\n".join([f"Hello, {draft.mark}", draft.words, *lines, "", "-- ", "Jane Doe"])
    if not draft.thread.keys:
        return own
    quoted = "\n".join("> " + " ".join(chance.choices(_ENGLISH, k=10)) for _ in range(8))
    return f"{own}\n\nOn Mon, Jan 1, 2024 at 10:00 AM Help <support@shop.example> wrote:\n{quoted}\n"


def _part(media: str, words: str, draft: _Draft) -> bytes:
    raw = words.encode(draft.charset)
    fields = f"Content-Type: {media}; charset={draft.charset}\nContent-Transfer-Encoding: "
    match draft.chance.choice(("8bit", "base64", "quoted-printable", "quoted-printable")):
        case "base64":
            return f"{fields}base64\n\n".encode() + base64.encodebytes(raw)
        case "quoted-printable":
            return f"{fields}quoted-printable\n\n".encode() + quopri.encodestring(raw)
        case _:
            return f"{fields}{'7bit' if draft.charset == 'iso-2022-jp' else '8bit'}\n\n".encode() + raw


def _head(draft: _Draft) -> str:
    who = draft.thread.number
    lines = [f"Return-Path: <jane@c{who}.example>", "Delivered-To: support@shop.example"]
    lines += [f"Received: from r{i}.example by r{i + 1}.example; Mon, 1 Jan 2024 10:00:0{i} +0000" for i in range(4)]
    lines += ["DKIM-Signature: v=1; a=rsa-sha256; d=c.example; s=k;\n\tbh=" + "b" * 44 + ";\n\tb=" + "x" * 344]
    lines += [f"From: {_encoded(f'Jane Döe {who}')} <jane@c{who}.example>", "To: Help <support@shop.example>"]
    lines += [f"Subject: {_encoded(f'Frage {who} zur Größe', is_answer=bool(draft.thread.keys))}"]
    lines += [f"Message-ID: {draft.key}", "Date: Mon, 1 Jan 2024 10:00:00 +0100", "MIME-Version: 1.0"]
    return "\n".join([*lines, *_answering(draft)]) + "\n"


def _encoded(words: str, *, is_answer: bool = False) -> str:
    return ("Re: " if is_answer else "") + f"=?utf-8?B?{base64.b64encode(words.encode()).decode()}?="


def _answering(draft: _Draft) -> Sequence[str]:
    """Most programs write both fields, some only one of them; one in twenty answers is a machine's."""
    keys = draft.thread.keys
    if not keys:
        return ()
    references, reply = "References: " + "\n ".join(keys[-20:]), f"In-Reply-To: {keys[-1]}"
    automatic = ("Auto-Submitted: auto-replied",) if draft.chance.random() < 0.05 else ()
    chance = draft.chance.random()
    if chance < 0.1:
        return references, *automatic
    return (reply, *automatic) if chance < 0.2 else (reply, references, *automatic)
