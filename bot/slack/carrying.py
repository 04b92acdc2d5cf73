"""Carries files: out of Slack into the desk's store, and from there into a thread or a person's direct messages."""

import asyncio
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.inbound import FileRef
from bot.slack.troubles import SlackAway, code_of
from bot.slack.web import Web, asking
from bot.slack.words import cut
from core import files
from core.errors import PermanentError, UserError
from core.show import text

_GONE = ("file_not_found", "file_deleted")
_PATIENCE = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file on its way to Slack."""

    name: str
    content: bytes


async def take(web: Web, store: files.Store, ref: FileRef, *, largest: int) -> tuple[files.Taken, str]:
    """Fetches a file's bytes into the store; returns them with its name.

    Raises UserError for one that is too large, deleted, or not for the app to read, TemporaryError when Slack is away.
    """
    if not ref.address:
        ref = await _looked_up(web, ref)
    if ref.size > largest:
        raise UserError(text("A file may have at most {most} MB.", most=largest // 2**20))
    content = await _fetched(web, ref, largest)
    return await asyncio.to_thread(store.take, content), ref.name


async def _looked_up(web: Web, ref: FileRef) -> FileRef:
    """What Slack tells only when asked: of a file from another workspace, and of one that was deleted."""
    async with asking():
        try:
            found = (await web.client.files_info(file=ref.id))["file"]
        except SlackApiError as error:
            if code_of(error) in _GONE:
                raise UserError(text("It was deleted in Slack.")) from None
            raise
    address = found.get("url_private_download") or found.get("url_private") or ""
    return FileRef(ref.id, found.get("name") or ref.name, int(found.get("size") or 0), address)


async def _fetched(web: Web, ref: FileRef, largest: int) -> bytes:
    headers = {"Authorization": f"Bearer {web.token}"}
    try:
        async with web.session.get(ref.address, headers=headers, timeout=_PATIENCE) as answer:
            if answer.status >= 500:
                raise SlackAway
            if answer.status != 200 or _is_sign_in(ref, answer):
                raise UserError(text("The app may not read files here; it lacks the scope files:read."))
            content = b""
            async for part in answer.content.iter_chunked(64 * 1024):
                content += part
                if len(content) > largest:
                    raise UserError(text("A file may have at most {most} MB.", most=largest // 2**20))
            return content
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SlackAway from error


def _is_sign_in(ref: FileRef, answer: aiohttp.ClientResponse) -> bool:
    """Slack answers who may not read with its sign-in page, and with status 200."""
    return answer.content_type == "text/html" and not ref.name.lower().endswith((".html", ".htm"))


async def bring(web: Web, parcel: Parcel, place: str, root: str = "") -> str:
    """Uploads a file and shares it in a channel, or in a thread of it; returns its id. Raises as `web.asking`."""
    name, content = cut(parcel.name, 120), parcel.content or b"\n"
    async with asking():
        announced = await web.client.files_getUploadURLExternal(filename=name, length=len(content))
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name, content_type="application/octet-stream")
        async with web.session.post(str(announced["upload_url"]), data=form, timeout=_PATIENCE) as answer:
            if answer.status != 200:
                raise PermanentError(text("Slack does not take the file {name}.", name=name))
        await web.client.files_completeUploadExternal(
            files=[{"id": announced["file_id"], "title": name}], channel_id=place, thread_ts=root or None
        )
    return str(announced["file_id"])


async def remove(web: Web, file_id: str) -> None:
    """Deletes a file we shared; one that is gone is fine."""
    async with asking():
        try:
            await web.client.files_delete(file=file_id)
        except SlackApiError as error:
            if code_of(error) not in _GONE:
                raise
