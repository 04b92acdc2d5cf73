"""Settings that are wrong are named kindly, all at once, and no secret is repeated."""

from pathlib import Path

import pytest

from bot import sections
from bot.sections import WrongSettings

WRONG = {
    "LOG_LEVEL": ("LOUD", "it must be one of DEBUG, INFO, WARNING, ERROR"),
    "HTTP_PORT": ("99999", "at most 65535"),
    "HTTP_HOST": ("no such host", "no address of this machine"),
    "PUBLIC_URL": ("desk", "for example https://desk.example.com"),
    "TRUSTED_PROXIES": ("127.0.0.1, abc", "abc is no address"),
    "ADMIN": ("bad name", "no spaces"),
    "LANGUAGE": ("fr", "en, de"),
    "TIME_ZONE": ("Mars/X", "Europe/Berlin"),
    "HOLD_CHAT": ("soon", "a length of time"),
    "GIVE_UP": ("0s", "longer than nothing"),
    "SECRET_KEY": ("tooshort", "at least 32 characters"),
    "DATABASE_URL": ("mysql://desk:hidden@host/x", "postgresql://user:password@host/name"),
    "WEBCHAT_ON": ("maybe", "true or false"),
    "WEBCHAT_COLOUR": ("red", "#rrggbb"),
    "WEBCHAT_POSITION": ("top", "left or right"),
    "WEBCHAT_ORIGINS": ("shop.example", "https://shop.example"),
    "WEBCHAT_NAME": ("The Shop", "Name of that channel"),
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of this machine is read."""
    monkeypatch.chdir(tmp_path)


def test_all_that_is_wrong_is_named_at_once_and_kindly(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (value, _) in WRONG.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings) as caught:
        sections.read(serves=True)
    said = {each.setting: str(each.said) for each in caught.value.wrong}
    assert set(said) == set(WRONG)
    assert [name for name, (_, right) in WRONG.items() if right not in str(caught.value)] == []
    assert "hidden" not in str(caught.value)
    assert "tooshort" not in str(caught.value)


@pytest.mark.parametrize("name", ["HOLD_CHAT", "HOLD_MAIL", "RELINK"])
def test_zero_is_right_where_it_makes_sense(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "0s")
    sections.read(serves=True)
