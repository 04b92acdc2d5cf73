"""What a Telegram message carries: its words, and its files as references that have to be fetched."""

from collections.abc import Iterator
from dataclasses import dataclass

from telegram import Message


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that lies with Telegram."""

    id: str
    name: str
    size: int


def read(said: Message) -> tuple[str, tuple[FileRef, ...]]:
    """The words and files of a message; what is neither is described by words (a place, a contact, a sticker)."""
    words = said.text or said.caption or ""
    extra = "\n".join(_described(said))
    return "\n".join(filter(None, (words, extra))), tuple(_files(said))


def _described(said: Message) -> Iterator[str]:
    """Things that are no files, as one readable line each."""
    if said.venue is not None:
        place = said.venue.location
        yield f"📍 {said.venue.title}, {said.venue.address}\n{_map(place.latitude, place.longitude)}"
    elif said.location is not None:
        yield f"📍 {_map(said.location.latitude, said.location.longitude)}"
    if said.contact is not None:
        name = " ".join(filter(None, (said.contact.first_name, said.contact.last_name)))
        yield f"👤 {name} {said.contact.phone_number}"
    if said.sticker is not None:
        yield said.sticker.emoji or "🏷"
    if said.dice is not None:
        yield f"{said.dice.emoji} {said.dice.value}"
    if said.poll is not None:
        yield "\n".join((f"📊 {said.poll.question}", *(f"– {option.text}" for option in said.poll.options)))


def _map(latitude: float, longitude: float) -> str:
    return (
        f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}#map=17/{latitude:.6f}/{longitude:.6f}"
    )


def _files(said: Message) -> Iterator[FileRef]:
    number = said.message_id
    if said.photo:
        largest = max(said.photo, key=lambda size: size.width * size.height)
        yield FileRef(largest.file_id, f"photo-{number}.jpg", largest.file_size or 0)
    if said.animation is not None:  # comes as a document, too
        yield _named(said.animation, f"animation-{number}.mp4")
    elif said.document is not None:
        yield _named(said.document, f"file-{number}")
    if said.audio is not None:
        yield _named(said.audio, f"audio-{number}.mp3")
    if said.video is not None:
        yield _named(said.video, f"video-{number}.mp4")
    if said.voice is not None:
        yield FileRef(said.voice.file_id, f"voice-{number}.ogg", said.voice.file_size or 0)
    if said.video_note is not None:
        yield FileRef(said.video_note.file_id, f"video-{number}.mp4", said.video_note.file_size or 0)
    if said.sticker is not None and not said.sticker.is_animated and not said.sticker.is_video:
        yield FileRef(said.sticker.file_id, f"sticker-{number}.webp", said.sticker.file_size or 0)


def _named(media: object, name: str) -> FileRef:
    own = getattr(media, "file_name", None)
    return FileRef(getattr(media, "file_id"), own or name, getattr(media, "file_size", None) or 0)  # noqa: B009
