"""Gives out files by signed links: safe headers, pictures shown, everything else downloaded."""

import asyncio
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core import files
from core.actor import SYSTEM
from core.errors import NotFound
from core.render import Voice, language_of
from core.store import Desks


def route(desks: Desks, store: files.Store) -> Route:
    """`/files/TOKEN/NAME`; the name is only for people."""

    async def give(request: Request) -> Response:
        try:
            file_id = store.opened(request.path_params["token"])
            file = await desks.read(SYSTEM, lambda desk: files.to_give_out(desk, file_id))
        except NotFound as error:
            speaker = Voice(language_of(request.headers.get("accept-language", "")))
            return PlainTextResponse(speaker.say(error.said), 404)
        path = store.path(file.sha256)
        if not path.exists():
            return PlainTextResponse("Gone", 410)
        if file.name == files.ORIGINAL and request.query_params.get("as") == "page":
            return await _page(request, path)
        kind = "inline" if files.is_shown(file) else "attachment"
        headers = {
            "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "private, max-age=3600",
        }
        media_type = file.media_type if files.is_shown(file) else "application/octet-stream"
        return FileResponse(path, media_type=media_type, headers=headers)

    return Route("/files/{token}/{name}", give)


async def _page(request: Request, path: Path) -> Response:
    """A mail as it looks; its page can run nothing and fetch nothing, but for pictures somebody asked for."""
    from connectors.email.page import Wish, page  # many desks have no mailbox

    with_remote = request.query_params.get("remote") == "1"
    speaker = Voice(language_of(request.headers.get("accept-language", "")))
    wish = Wish(speaker, with_remote, f"{request.url.path}?as=page&remote=1")
    made = await asyncio.to_thread(lambda: page(path.read_bytes(), wish))
    pictures = "data: https:" if with_remote else "data:"
    headers = {
        "Content-Security-Policy": f"default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox; base-uri 'none'; form-action 'none'",
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store",
    }  # fmt: skip
    return HTMLResponse(made, headers=headers)
