"""What a Telegram message carries: its words, and its files as references that have to be fetched."""

from collections.abc import Iterator
from dataclasses import dataclass

from telegram import (
    Animation,
    Audio,
    Document,
    Message,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    Video,
)


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that lies with Telegram."""

    id: str
    name: str
    size: int


def read(said: Message) -> tuple[str, tuple[FileRef, ...]]:
    """The words and files of a message; what is neither is described by words (a place, a contact, a sticker)."""
    words = said.text or said.caption or ""
    origin = "" if said.forward_origin is None else f"↪ {_writer(said.forward_origin)}"
    extra = "\n".join(_described(said))
    return "\n".join(filter(None, (origin, words, extra))), tuple(_files(said))


def _writer(origin: MessageOrigin) -> str:
    """Who wrote what somebody passes on."""
    match origin:
        case MessageOriginUser():
            return origin.sender_user.full_name[:120]
        case MessageOriginHiddenUser():
            return origin.sender_user_name[:120]
        case MessageOriginChat():
            return (origin.sender_chat.title or "?")[:120]
        case MessageOriginChannel():
            return (origin.chat.title or "?")[:120]
        case _:
            return "?"


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
    if said.checklist is not None:
        yield "\n".join((f"☑ {said.checklist.title}", *(f"– {task.text}" for task in said.checklist.tasks)))
    if said.game is not None:
        yield f"🎮 {said.game.title}"
    if said.story is not None:
        yield f"📖 {said.story.chat.title or said.story.chat.full_name or '?'}"
    if said.paid_media is not None:
        yield f"⭐ {len(said.paid_media.paid_media)}"


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
    if said.sticker is not None:
        ending = "tgs" if said.sticker.is_animated else "webm" if said.sticker.is_video else "webp"
        yield FileRef(said.sticker.file_id, f"sticker-{number}.{ending}", said.sticker.file_size or 0)


def _named(media: Animation | Audio | Document | Video, name: str) -> FileRef:
    return FileRef(media.file_id, media.file_name or name, media.file_size or 0)
