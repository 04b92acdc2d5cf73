"""`deskbell mail`: mails out of files or a pipe, as a mail server or an import hands them over."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated

import typer

from bot import sections
from core.errors import DeskbellError
from core.render import Voice
from core.show import Text, text

AGAIN = 75
"""EX_TEMPFAIL: who hands mails over keeps them and comes again. No mail is ever refused for good."""


class Outcome(StrEnum):
    """What became of a mail."""

    TAKEN = "taken"
    KNOWN = "known"
    ASIDE = "quarantined"


@dataclass(frozen=True, slots=True)
class Done:
    """A mail that is kept."""

    file: str
    number: int
    """Its place in the file, from 1."""
    channel: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be taken in."""

    files: Sequence[str]
    to: str
    """The channel's name; nothing where each mail says it."""
    is_history: bool


def mail(
    files: Annotated[list[str], typer.Argument(help="Files with a mail or an mbox; - reads one from the pipe.")],
    to: Annotated[str, typer.Option("--to", help="The mailbox's channel; else the one a mail is addressed to.")] = "",
    since_history: Annotated[
        bool, typer.Option("--since-history", help="They are old: they are kept, and nothing follows from them.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Take mails into a mailbox, also from a mail server's pipe: it ends with 75 where a mail has to come again."""
    done: list[Done] = []
    why: Text | None = None
    try:
        from bot.mailing import take_all

        asyncio.run(take_all(sections.read(), Asked(files, to, since_history), done))
    except DeskbellError as error:
        why = error.said
    except OSError as error:
        why = text("{path}: {why}", path=str(error.filename or "–"), why=error.strerror or str(error))
    except Exception as error:  # whatever is wrong with this desk is no reason to give a mail back to who wrote it
        why = text("It did not work ({why}).", why=f"{type(error).__name__}: {error}"[:200])
    print(_as_json(done, why) if as_json else Voice().say(_told(done)))
    if why is not None:
        print(f"deskbell: {Voice().say(why)}", file=sys.stderr)
        raise typer.Exit(AGAIN)


def _told(done: Iterable[Done]) -> Text:
    count = Counter(each.outcome for each in done)
    return text(
        "{taken} taken in, {known} known already, {aside} in quarantine.",
        taken=count[Outcome.TAKEN], known=count[Outcome.KNOWN], aside=count[Outcome.ASIDE],
    )  # fmt: skip


def _as_json(done: Iterable[Done], why: Text | None) -> str:
    return json.dumps({"mails": [asdict(each) for each in done], "again": "" if why is None else Voice().say(why)})
