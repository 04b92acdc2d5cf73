"""How words are compared: folded, and counted by their German and their English stem."""

import re
import unicodedata
from functools import lru_cache
from threading import local

import snowballstemmer

MOST_WORDS = 20_000
"""Words of one text that are looked at; what comes behind them is not searched."""
_LONGEST = 40
_WORD = re.compile(r"[^\W_]+")
_kept = local()


def folded(text: str) -> str:
    """A text without differences of case, width and diacritics: `Straße`, `STRASSE` and `strasse` are one."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().replace("ß", "ss"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded words of a text in their order, at most 20,000, each at most 40 characters."""
    found: list[str] = []
    for match in _WORD.finditer(folded(text[: MOST_WORDS * 20])):
        found.append(match.group()[:_LONGEST])
        if len(found) == MOST_WORDS:
            break
    return found


def stems(word: str) -> tuple[str, str]:
    """A folded word's German and English stem, marked apart so that they never meet."""
    return _stems(word)


@lru_cache(maxsize=50_000)
def _stems(word: str) -> tuple[str, str]:
    german, english = _stemmers()
    return f"d{german.stemWord(word)}", f"e{english.stemWord(word)}"


def _stemmers() -> tuple[
    "snowballstemmer.german_stemmer.GermanStemmer", "snowballstemmer.english_stemmer.EnglishStemmer"
]:
    """Stemmers keep state while they work: each thread has its own."""
    if not hasattr(_kept, "stemmers"):
        _kept.stemmers = (snowballstemmer.stemmer("german"), snowballstemmer.stemmer("english"))
    return _kept.stemmers  # type: ignore[no-any-return]


def terms(text: str) -> str:
    """What an index keeps of a text: each word as one term `german_english`-joined stems, in order, by spaces."""
    return " ".join(" ".join(stems(word)) for word in words(text))


def is_in(word: str, text_words: set[str]) -> bool:
    """Whether a word is among a text's stems, by its German or its English one."""
    german, english = stems(word)
    return german in text_words or english in text_words


def stem_set(text: str) -> set[str]:
    """All stems of a text."""
    return {stem for word in words(text) for stem in stems(word)}
