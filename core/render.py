"""Puts texts into words: a catalog's sentence, with its arguments in the reader's language, time zone and escaping."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta

from core.show import Argument, Text

LANGUAGES = ("en", "de")
"""The languages that are complete; any other reader gets English."""
_DATES = {"en": "d MMM yyyy", "de": "d. MMM yyyy"}
_CATALOGS = Path(__file__).parent / "locale"


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: str) -> NullTranslations:
    """The sentences of a language; English ones are their own ids."""
    compiled = _CATALOGS / language / "LC_MESSAGES" / "deskbell.mo"
    if not compiled.exists():
        return NullTranslations()
    with compiled.open("rb") as stream:
        return GNUTranslations(stream)


def language_of(wanted: str) -> str:
    """The language we have that is nearest to `de-AT`, `de` or nothing at all."""
    plain = wanted.replace("_", "-").partition("-")[0].lower()
    return plain if plain in LANGUAGES else LANGUAGES[0]


def _as_is(words: str) -> str:
    return words


@dataclass(frozen=True, slots=True)
class Voice:
    """How one reader, or one shared place, is spoken to."""

    language: str = "en"
    zone: str = "UTC"
    now: datetime | None = None
    """Times of the same day are told without the date when this is known."""
    own: Mapping[str, str] = field(default_factory=dict)
    """Sentences the desk's owner has put into other words: id → words in this language."""
    escape: Callable[[str], str] = _as_is
    """What the platform needs done to every argument that is no sentence of ours."""
    moments: "Callable[[datetime, str], str] | None" = None
    """How the platform writes a moment, given in words too, so that each reader sees it in their own time; without it
    everybody reads the words."""

    def say(self, said: Text) -> str:
        """A text in words; an argument that lacks stays visible as its name."""
        arguments = _Arguments({name: self._argument(value) for name, value in said.args.items()})
        return self._sentence(said).format_map(arguments)

    def _sentence(self, said: Text) -> str:
        if said.id in self.own:
            return self.own[said.id]
        if not said.id:
            return ""
        words = catalog(language_of(self.language))
        if said.plural is None:
            return words.gettext(said.id)
        count = said.args["count"]
        return words.ngettext(said.id, said.plural, count if isinstance(count, int) else 2)

    def _argument(self, value: Argument) -> str:
        match value:
            case Text():
                return self.say(value)
            case datetime():
                told = self.moment(value)
                return told if self.moments is None else self.moments(value, told)
            case timedelta():
                return format_timedelta(value, locale=language_of(self.language))
            case None:
                return ""
            case str():
                return self.escape(value)
            case _:
                return str(value)

    def moment(self, at: datetime) -> str:
        """A moment in the reader's zone: the clock today, with its date on other days."""
        language, zone = language_of(self.language), ZoneInfo(self.zone)
        local = at.astimezone(zone)
        clock = format_time(local.time(), "HH:mm", locale=language)
        if self.now is not None and self.now.astimezone(zone).date() == local.date():
            return clock
        return f"{format_date(local.date(), _DATES[language], locale=language)}, {clock}"


class _Arguments(dict[str, str]):
    """The arguments of one sentence; a translation that names one too many stays readable."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
