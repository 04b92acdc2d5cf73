"""Bytes become text whatever their charset claims to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.charsets import decode, known

RUSSIAN = "Здравствуйте, у меня не работает заказ, помогите пожалуйста"


@pytest.mark.parametrize(
    ("raw", "declared", "read"),
    [
        ("“quoted” €".encode("cp1252"), "iso-8859-1", "“quoted” €"),
        ("“quoted”".encode("cp1252"), "us-ascii", "“quoted”"),
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode("latin-1"), "utf-8", "Grüße"),
        ("你好，订单㐀".encode("gb18030"), "gb2312", "你好，订单㐀"),
        ("①テスト㈱".encode("cp932"), "shift_jis", "①テスト㈱"),
        (b"\x1b$B-!%F%9%H\x1b(B ok", "iso-2022-jp", "①テスト ok"),
        ("안녕 똠방".encode("cp949"), "ks_c_5601-1987", "안녕 똠방"),
        (RUSSIAN.encode("koi8-r"), "koi8-r", RUSSIAN),
        (RUSSIAN.encode("cp1251"), "x-unknown", RUSSIAN),
        ("Grüße".encode(), "", "Grüße"),
        ("Grüße".encode(), "idna", "Grüße"),
        (b"plain", "utf-16", "plain"),
        ("€".encode("utf-16"), "utf-16", "€"),
        (b"\xef\xbb\xbfhello\x00", "utf-8", "hello"),
        ("Grüße und Küsse für alle".encode() + b"\xff", "utf-8", "Grüße und Küsse für alle\ufffd"),
        ("日本語".encode("euc-jp"), "'EUC-JP'", "日本語"),
        (b"", "utf-8", ""),
    ],
)
def test_what_bytes_mean(raw: bytes, declared: str, read: str) -> None:
    assert decode(raw, declared) == read


def test_the_mails_other_charsets_are_tried_before_guessing() -> None:
    assert decode("привет".encode("cp1251"), "x-unknown", ["windows-1251"]) == "привет"


@pytest.mark.parametrize(
    "name", ["zlib", "base64", "rot13", "idna", "punycode", "unicode_escape", "x" * 500, "", "\x00", "../x"]
)
def test_codecs_that_are_no_charsets_of_mail_are_not_used(name: str) -> None:
    assert known(name) == ""


@given(
    st.binary(max_size=300),
    st.sampled_from(["utf-8", "iso-2022-jp", "utf-7", "utf-16", "gb2312", "hz", "big5", "x", ""]),
)
def test_any_bytes_become_text_that_can_be_stored(raw: bytes, declared: str) -> None:
    assert "\x00" not in decode(raw, declared)
    decode(raw, declared).encode()
