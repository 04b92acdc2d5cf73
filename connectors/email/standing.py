"""How a mailbox stands: when it was last reached, when a mail last came, how many still wait there."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from core import kept, parts
from core.actor import SYSTEM
from core.connector import Finding, Severity
from core.desk import Desk
from core.show import Text, text, texts
from core.store import Desks

SILENT, BEHIND = timedelta(minutes=20), timedelta(minutes=10)
"""A mailbox counts as silent when it was not reached for so long, and as behind when mails wait there so long."""
_SELDOM = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept of a mailbox; times as ISO 8601, empty where it never was."""

    reached: str = ""
    mail: str = ""
    waiting: int = 0
    behind_since: str = ""


class Standing:
    """The facts of one mailbox, written down once a minute at most."""

    def __init__(self, desks: Desks, channel_id: int, part: str) -> None:
        self._desks, self._name, self._part = desks, f"mailbox-facts:{channel_id}", part
        self._facts = Facts()
        self._written: datetime | None = None

    async def reached(self) -> None:
        """The mailbox answered, and nothing waits there."""
        await self._note(replace(self._facts, waiting=0, behind_since=""))

    async def took(self, mails: int, waiting: int) -> None:
        """Mails were taken, others still wait."""
        now = self._desks.clock().isoformat()
        since = (self._facts.behind_since or now) if waiting else ""
        await self._note(replace(self._facts, mail=now if mails else self._facts.mail, waiting=waiting,
                                 behind_since=since))  # fmt: skip

    async def _note(self, facts: Facts) -> None:
        now = self._desks.clock()
        is_due = self._written is None or now - self._written >= _SELDOM
        is_news = facts.mail != self._facts.mail and not facts.waiting
        self._facts = replace(facts, reached=now.isoformat())
        if not is_due and not is_news:
            return
        self._written = now

        def body(desk: Desk) -> None:
            known = _read(desk, self._name)
            told = replace(self._facts, mail=self._facts.mail or known.mail)
            kept.keep(desk, self._name, json.dumps(asdict(told)))
            if _is_behind(told, now):
                said = _waits(told, self._part)
                parts.failed(desk, self._part, f"{told.waiting} mails wait", said)

        await self._desks.change(SYSTEM, body)


def findings(desk: Desk, channel_id: int, name: str) -> Sequence[Finding]:
    """What `check` says of a mailbox that is read: also where it is read by another process."""
    facts = _read(desk, f"mailbox-facts:{channel_id}")
    if not facts.reached:
        return ()
    ago = desk.now - datetime.fromisoformat(facts.reached)
    if ago > SILENT:
        said = text("The mailbox of {name} was last reached {ago} ago.", name=name, ago=ago)
        return (Finding(Severity.WARNING, said, "EMAIL_IMAP_URL"),)
    if _is_behind(facts, desk.now):
        return (Finding(Severity.WARNING, _waits(facts, name), "EMAIL_IMAP_URL"),)
    if not facts.mail:
        return (Finding(Severity.ON, text("The mailbox of {name} was reached {ago} ago.", name=name, ago=ago)),)
    last = desk.now - datetime.fromisoformat(facts.mail)
    said = text("The mailbox of {name} was reached {ago} ago; the last mail came {last} ago.", name=name, ago=ago,
                last=last)  # fmt: skip
    return (Finding(Severity.ON, said),)


def _waits(facts: Facts, name: str) -> Text:
    return texts(
        "{count} mail waits in the mailbox of {name}.",
        "{count} mails wait in the mailbox of {name}.",
        count=facts.waiting, name=name,
    )  # fmt: skip


def _is_behind(facts: Facts, now: datetime) -> bool:
    return bool(facts.behind_since) and now - datetime.fromisoformat(facts.behind_since) > BEHIND


def _read(desk: Desk, name: str) -> Facts:
    said = kept.read(desk, name)
    return Facts(**json.loads(said)) if said else Facts()
