"""What a message, a thread's name or a forum's tags must be, by the limits Discord documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.platforms.discord_component_rules import check_components, text_of_v2
from tests.platforms.discord_errors import Form, Json, Refused

CONTENT, EMBEDS, EMBED_CHARACTERS, ATTACHMENTS, NONCE = 2_000, 10, 6_000, 10, 25
FILE_BYTES, REQUEST_BYTES = 10 * 1024 * 1024, 25 * 1024 * 1024
V2 = 1 << 15
AUTO_ARCHIVE = (60, 1440, 4320, 10080)
_EMBED_TEXTS = {"title": 256, "description": 4_096}


@dataclass(frozen=True)
class Upload:
    """A file of a multipart request, by its index in `files[n]`."""

    index: str
    filename: str
    content: bytes


def check_files(files: Sequence[Upload]) -> None:
    """Raises 413 / 40005 for a file over 10 MiB or a request over 25 MiB."""
    sizes = [len(file.content) for file in files]
    if any(size > FILE_BYTES for size in sizes) or sum(sizes) > REQUEST_BYTES:
        raise Refused(40005)


def check_message(body: Json, files: Sequence[Upload], *, flags: int, kept: int = 0, starts: str = "") -> None:
    """Raises what Discord would; `kept` is how many attachments an edit leaves, `starts` the path of errors."""
    check_files(files)
    form = Form()
    content = body.get("content") or ""
    form.length(f"{starts}content", str(content), most=CONTENT)
    form.length(f"{starts}nonce", str(body.get("nonce") or ""), most=NONCE)
    _check_embeds(form, body.get("embeds") or [], starts)
    form.count(f"{starts}attachments", [*files, *range(kept)], most=ATTACHMENTS)
    _check_allowed_mentions(form, body.get("allowed_mentions") or {}, starts)
    components = body.get("components") or []
    check_components(form, components, v2=bool(flags & V2), path=f"{starts}components")
    if flags & V2:
        _check_v2(form, body, starts)
    form.refuse()


def refuse_empty(*contents: Any) -> None:
    """Raises 50006 when a message would have nothing in it."""
    if not any(contents):
        raise Refused(50006)


def check_thread(body: Json, *, forum: bool = False) -> None:
    """Raises for a thread's name outside 1–100, an unknown auto-archive, or over 5 tags."""
    form = Form()
    if "name" in body:
        form.length("name", body["name"], least=1, most=100)
    if body.get("auto_archive_duration") is not None:
        form.one_of("auto_archive_duration", body["auto_archive_duration"], AUTO_ARCHIVE)
    if forum or "applied_tags" in body:
        form.count("applied_tags", body.get("applied_tags") or [], most=5)
    form.refuse()


def check_channel(body: Json) -> None:
    """Raises for a channel's name outside 1–100, a topic over 1,024 (forums: 4,096), or over 20 tags."""
    form = Form()
    if "name" in body:
        form.length("name", body["name"], least=1, most=100)
    form.length("topic", body.get("topic") or "", most=4_096 if body.get("type") == 15 else 1_024)
    tags = body.get("available_tags") or []
    form.count("available_tags", tags, most=20)
    for index, tag in enumerate(tags):
        form.length(f"available_tags.{index}.name", tag.get("name"), least=1, most=20)
    form.refuse()
    names = [tag["name"].lower() for tag in tags]
    if len(set(names)) < len(names):
        raise Refused(40061)


def _check_embeds(form: Form, embeds: list[Json], starts: str) -> None:
    form.count(f"{starts}embeds", embeds, most=EMBEDS)
    for index, embed in enumerate(embeds):
        _check_embed(form, embed, f"{starts}embeds.{index}")
    if sum(_embed_size(embed) for embed in embeds) > EMBED_CHARACTERS:
        form.wrong(f"{starts}embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_embed(form: Form, embed: Json, path: str) -> None:
    for key, most in _EMBED_TEXTS.items():
        form.length(f"{path}.{key}", embed.get(key) or "", most=most)
    form.length(f"{path}.footer.text", (embed.get("footer") or {}).get("text") or "", most=2_048)
    form.length(f"{path}.author.name", (embed.get("author") or {}).get("name") or "", most=256)
    fields = embed.get("fields") or []
    form.count(f"{path}.fields", fields, most=25)
    for index, each in enumerate(fields):
        form.length(f"{path}.fields.{index}.name", each.get("name"), least=1, most=256)
        form.length(f"{path}.fields.{index}.value", each.get("value"), least=1, most=1_024)


def _embed_size(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for each in embed.get("fields") or []:
        texts += [each.get("name"), each.get("value")]
    return sum(len(text or "") for text in texts)


def _check_allowed_mentions(form: Form, allowed: Json, starts: str) -> None:
    path = f"{starts}allowed_mentions"
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        form.count(f"{path}.{kind}", listed, most=100)
        if listed and kind in (allowed.get("parse") or []):
            form.wrong(
                path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f'parse:["{kind}"] and {kind}: exclude each other'
            )
    for kind in allowed.get("parse") or []:
        form.one_of(f"{path}.parse", kind, ("users", "roles", "everyone"))


def _check_v2(form: Form, body: Json, starts: str) -> None:
    for key in ("content", "embeds"):
        if body.get(key):
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            form.wrong(f"{starts}{key}", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    if len(text_of_v2(body.get("components") or [])) > 4_000:
        code = "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
        form.wrong(f"{starts}components", code, "Displayable text size exceeds maximum size of 4000")
