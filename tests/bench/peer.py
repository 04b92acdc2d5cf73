"""django-helpdesk, as it comes from PyPI, takes in a mailbox: run by the Python of its own environment.

`peer.py FOLDER prepare` makes an empty desk there; `peer.py FOLDER single|drained MAILS WARM` reads the mails of two
folders and prints how many seconds the first took.
"""

import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django  # type: ignore[import-not-found]
from django.conf import settings  # type: ignore[import-not-found]

_APPS = ("auth", "contenttypes", "sessions", "sites", "messages", "admin", "humanize", "staticfiles")


class Mailbox:
    """What its IMAP reading asks of a server, answered from memory."""

    def __init__(self, mails: Sequence[bytes]) -> None:
        self._mails = {str(number).encode(): raw for number, raw in enumerate(mails, 1)}
        self.is_empty = not mails

    def search(self, *_: object) -> tuple[str, list[bytes]]:
        """What was not fetched yet: a mail that stopped the last run is out of the way, as its owner would have it."""
        return "OK", [b" ".join(self._mails)]

    def fetch(self, number: bytes, _: str) -> tuple[str, list[tuple[bytes, bytes]]]:
        """One mail."""
        raw = self._mails.pop(number)
        self.is_empty = not self._mails
        return "OK", [(b"", raw)]

    def __getattr__(self, _: str) -> Any:
        return lambda *_: ("OK", [b""])


def take(mails: Sequence[bytes]) -> None:
    """Reads a mailbox until it is empty, however often a mail stops it."""
    from helpdesk.email import imap_sync  # type: ignore[import-not-found]
    from helpdesk.models import Queue  # type: ignore[import-not-found]

    log = logging.getLogger("django.helpdesk.queue.support")
    log.handlers, log.propagate = [], False
    queue, box = Queue.objects.get(slug="support"), Mailbox(mails)
    while not box.is_empty:
        try:
            imap_sync(queue, log, box)
        except Exception as error:  # whatever it is: the run goes on behind that mail
            print(type(error).__name__, file=sys.stderr)


def prepare() -> None:
    """An empty desk with one queue and the texts of its answers."""
    from django.core.management import call_command  # type: ignore[import-not-found]

    call_command("migrate", verbosity=0)
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    from helpdesk.models import Queue

    Queue.objects.create(
        title="Support", slug="support", email_address="support@shop.example", allow_email_submission=True,
        email_box_type="imap", email_box_user="support", email_box_pass="secret",
    )  # fmt: skip


def _set_up(folder: Path) -> None:
    """Its defaults; the answers it writes to customers are made, but go nowhere."""
    settings.configure(
        SECRET_KEY="bench", USE_TZ=True, SITE_ID=1, STATIC_URL="/static/",
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in _APPS), "rest_framework", "helpdesk"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "helpdesk.db")}},
        MEDIA_ROOT=str(folder / "media"), EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", HELPDESK_TEAMS_MODE_ENABLED=False,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    )  # fmt: skip
    django.setup()
    from django.urls import include, path  # type: ignore[import-not-found]

    settings.ROOT_URLCONF = (path("", include("helpdesk.urls")),)


def _read(folder: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(Path(folder).iterdir())]


def main() -> None:
    """Does what it is asked for."""
    _set_up(Path(sys.argv[1]))
    if sys.argv[2] == "prepare":
        prepare()
        return
    mails, warm = _read(sys.argv[3]), _read(sys.argv[4])
    take(warm)
    began = time.perf_counter()
    for visit in [mails] if sys.argv[2] == "drained" else [[raw] for raw in mails]:
        take(visit)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
