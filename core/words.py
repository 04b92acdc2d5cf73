"""How words are compared: folded, and counted by their German and by their English stem."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from threading import local
from typing import TypeAlias

import snowballstemmer

MOST_WORDS = 16_000
"""Words of one text that are searched; PostgreSQL keeps places up to 16,383."""
MOST_LETTERS = 100_000
"""Letters of one text's words that are searched, so that both stems of all fit PostgreSQL's megabyte."""
MOST_TEXT = 400_000
"""Characters of one text that are looked at."""
_LONGEST = 40

_SINGLE = "\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PICTURE = "\u2600-\u27bf\U0001f300-\U0001faff"
_WORD = re.compile(rf"[{_SINGLE}{_PICTURE}]|[^\W_{_SINGLE}{_PICTURE}]+")
"""A run of letters and digits; scripts without spaces and pictures count sign by sign."""
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufe0f\ufeff"))

Streams: TypeAlias = tuple[list[str], list[str]]
"""A text's German and its English terms, each in the order of its words."""

_kept = local()


def folded(text: str) -> str:
    """A text without differences of case, width and diacritics: `Straße`, `STRASSE` and `strasse` are one."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_INVISIBLE)
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded words of a text in their order: the first 16,000 and 100,000 letters, each of at most 40."""
    found: list[str] = []
    letters = 0
    for match in _WORD.finditer(folded(text[:MOST_TEXT])):
        word = match.group()[:_LONGEST]
        letters += len(word)
        if letters > MOST_LETTERS or len(found) == MOST_WORDS:
            break
        found.append(word)
    return found


@lru_cache(maxsize=50_000)
def stems(word: str) -> tuple[str, str]:
    """A folded word's German and English term; they begin with `d` and `e`, so that they never meet."""
    german, english = _stemmers()
    return f"d{german.stemWord(word)}", f"e{english.stemWord(word)}"


def _stemmers() -> tuple[
    "snowballstemmer.german_stemmer.GermanStemmer", "snowballstemmer.english_stemmer.EnglishStemmer"
]:
    """Stemmers keep state while they work: each thread has its own."""
    if not hasattr(_kept, "stemmers"):
        _kept.stemmers = (snowballstemmer.stemmer("german"), snowballstemmer.stemmer("english"))
    return _kept.stemmers  # type: ignore[no-any-return]


def streams(text_or_words: str | Sequence[str]) -> Streams:
    """The terms of a text, or of words already folded."""
    found = words(text_or_words) if isinstance(text_or_words, str) else text_or_words
    pairs = [stems(word) for word in found]
    return [german for german, _ in pairs], [english for _, english in pairs]


def stands_in(wanted: Streams, text: Streams) -> bool:
    """Whether words stand one after the other in a text, by their German or by their English terms."""
    return any(_follows(phrase, there) for phrase, there in zip(wanted, text, strict=True))


def _follows(phrase: list[str], there: list[str]) -> bool:
    if len(phrase) == 1:
        return phrase[0] in there
    starts = (at for at, term in enumerate(there) if term == phrase[0])
    return any(there[at : at + len(phrase)] == phrase for at in starts)
