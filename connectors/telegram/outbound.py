"""What is sent becomes calls of the Bot API, within its limits. Pure."""

from collections.abc import Sequence
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


def is_photo(file: Attached) -> bool:
    """Whether Telegram shows a file as a picture."""
    return file.media_type in _PHOTOS and 0 < file.size <= LARGEST_PHOTO


def posts(outgoing: Outgoing) -> list[Post]:
    """The messages one thing becomes, in their order: its words, then its files; a short text is a caption."""
    marked = markup.read(outgoing.words.text)
    bundles = _bundles(outgoing.files)
    if bundles and not outgoing.choices and 0 < markup.units(marked.text) <= LONGEST_CAPTION:
        return [Files(bundles[0], marked), *(Files(each) for each in bundles[1:])]
    parts = [part for part in markup.split(marked, LONGEST_TEXT) if part.text.strip()]
    words: list[Post] = [Words(part) for part in parts[:-1]]
    words += [Words(part, outgoing.choices) for part in parts[-1:]]
    return [*words, *(Files(each) for each in bundles)]


def _bundles(files: Sequence[Attached]) -> list[tuple[Attached, ...]]:
    """Photos go together, up to ten; everything else by itself."""
    photos = [each for each in files if is_photo(each)]
    others = [(each,) for each in files if not is_photo(each)]
    return [tuple(photos[at : at + _MOST_IN_ALBUM]) for at in range(0, len(photos), _MOST_IN_ALBUM)] + others


def rows(choices: Sequence[Choice]) -> list[list[Choice]]:
    """Buttons in rows: short ones side by side, long ones each in a row."""
    short = [each for each in choices if len(each.label) <= 3]
    long = [[each] for each in choices if len(each.label) > 3]
    return [short[at : at + _A_ROW] for at in range(0, len(short), _A_ROW)] + long
