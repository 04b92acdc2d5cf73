"""What is sealed can be read with the desk's own key alone, and says when it was entered."""

from datetime import UTC, datetime

import pytest

from bot.guides import GUIDES, SECRETS
from core.vault import Lost, Vault, is_sealed, sealed_at

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
KEY, OTHER = "first-key-of-this-desk-0123456789abc", "other-key-of-this-desk-0123456789abc"


def test_what_is_sealed_is_read_with_the_same_key_and_no_other() -> None:
    kept = Vault(KEY).seal("123:abc", NOW)
    assert "123:abc" not in str(kept)
    assert sealed_at(kept) == NOW
    assert Vault(KEY).open("bot_token", kept) == "123:abc"
    with pytest.raises(Lost, match="bot_token was kept under another SECRET_KEY"):
        Vault(OTHER).open("bot_token", kept)


def test_what_was_changed_on_its_way_is_lost_too() -> None:
    kept = Vault(KEY).seal("123:abc", NOW)
    for odd in ({**kept, "sealed": kept["sealed"][:-4] + "AAA="}, {**kept, "by": "9"}, {"sealed": 7, "by": "1"}):
        with pytest.raises(Lost):
            Vault(KEY).open("bot_token", odd)


def test_only_what_is_secret_is_sealed_and_only_once() -> None:
    settings = {"address": "a@shop.example", "password": "p", "imap_url": "imaps://a:p@imap.shop.example", "ack": True}
    vault = Vault(KEY)
    once = vault.sealed(settings, SECRETS["email"], NOW)
    assert {name for name, value in once.items() if is_sealed(value)} == {"password", "imap_url"}
    assert vault.sealed(once, SECRETS["email"], NOW) == once
    assert vault.opened(once) == settings
    assert Vault(OTHER).lost(once) == ["password", "imap_url"]


def test_what_is_carried_along_comes_back_within_its_time() -> None:
    carried = Vault(KEY).wrapped("words")
    assert Vault(KEY).unwrapped(carried, lasts_s=60) == "words"
    assert Vault(KEY).unwrapped(carried, lasts_s=-60) is None
    assert Vault(OTHER).unwrapped(carried, lasts_s=60) is None
    assert Vault(KEY).unwrapped("nonsense", lasts_s=60) is None


def test_every_setting_with_a_secrets_name_is_secret() -> None:
    for guide in GUIDES.values():
        named = {key.setting for key in guide.keys if any(w in key.setting for w in ("SECRET", "PASSWORD", "_TOKEN"))}
        secret = {key.setting for key in guide.keys if key.is_secret}
        assert named - secret <= {"EMAIL_OAUTH_TOKEN_URL", "EMAIL_OAUTH_SECRET_UNTIL"}, guide.name
