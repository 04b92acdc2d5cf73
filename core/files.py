"""Files people send: kept under the hash of their bytes, typed by what is in them, given out only by signed links."""

import hashlib
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import aliased

from core.desk import Desk
from core.errors import NotAllowed, NotFound, UserError
from core.models import QUARANTINED, TO_REMOVE, File, Quarantined, table
from core.show import text
from core.store import Clock, utc_now
from core.tokens import Tokens

ORIGINAL = "original.eml"
"""What a mail itself is called among its files: it is there to be looked at, and not shown beside its words."""
LINK_LIFE = timedelta(hours=1)
UNSENT_LIFE = timedelta(days=1)
"""A file nobody has sent within this time is removed."""
FRESH = timedelta(hours=1)
"""Far longer than it takes from bytes on disk to the row that refers to them."""
_AT_ONCE = 1_000
"""Files whose bytes are removed in one round at most."""
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"RIFF")
_SHOWN = frozenset(("image/jpeg", "image/png", "image/gif", "image/webp"))
"""What a browser may show inside a page; everything else is only downloaded."""
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"RIFF", "audio/wav"),
)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Taken:
    """Bytes that lie in the store: their hash, what they are, and how large."""

    sha256: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None


class Store:
    """A folder of files, each under its hash; the same bytes are kept once."""

    def __init__(self, folder: Path, secret: str, clock: Clock = utc_now) -> None:
        self._folder = folder
        self._links = Tokens(secret, "file", LINK_LIFE, clock)

    def take(self, content: bytes) -> Taken:
        """Keeps bytes on disk before any row speaks of them; repeating is safe, also while they are being removed."""
        return self.take_all([content])[0]

    def take_all(self, contents: Sequence[bytes]) -> list[Taken]:
        """The same for several: all are written before the disk is waited for."""
        hashes = [hashlib.sha256(each).hexdigest() for each in contents]
        with ExitStack() as fresh:
            for sha256, content in dict(zip(hashes, contents, strict=True)).items():
                path = self.path(sha256)
                if not _is_made_fresh(path):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    fresh.enter_context(_written(path, content))
        return [self._taken(sha256, content) for sha256, content in zip(hashes, contents, strict=True)]

    def _taken(self, sha256: str, content: bytes) -> Taken:
        media_type, size = _kind(content, self.path(sha256))
        return Taken(sha256, media_type, len(content), *size)

    def path(self, sha256: str) -> Path:
        """Where the bytes of a hash lie."""
        return self._folder / sha256[:2] / sha256

    def link(self, file: File) -> str:
        """The path of a link that gives out one file for an hour."""
        return f"/files/{self._links.made(file.id)}/{_url_name(file.name)}"

    def opened(self, token: str) -> int:
        """The id of the file a link's token stands for; raises NotFound when it is forged or too old."""
        try:
            return int(self._links.read(token))
        except NotAllowed as error:
            raise NotFound(
                text("This link is no longer valid. Open the conversation again for a fresh one.")
            ) from error

    def remove(self, hashes: Iterable[str], *, now: datetime) -> list[str]:
        """Removes bytes nobody refers to any more; returns which are gone.

        Bytes somebody took lately stay: the row that refers to them may not be there yet.
        """
        return [sha256 for sha256 in hashes if _removed(self.path(sha256), now.timestamp())]


def _is_made_fresh(path: Path) -> bool:
    """Whether the bytes are there; if so, nobody removes them within the next hour."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _removed(path: Path, now_s: float) -> bool:
    """Moves bytes aside before looking how fresh they are: whoever takes them meanwhile writes them anew."""
    aside = path.with_suffix(".gone")
    try:
        os.replace(path, aside)
    except FileNotFoundError:
        aside.unlink(missing_ok=True)  # an earlier try that was cut short
        return True
    is_fresh = aside.stat().st_mtime > now_s - FRESH.total_seconds()
    if is_fresh:
        os.replace(aside, path)
    else:
        aside.unlink()
    return not is_fresh


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[None]:
    """Writes bytes beside their place; at the end waits until they are on disk, and puts them there."""
    beside = path.with_name(f"tmp{uuid.uuid4().hex}")
    try:
        with beside.open("xb") as new:
            new.write(content)
            new.flush()
            yield
            os.fsync(new.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _kind(content: bytes, path: Path) -> tuple[str, tuple[int, int] | tuple[()]]:
    """What bytes are by their own beginning, never by their name; a picture's size when it is one we show."""
    if content.startswith(_PICTURES):
        from core import pictures  # its library is large, and many desks never get a picture

        picture = pictures.measured(path)
        if picture is not None:
            return picture
    for start, media_type in _MAGIC:
        if content.startswith(start):
            return media_type, ()
    return _words_or_bytes(content), ()


