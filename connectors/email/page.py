"""A mail as its writer meant it to look: a page of its own, safe to show, without anything from elsewhere."""

import base64
import html as entities
from dataclasses import dataclass

from connectors.email import html
from connectors.email.reading import Mail, read
from core.render import Voice
from core.show import text

_MOST_PICTURES = 12 * 1024 * 1024
"""Bytes of the pictures inside a mail that are put into its page; what is beyond them is not shown."""
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#fff;color:#111}"
    "header{padding:12px 16px;border-bottom:1px solid #ddd;background:#f7f7f8}header p{margin:2px 0}"
    "main{padding:16px;overflow-wrap:anywhere}main img{max-width:100%;height:auto}"
    "pre{white-space:pre-wrap;font:inherit}"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to see a mail."""

    voice: Voice
    with_remote: bool = False
    """Whether pictures from elsewhere are shown: their servers then learn that the mail was opened, and where."""
    show_remote: str = ""
    """The address of the same page with them."""


def page(raw: bytes, wish: Wish) -> str:
    """The page of a mail, in time and memory that grow with its size, of which at most 2 MB of HTML are shown."""
    mail = read(raw)
    shown = html.safe(mail.html, _Pictures(mail).source, with_remote=wish.with_remote) if mail.html else None
    body = f"<pre>{entities.escape(mail.text)}</pre>" if shown is None else shown.html
    remote = 0 if shown is None else shown.remote
    title = entities.escape(mail.subject or "…")
    return (
        f'<!doctype html><html lang="{wish.voice.language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">'
        f"<style>{_STYLE}</style></head><body><header>{_head(mail, wish.voice)}{_offer(remote, wish)}</header>"
        f'<main dir="auto">{body}</main></body></html>'
    )


def _head(mail: Mail, voice: Voice) -> str:
    lines = [f"<b>{entities.escape(mail.subject or '…')}</b>"]
    who = ", ".join(f"{each.name} <{each.address}>".strip() for each in (*mail.to, *mail.cc)[:20])
    lines.append(entities.escape(f"{mail.author.name} <{mail.author.address}>".strip()))
    lines.append(entities.escape(voice.say(text("To: {who}", who=who))))
    if mail.date is not None:
        lines.append(entities.escape(voice.moment(mail.date)))
    return "".join(f"<p>{line}</p>" for line in lines)


def _offer(remote: int, wish: Wish) -> str:
    """What is left out, and how to see it after all."""
    if not remote or not wish.show_remote:
        return ""
    said = wish.voice.say(text("Pictures from elsewhere are not loaded: their senders would see that you read this."))
    show = wish.voice.say(text("Show them"))
    return f'<p>{entities.escape(said)} <a href="{entities.escape(wish.show_remote)}">{entities.escape(show)}</a></p>'


class _Pictures:
    """The pictures inside a mail, as they stand in its page."""

    def __init__(self, mail: Mail) -> None:
        self._inline, self._left = mail.inline, _MOST_PICTURES
        self._made: dict[str, str] = {}

    def source(self, content_id: str) -> str | None:
        """A picture by its content id; None for one that is not there, no picture, or too much."""
        if content_id in self._made:
            return self._made[content_id]
        found = self._inline.get(content_id)
        if found is None or found.media not in _SHOWN:
            return None
        content = found.content()
        self._left -= len(content)
        if self._left < 0:
            return None
        self._made[content_id] = f"data:{found.media};base64,{base64.b64encode(content).decode()}"
        return self._made[content_id]
