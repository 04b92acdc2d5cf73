"""Undoes a part's transfer encoding; damaged ones give what can be saved, never an exception."""

import binascii
import re

_ONLY_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]*\Z")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} [^\n]*\n", re.MULTILINE)


def content(raw: bytes, encoding: str) -> bytes:
    """The bytes a part stands for; by a name nobody knows, as they are."""
    match encoding.strip(" \t\"'").partition(";")[0].strip():
        case "base64":
            return raw if _is_plain(raw) else base64(raw)
        case "quoted-printable":
            return binascii.a2b_qp(raw)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _uu(raw)
        case _:
            return raw


def base64(raw: bytes) -> bytes:
    """Base64 with or without padding, with letters that are none, in several pieces, or cut short."""
    pad = raw.find(b"=")
    rest = raw[pad:].lstrip(b"=\r\n\t ") if pad >= 0 else b""
    if not rest:
        return _piece(raw)
    pieces = re.split(rb"=+\s*", raw) if _ONLY_BASE64.match(rest) else [raw[:pad]]
    return b"".join(map(_piece, pieces))


def quoted(raw: bytes) -> bytes:
    """The Q encoding of a header, which writes a space as an underscore."""
    return binascii.a2b_qp(raw, header=True)


def _is_plain(raw: bytes) -> bool:
    """Text that only claims to be base64: its first line has several words."""
    return len(raw[:200].strip().partition(b"\n")[0].split()) > 2


def _piece(raw: bytes) -> bytes:
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", raw)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uu(raw: bytes) -> bytes:
    begin = _BEGIN.search(raw)
    lines = (raw[begin.end() :] if begin else raw).splitlines()
    found = bytearray()
    for line in lines:
        if line.strip() == b"end":
            break
        found += _uu_line(line)
    return bytes(found)


def _uu_line(line: bytes) -> bytes:
    """One line; some writers count wrong, so what its length says is taken."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""
