"""What is sent becomes calls of the Bot API, within its limits. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.telegram import markup
from connectors.telegram.markup import Marked
from core.connector import Attached, Choice, Outgoing

LONGEST_TEXT, LONGEST_CAPTION = 4_096, 1_024
"""UTF-16 units of a message and of a caption (Bot API)."""
LARGEST_PHOTO, LARGEST_FILE = 10 * 1024 * 1024, 50 * 1024 * 1024
"""Bytes a bot may upload (Bot API)."""
_PHOTOS = ("image/jpeg", "image/png")
_MOST_IN_ALBUM = 10
_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Words:
    """One message of words."""

    marked: Marked
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Files:
    """One message of files: an album of photos, or a single file; the caption stands under it."""

    files: tuple[Attached, ...]
    caption: Marked | None = None

    @property
    def are_photos(self) -> bool:
        """Whether they are shown as pictures."""
        return all(is_photo(each) for each in self.files)


Post = Words | Files


@dataclass(frozen=True, slots=True)
class There:
    """The ids of what stands already: first the words, behind them the files, each a message of its own.

    Where there are files alone, the first one's caption has the words.
    """

    words: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, in their order."""
        return (*self.words, *self.files)


def begun(outgoing: Outgoing) -> There:
    """What is there of something that was cut short."""
    words = len(outgoing.earlier_ids) - outgoing.earlier_files
    return There(outgoing.earlier_ids[:words], outgoing.earlier_ids[words:])


def is_photo(file: Attached) -> bool:
    """Whether Telegram shows a file as a picture."""
    return file.media_type in _PHOTOS and 0 < file.size <= LARGEST_PHOTO


def posts(outgoing: Outgoing) -> list[Post]:
    """The messages one thing becomes, in their order: its words, then its files; a short text is a caption.

    Of what was cut short, those that are still to come.
    """
    there = begun(outgoing)
    marked, bundles = markup.read(outgoing.words.text), _bundles(outgoing.files)
    if not there.ids and bundles and not outgoing.choices and 0 < markup.units(marked.text) <= LONGEST_CAPTION:
        return [Files(bundles[0], marked), *(Files(each) for each in bundles[1:])]
    parts = [] if there.files else _parts(marked)
    words: list[Post] = [Words(part) for part in parts[:-1]]
    words += [Words(part, outgoing.choices) for part in parts[-1:]]
    return [*words[len(there.words) :], *map(Files, _behind(bundles, len(there.files)))]


def _parts(marked: Marked) -> list[Marked]:
    return [part for part in markup.split(marked, LONGEST_TEXT) if part.text.strip()]


def _bundles(files: Sequence[Attached]) -> list[tuple[Attached, ...]]:
    """Photos go together, up to ten; everything else by itself."""
    photos = [each for each in files if is_photo(each)]
    others = [(each,) for each in files if not is_photo(each)]
    return [tuple(photos[at : at + _MOST_IN_ALBUM]) for at in range(0, len(photos), _MOST_IN_ALBUM)] + others


def _behind(bundles: Sequence[tuple[Attached, ...]], there: int) -> Iterator[tuple[Attached, ...]]:
    """The bundles behind so many files that are there."""
    for bundle in bundles:
        if there <= 0:
            yield bundle
        there -= len(bundle)


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit does: other words in the posts there are; further ones are added, spare ones taken away."""

    there: There
    """What stands when all is done but for what is added."""
    caption: Marked | None
    """The first file's, where it has one."""
    reworded: tuple[tuple[str, Marked], ...]
    spare: tuple[str, ...]
    added: tuple[Marked, ...]


def change(outgoing: Outgoing) -> Change:
    """What an edit does. Words that have become too long for a caption stand as messages from then on."""
    marked, ids, files = markup.read(outgoing.words.text), outgoing.earlier_ids, len(outgoing.files)
    there = There(ids[: max(0, len(ids) - files)], ids[max(0, len(ids) - files) :])
    is_captioned = bool(there.files) and not there.words
    if is_captioned and markup.units(marked.text) <= LONGEST_CAPTION:
        return Change(there, marked, (), (), ())
    parts = _parts(marked) or ([] if there.files else [marked])
    standing = there.words[: len(parts)]
    return Change(
        There(standing, there.files), Marked("") if is_captioned else None, tuple(zip(standing, parts, strict=False)),
        there.words[len(parts) :], tuple(parts[len(standing) :]),
    )  # fmt: skip


def rows(choices: Sequence[Choice]) -> list[list[Choice]]:
    """Buttons in rows: short ones side by side, long ones each in a row."""
    short = [each for each in choices if len(each.label) <= 3]
    long = [[each] for each in choices if len(each.label) > 3]
    return [short[at : at + _A_ROW] for at in range(0, len(short), _A_ROW)] + long
