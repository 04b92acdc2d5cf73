"""Carries files: out of Slack, and into a thread or a person's direct messages."""

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.carrying import PATIENCE, FileRef, Parcel, content_of, too_large
from bot.slack.troubles import MissingScope, SlackAway, code_of
from bot.slack.web import Web, asking
from bot.slack.words import cut
from core.errors import PermanentError, UserError
from core.show import text

_GONE = ("file_not_found", "file_deleted")


async def fetch(web: Web, ref: FileRef, largest: int) -> Parcel:
    """Fetches a file. Raises UserError for one that is too large, deleted, or not for the app to read, TemporaryError
    when Slack is away."""
    try:
        ref = ref if ref.address else await _looked_up(web, ref)
    except MissingScope as error:
        raise UserError(error.said) from None
    if ref.size > largest:
        raise too_large(largest)
    return Parcel(ref.name, await _fetched(web, ref, largest))


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
    return FileRef(found.get("name") or ref.name, int(found.get("size") or 0), address, ref.id)


async def _fetched(web: Web, ref: FileRef, largest: int) -> bytes:
    headers = {"Authorization": f"Bearer {web.token}"}
    try:
        async with web.session.get(ref.address, headers=headers, timeout=PATIENCE) as answer:
            if answer.status >= 500:
                raise SlackAway
            if answer.status != 200 or _is_sign_in(ref, answer):
                raise UserError(text("The app may not read files here; it lacks the scope files:read."))
            return await content_of(answer, largest)
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
        async with web.session.post(str(announced["upload_url"]), data=form, timeout=PATIENCE) as answer:
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
