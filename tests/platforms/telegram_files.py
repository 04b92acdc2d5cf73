"""Files: what Telegram makes of pictures, the ids each bot knows a file by, and how a file is described."""

import base64
import binascii
import io
import mimetypes
from typing import Any

from PIL import Image

from tests.platforms.telegram_errors import Json, Refused, bad
from tests.platforms.telegram_world import Bot, File, World

MB = 1 << 20
PHOTO_MOST, UPLOAD_MOST, DOWNLOAD_MOST = 10 * MB, 50 * MB, 20 * MB
LINK_LASTS_S = 3600
_PREFIXES = {
    "photo": "AgAC", "document": "BQAC", "video": "BAAC", "voice": "AwAC", "audio": "CQAC", "video_note": "DQAC",
    "animation": "CgAC", "sticker": "CAAC",
}  # fmt: skip
_FOLDERS = {"photo": "photos", "video": "videos", "voice": "voice", "audio": "music", "sticker": "stickers"}
_MIMES = {"voice": "audio/ogg", "video": "video/mp4", "audio": "audio/mpeg", "animation": "video/mp4"}
_TRAITS = {
    "video": ("width", "height", "duration"), "animation": ("width", "height", "duration"), "voice": ("duration",),
    "audio": ("duration", "title", "performer"), "video_note": ("length", "duration"),
    "sticker": ("width", "height", "emoji"),
}  # fmt: skip
_SIDES = (90, 320, 800, 1280)


def picture(width: int = 640, height: int = 480, color: str = "tomato") -> bytes:
    """A picture for people to send."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), color).save(made, "PNG")
    return made.getvalue()


def keep(world: World, kind: str, content: bytes, name: str = "", **traits: object) -> File:
    """Stores bytes; a `size` among the traits is believed, `mime` too; raises 400 for photos that are none."""
    size, mime = traits.pop("size", None), traits.pop("mime", None)
    if kind == "photo":
        return _photo(world, content)
    guessed = mime or mimetypes.guess_type(name)[0] or _MIMES.get(kind) or "application/octet-stream"
    file = File(world.new_id(), kind, content, name, str(guessed), len(content), dict(traits))
    file.size = size if isinstance(size, int) else file.size
    world.files[file.id] = file
    return file


def traits(kind: str, said: dict[str, Any]) -> Json:
    """What a file's object says besides, 0 and "" where nobody told."""
    made: Json = {name: said.get(name, "") for name in _TRAITS.get(kind, ())}
    for name in ("width", "height", "duration", "length"):
        if name in made:
            made[name] = int(float(made[name] or 0))
    fixed = {"type": "regular", "is_animated": False, "is_video": False} if kind == "sticker" else {}
    return {name: value for name, value in made.items() if value != ""} | fixed


def _photo(world: World, content: bytes) -> File:
    """Pictures are drawn anew as JPEG in several sizes; the bytes that were sent are gone."""
    try:
        image = Image.open(io.BytesIO(content)).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        raise bad("IMAGE_PROCESS_FAILED") from None
    wide, high = image.size
    if wide + high > 10_000 or max(wide, high) > 20 * min(wide, high):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    longest = min(max(wide, high), _SIDES[-1])
    sizes = [_scaled(world, image, side) for side in (*(side for side in _SIDES if side < longest), longest)]
    sizes[-1].smaller = sizes[:-1]
    return sizes[-1]


def _scaled(world: World, image: Image.Image, side: int) -> File:
    small, made = image.copy(), io.BytesIO()
    small.thumbnail((side, side))
    small.save(made, "JPEG")
    traits: Json = {"width": small.width, "height": small.height}
    file = File(world.new_id(), "photo", made.getvalue(), mime="image/jpeg", size=made.tell(), traits=traits)
    world.files[file.id] = file
    return file


def file_id(bot: Bot, file: File) -> str:
    """What this bot, and no other, knows a file by."""
    raw = base64.urlsafe_b64encode(f"{bot.id}/{file.id}".encode()).decode().rstrip("=")
    return _PREFIXES[file.kind] + raw


def found(world: World, bot: Bot, given: str, refusal: Refused) -> File:
    """The file of an id; raises what a method says of ids that are not this bot's."""
    try:
        raw = base64.urlsafe_b64decode(given[4:] + "=" * (-len(given[4:]) % 4)).decode()
        owner, number = raw.split("/")
        file = world.files[int(number)]
    except (binascii.Error, ValueError, KeyError):
        raise refusal from None
    if int(owner) != bot.id:
        raise refusal
    return file


def path(file: File) -> str:
    """Where it lies."""
    ending = f".{file.name.rsplit('.', 1)[1]}" if "." in file.name else mimetypes.guess_extension(file.mime) or ""
    return f"{_FOLDERS.get(file.kind, 'documents')}/file_{file.id}{ending}"


def shown(bot: Bot, file: File) -> Json:
    """A file as one bot is told of it."""
    said: Json = {"file_id": file_id(bot, file), "file_unique_id": f"AQAD{file.id:08d}", "file_size": file.size}
    if file.kind not in ("photo", "sticker", "video_note"):
        said["mime_type"] = file.mime
        if file.name and file.kind != "voice":
            said["file_name"] = file.name
    return said | file.traits


def described(bot: Bot, file: File) -> Json:
    """What a message says of its file: a photo in all its sizes, an animation twice."""
    if file.kind == "photo":
        return {"photo": [shown(bot, one) for one in (*file.smaller, file)]}
    said = {file.kind: shown(bot, file)}
    if file.kind == "animation":
        plain = ("file_id", "file_unique_id", "file_size", "file_name", "mime_type")
        said["document"] = {key: value for key, value in said["animation"].items() if key in plain}
    return said
