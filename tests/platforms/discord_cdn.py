"""The CDN: files by signed links that end, and everybody's default picture."""

import base64

from aiohttp import web

from tests.platforms.discord_payloads import signature
from tests.platforms.discord_world import World

_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def open_cdn(app: web.Application, world: World) -> None:
    """Adds the CDN's addresses."""

    async def attachment(request: web.Request) -> web.Response:
        number = int(request.match_info["attachment_id"])
        query, file = request.query, world.files.get(number)
        ends, begins = query.get("ex", "0"), query.get("is", "")
        if file is None or query.get("hm") != signature(number, ends, begins) or int(ends, 16) < world.clock.now():
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=file.content, content_type=file.content_type)

    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=_PICTURE, content_type="image/png")

    app.router.add_get("/cdn/attachments/{channel_id}/{attachment_id}/{name}", attachment)
    app.router.add_get("/cdn/{rest:.*}", picture)
