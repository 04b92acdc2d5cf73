"""The form in which a channel's or team chat's keys are entered: a key that is set is never shown again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.connecting import Connection, FromEnv, Guide, Input, Key
from core.connector import Finding, Severity
from core.show import Text, text
from core.vault import Vault, is_sealed, sealed_at

_CARRIED_S = 3600
"""What was entered and tried, but not saved, is taken from its page for so long."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is being set up: a channel's row or a team chat, with what is kept of it and what `.env` says."""

    name: str
    guide: Guide
    kept: Mapping[str, Any]
    """Its settings as they are kept: keys sealed."""
    env: FromEnv | None = None
    """What `.env` says of just this one."""

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/room/{'team-chats' if self.guide.is_room else 'channels'}/{self.name}"

    @property
    def is_whole(self) -> bool:
        """Whether `.env` describes all of it, so that nothing can be entered here."""
        return self.env is not None and self.guide.name != "webchat"

    def holds(self, key: Key) -> bool:
        """Whether a key is read from `.env`."""
        return self.env is not None and (self.is_whole or key.setting in self.env.settings)

    def known(self, vault: Vault) -> dict[str, str]:
        """What is kept, in the clear, under the names of `.env`; what cannot be read any more is as if it were not."""
        lost = set(vault.lost(self.kept))
        return self.guide.as_set(vault.opened({name: value for name, value in self.kept.items() if name not in lost}))


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody entered: the values that count, those that are not saved yet, and what was found out about them."""

    values: Mapping[str, str]
    changed: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    notes: Sequence[Text] = ()
    refused: Text | None = None
    """Why what was asked for was not done."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form."""

    key: Key
    value: str
    """What stands in it; of a secret never anything."""
    is_set: bool
    set_at: datetime | None
    is_fresh: bool
    """Whether it was entered, but not saved."""
    is_lost: bool
    """Whether it was sealed under another SECRET_KEY."""
    from_env: bool
    wrong: Text | None

    @property
    def is_oauth(self) -> bool:
        """Whether it belongs to signing in at a provider."""
        return "_OAUTH_" in self.key.setting

    @property
    def type(self) -> str:
        """The type of its input."""
        return "password" if self.key.is_secret else self.key.input.value


def fields(subject: Subject, entered: Entered, vault: Vault) -> list[Field]:
    """The fields of a form, in the order of its guide."""
    lost, wrong = set(vault.lost(subject.kept)), {}
    for finding in reversed(entered.findings):
        if finding.severity is Severity.ERROR:
            wrong[finding.setting] = finding.text
    return [_field(subject, entered, key, lost, wrong.get(key.setting)) for key in subject.guide.keys]


def _field(subject: Subject, entered: Entered, key: Key, lost: set[str], wrong: Text | None) -> Field:
    kept = subject.kept.get(subject.guide.field(key.setting))
    hides = key.is_secret or is_sealed(kept)
    return Field(
        key=key, value="" if hides else entered.values.get(key.setting, ""), is_set=bool(kept) and hides,
        set_at=sealed_at(kept), is_fresh=key.is_secret and bool(entered.changed.get(key.setting)),
        is_lost=subject.guide.field(key.setting) in lost, from_env=subject.holds(key), wrong=wrong,
    )  # fmt: skip


def read(subject: Subject, form: Mapping[str, str], vault: Vault, who: int | None) -> Entered:
    """What a form says, on top of what is kept and of what was entered before and carried along."""
    known, carried = subject.known(vault), _carried(form.get("carried", ""), vault, subject, who)
    values, changed = dict(known), {}
    for key in subject.guide.keys:
        if subject.holds(key):
            continue
        value = _value(key, form, carried.get(key.setting, known[key.setting]), is_hidden=_hides(subject, key))
        values[key.setting] = value
        if value != known[key.setting]:
            changed[key.setting] = value
    return Entered(values, changed)


def _hides(subject: Subject, key: Key) -> bool:
    return key.is_secret or is_sealed(subject.kept.get(subject.guide.field(key.setting)))


def _value(key: Key, form: Mapping[str, str], before: str, *, is_hidden: bool) -> str:
    """An empty field of a hidden key leaves it as it is."""
    typed = form.get(key.setting, "").strip()
    if key.input is Input.YES:
        return "True" if typed else ""
    if not is_hidden:
        return typed if key.setting in form else before
    if form.get(f"remove.{key.setting}"):
        return ""
    return typed or before


def carry(subject: Subject, entered: Entered, vault: Vault, who: int | None) -> str:
    """The secrets that were entered and not saved, as the page may carry them: only this desk can read them."""
    secret = {key.setting for key in subject.guide.keys if key.is_secret}
    fresh = {name: value for name, value in entered.changed.items() if name in secret and value}
    return vault.wrapped(json.dumps([subject.path, who, fresh])) if fresh else ""


def _carried(words: str, vault: Vault, subject: Subject, who: int | None) -> dict[str, str]:
    told = vault.unwrapped(words, lasts_s=_CARRIED_S) if words else None
    if told is None:
        return {}
    path, whose, fresh = json.loads(told)
    return dict(fresh) if (path, whose) == (subject.path, who) else {}


def to_be_confirmed(entered: Entered, form: Mapping[str, str]) -> list[Finding]:
    """What has to be confirmed before it is kept: that older mails come in."""
    since = entered.changed.get("EMAIL_SINCE")
    if not since or form.get("confirmed") == since:
        return []
    said = text("Mails since {day} will be taken in as history. Tick “Yes, take them in”, then save again.", day=since)
    return [Finding(Severity.ERROR, said, "EMAIL_SINCE")]


def sealed(connection: Connection, entered: Entered, vault: Vault, now: datetime) -> dict[str, Any]:
    """What is to be kept of what was entered: keys sealed."""
    return vault.sealed(connection.guide.as_row(entered.changed), connection.guide.secrets, now)
