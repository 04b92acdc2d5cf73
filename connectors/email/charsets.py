"""Turns bytes into text whatever their charset claims to be; it never fails."""

import encodings
import re
from collections.abc import Iterable, Iterator
from encodings.aliases import aliases
from functools import lru_cache

import chardet

_WIDER = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "tis_620": "cp874",
    "iso8859_11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "johab": "cp949",
    "big5": "big5hkscs",
}
"""What a name says, and the wider charset mails of that name really use (as browsers do)."""
_ODD = {
    "unicode_1_1_utf_7": "utf_7",
    "utf8mb4": "utf_8",
    "x_utf_8": "utf_8",
    "unicode": "utf_8",
    "x_sjis": "cp932",
    "windows_31j": "cp932",
    "ms_kanji": "cp932",
    "x_euc_jp": "euc_jp",
    "x_gbk": "gb18030",
    "x_big5": "big5hkscs",
    "ks_c_5601": "cp949",
    "x_windows_949": "cp949",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_8_e": "iso8859_8",
    "x_mac_roman": "mac_roman",
    "macintosh": "mac_roman",
    "x_mac_cyrillic": "mac_cyrillic",
}
_NOT_FOR_MAIL = {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec", "mbcs"}
_KNOWN = (set(aliases.values()) | {"utf_8_sig", "koi8_u", "koi8_t", "cp874", "cp720"}) - _NOT_FOR_MAIL
_ONE_BYTE = re.compile(r"cp(1[0-9]{3}|8[0-9]{2}|437|720|737|775)|iso8859_\d+|koi8_.|mac_\w+|hp_roman8|ptcp154")
_JAPANESE = re.compile(r"iso2022_jp")
_SHIFT = re.compile(rb"\x1b(\$[@B]|\([BJI]|\$\([A-Z])")
_DETECTED_BYTES = 20_000
_ENOUGH_FOR_DETECTION = 4


@lru_cache(maxsize=256)
def known(name: str) -> str:
    """The codec for a charset's name, the wider one where mails mean that; empty for a name nobody knows."""
    plain = encodings.normalize_encoding(name.strip(" \t'\"")[:40]).lower()
    plain = re.sub(r"^(windows|cp)_?(?=\d)", "cp", plain)
    plain = _ODD.get(plain) or aliases.get(plain) or aliases.get(plain.replace("_", "")) or plain
    plain = _WIDER.get(plain, plain)
    return plain if plain in _KNOWN else ""


def decode(raw: bytes, declared: str = "", others: Iterable[str] = ()) -> str:
    """The text the bytes mean, by the declared charset where it holds; then the mail's others, UTF-8, a detector."""
    if raw.isascii() and b"\x1b" not in raw and (not declared or known(declared) in ("", "cp1252", "utf_8")):
        return clean(raw.decode("ascii"))
    codec = known(declared)
    for candidate in _candidates(raw, codec, others):
        found = _strictly(raw, candidate)
        if found is not None:
            return clean(found)
    return clean(_nearly_utf8(raw) or _detected(raw, codec))


def clean(words: str) -> str:
    """Text without NUL, a byte order mark and lone surrogates, so that it can be stored anywhere."""
    if words.isascii():
        return words.replace("\x00", "") if "\x00" in words else words
    words = words.removeprefix("\ufeff").replace("\x00", "")
    return words.encode("utf-8", "replace").decode()


def _candidates(raw: bytes, codec: str, others: Iterable[str]) -> Iterator[str]:
    """In which order to try; UTF-8 that is called a one-byte charset is UTF-8: nobody writes such letters by chance."""
    if codec and _ONE_BYTE.fullmatch(codec) is not None:
        yield "utf_8"
    if codec and not (codec.startswith(("utf_16", "utf_32")) and raw.isascii() and b"\x00" not in raw):
        yield codec
    yield "utf_8"
    yield from filter(None, map(known, others))


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return _from_jis(raw) if _JAPANESE.match(codec) else raw.decode(codec)
    except (ValueError, LookupError):
        return None


def _from_jis(raw: bytes) -> str:
    """ISO-2022-JP by way of cp932, which also has the makers' own letters (① ㈱) mails are full of."""
    if not raw.isascii():
        raise ValueError("eight-bit letters in a seven-bit charset")
    pieces = _SHIFT.split(raw)
    read = [pieces[0].decode("ascii")]
    for shift, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        read.append(_jis_piece(shift, piece))
    return "".join(read)


def _jis_piece(shift: bytes, piece: bytes) -> str:
    match shift:
        case b"(B" | b"(J":
            return piece.decode("ascii")
        case b"(I":
            return bytes(byte | 0x80 for byte in piece).decode("cp932")
        case b"$@" | b"$B":
            return "".join(_jis_line(line) for line in piece.splitlines(keepends=True))
        case _:
            return (b"\x1b" + shift + piece + b"\x1b(B").decode("iso2022_jp_2")


def _jis_line(line: bytes) -> str:
    letters = line.rstrip(b"\r\n")
    pairs = zip(letters[::2], letters[1::2], strict=False)
    return b"".join(_shifted(row, cell) for row, cell in pairs).decode("cp932") + line[len(letters) :].decode()


def _shifted(row: int, cell: int) -> bytes:
    """One letter of JIS as Shift-JIS, by the arithmetic that relates them."""
    if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        raise ValueError("no letter of JIS X 0208")
    first = ((row - 0x21) >> 1) + 0x81
    first += 0x40 if first > 0x9F else 0
    second = cell + 0x7E if row % 2 == 0 else cell + 0x1F + (cell >= 0x60)
    return bytes((first, second))


def _nearly_utf8(raw: bytes) -> str:
    """UTF-8 with a few damaged letters, those replaced; empty where it is something else."""
    read = raw.decode("utf-8", "replace")
    damaged = read.count("\ufffd")
    whole = len(read) - len(read.encode("ascii", "ignore")) - damaged
    return read if damaged * 3 <= whole else ""


def _detected(raw: bytes, codec: str) -> str:
    guess = ""
    if sum(byte > 127 for byte in raw[:_DETECTED_BYTES]) >= _ENOUGH_FOR_DETECTION:
        guess = known(str(chardet.detect(raw[:_DETECTED_BYTES]).get("encoding") or ""))
    found = _strictly(raw, guess) if guess else None
    if found is not None:
        return found
    try:
        return raw.decode(guess or codec.replace("utf_8", "cp1252") or "cp1252", "replace")
    except (ValueError, LookupError):
        return raw.decode("cp1252", "replace")
