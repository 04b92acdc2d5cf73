"""A mail as it looks: nothing in it runs, nothing is fetched before somebody asks, its own pictures are there."""

import base64
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot import downloads
from connectors.email.page import Wish, page
from core import files
from core.files import Store
from core.render import Voice
from tests.shop import Shop

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HTML = (
    '<h1 onclick="x()">Hello</h1><script>alert(1)</script><img src="cid:lamp"><img src="cid:nothing">'
    '<img src="https://track.example/p.gif"><a href="javascript:x()">a</a><a href="https://shop.example">b</a>'
    '<form action="https://evil.example"><input name="password"></form><style>body{display:none}</style>'
)


def _mail() -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Ana <ana@example.com>", "support@shop.example", "Lamp <b>&"
    made.set_content("Hello")
    made.add_alternative(HTML, subtype="html")
    made.get_payload()[1].add_related(PIXEL, "image", "png", cid="<lamp>")  # type: ignore[union-attr, index]
    return bytes(made)


def test_nothing_in_it_runs_and_only_its_own_pictures_are_shown() -> None:
    shown = page(_mail(), Wish(Voice(), show_remote="?remote=1"))
    assert 'src="data:image/png;base64,' in shown
    assert "Pictures from elsewhere are not loaded" in shown
    assert "Lamp &lt;b&gt;&amp;" in shown
    for hostile in ("<script", "onclick", "javascript:", 'src="https://track', "<form", "<input", "display:none"):
        assert hostile not in shown
    assert 'href="https://shop.example"' in shown


def test_pictures_from_elsewhere_are_shown_once_somebody_asks() -> None:
    shown = page(_mail(), Wish(Voice("de"), with_remote=True, show_remote="?remote=1"))
    assert 'src="https://track.example/p.gif"' in shown


@pytest.mark.parametrize("raw", [b"", b"\xff" * 1000, b"Content-Type: text/html\n\n" + b"<div>" * 100_000])
def test_whatever_a_mail_is_it_has_a_page(raw: bytes) -> None:
    assert "<main" in page(raw, Wish(Voice()))


async def test_its_link_gives_the_page_in_a_sandbox_and_the_file_otherwise(shop: Shop, tmp_path: Path) -> None:
    store = Store(tmp_path, "secret", shop.clock)
    taken = store.take(_mail())
    file_id = await shop.change(lambda desk: files.keep(desk, taken, files.ORIGINAL))
    link = await shop.read(lambda desk: store.link(files.to_give_out(desk, file_id)))
    app = httpx.ASGITransport(Starlette(routes=[downloads.route(shop.desks, store)]))
    async with httpx.AsyncClient(transport=app, base_url="http://desk") as browser:
        plain, looks = await browser.get(link), await browser.get(f"{link}?as=page")
        remote = await browser.get(f"{link}?as=page&remote=1")
    assert plain.headers["content-disposition"].startswith("attachment")
    policy = looks.headers["content-security-policy"]
    assert "default-src 'none'; img-src data:;" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert "https:" in remote.headers["content-security-policy"]
    assert looks.headers["content-type"].startswith("text/html")