def _words_or_bytes(content: bytes) -> str:
    try:
        words = content[:4096].decode("utf-8", "strict" if len(content) <= 4096 else "ignore")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if "\x00" in words else "text/plain"


def clean_name(name: str) -> str:
    """A file's name as it is shown and downloaded: no folders, no control or direction signs, up to 120 characters."""
    plain = _UNSAFE.sub("_", name.encode("utf-8", "replace").decode()).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if dot and len(ending) <= 12:
        plain = f"{stem[: 119 - len(ending)]}.{ending}"
    return plain[:120] or "file"


def _url_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name) or "file"


def keep(desk: Desk, taken: Taken, name: str, *, identity_id: int | None = None, agent_id: int | None = None) -> int:
    """Notes a file that may be sent; returns its id."""
    row = _row(desk, name, taken) | {"identity_id": identity_id, "agent_id": agent_id}
    return int(desk.execute(_KEPT, row).scalar_one())


_file = table(File)
_KEPT = insert(_file).returning(_file.c.id)
_ALL_KEPT = insert(_file).returning(_file.c.id, _file.c.sha256, _file.c.name)


def keep_all(desk: Desk, named: Sequence[tuple[str, Taken]]) -> list[int]:
    """The same for several with their names, in one statement: theirs are the ids in the same order."""
    if not named:
        return []
    rows = [_row(desk, name, taken) for name, taken in named]
    ids: dict[tuple[str, str], list[int]] = {}
    for row in desk.execute(_ALL_KEPT, rows):  # in any order: files alike in hash and name stand for one another
        ids.setdefault((row.sha256, row.name), []).append(row.id)
    return [ids[row["sha256"], row["name"]].pop() for row in rows]


def _row(desk: Desk, name: str, taken: Taken) -> dict[str, Any]:
    return {
        "sha256": taken.sha256, "name": clean_name(name), "media_type": taken.media_type, "size": taken.size,
        "width": taken.width, "height": taken.height, "created_at": desk.now,
    }  # fmt: skip


def let_go(desk: Desk, ids: Sequence[int]) -> None:
    """Forgets those of these files nothing came of after all; their bytes go with the next sweep."""
    unused = (File.message_id.is_(None), File.held_id.is_(None), File.quarantined_id.is_(None))
    desk.execute(update(File).where(File.id.in_(ids), *unused).values(erased_at=desk.now, name=""))


def unsent(desk: Desk, ids: Sequence[int], *, identity_id: int | None = None, agent_id: int | None = None) -> list[int]:
    """Those of these files that are this person's and not sent yet; raises UserError when there are others."""
    if not ids:
        return []
    if len(ids) > desk.pace.files_per_message:
        raise UserError(text("At most {most} files fit into one message.", most=desk.pace.files_per_message))
    owner = File.identity_id == identity_id if identity_id is not None else File.agent_id == agent_id
    free = (File.message_id.is_(None), File.erased_at.is_(None))
    found = desk.execute(select(File.id).where(File.id.in_(ids), owner, *free)).scalars().all()
    if set(found) != set(ids):
        raise UserError(text("A file is no longer there. Please add it again."))
    return list(dict.fromkeys(ids))


def to_give_out(desk: Desk, file_id: int) -> File:
    """A file somebody opens; an erased one is gone."""
    file = desk.session.get(File, file_id)
    if file is None or file.erased_at is not None:
        raise NotFound(text("This file was removed."))
    return file


def is_shown(file: File) -> bool:
    """Whether a browser may show it inside a page; everything else is downloaded."""
    return file.media_type in _SHOWN


def sweep(desk: Desk) -> list[str]:
    """Forgets files nobody sent within a day, and returns the hashes no row needs any more: their bytes may go.

    What came with something in quarantine is kept for as long as that waits.
    """
    waiting = exists(select(Quarantined.id).where(Quarantined.id == File.quarantined_id, QUARANTINED))
    stale = (File.message_id.is_(None), File.held_id.is_(None), File.created_at < desk.now - UNSENT_LIFE)
    desk.execute(update(File).where(*stale, File.erased_at.is_(None), ~waiting).values(erased_at=desk.now, name=""))
    other = aliased(File)
    needed = exists(select(other.id).where(other.sha256 == File.sha256, other.erased_at.is_(None)))
    return list(desk.execute(select(File.sha256).distinct().where(TO_REMOVE, ~needed).limit(_AT_ONCE)).scalars())


def removed(desk: Desk, hashes: Sequence[str]) -> None:
    """Notes that the bytes of erased files are gone, so that nobody looks for them again."""
    desk.execute(update(File).where(TO_REMOVE, File.sha256.in_(hashes)).values(removed_at=desk.now))
