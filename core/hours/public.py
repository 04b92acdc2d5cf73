"""Public holidays of countries and their parts, as the library `holidays` knows them."""

from datetime import date
from functools import cache, lru_cache

import holidays
from babel import Locale


@lru_cache(maxsize=4096)
def days(code: str, year: int) -> frozenset[date]:
    """The public holidays of `DE` or `DE-BY` in a year, moved ones too; none where the library knows none yet."""
    country, _, part = code.partition("-")
    known = getattr(holidays, country)(subdiv=part.replace("_", " ") or None, years=[year], expand=False)
    return frozenset(day for day in known if day.year == year)


@cache
def countries() -> dict[str, str]:
    """Every country's code by the code itself and by its English and German names, in lower case."""
    codes = [code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2]
    named = {Locale(language).territories.get(code, code).lower(): code for language in ("de", "en") for code in codes}
    return named | {code.lower(): code for code in codes}


@cache
def parts(country: str) -> dict[str, str]:
    """A country's parts by their codes and other names, in lower case; what has a space in it is written with `_`."""
    kind = getattr(holidays, country)
    aliases = kind.get_subdivision_aliases()
    named = {_typed(each): _written(code) for code in aliases for each in aliases[code]}
    return named | {_typed(code): _written(code) for code in kind.subdivisions}


def _written(name: str) -> str:
    return name.replace(" ", "_")


def _typed(name: str) -> str:
    return _written(name).lower()
