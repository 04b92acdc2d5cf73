"""How mail programs mark in HTML what they quote; and our own mark, which is hidden in what we send."""

import re
from enum import StrEnum

from connectors.email.markup import Tag

MARK = "deskbell-above"
"""The name of our hidden mark, as an id or class, alone or with `-` and a token; programs put prefixes before it."""

_QUOTED = re.compile(
    r"gmail_quote|yahoo_quoted|ymail_quoted|protonmail_quote|tutanota_quote|moz-forward-container|zmail_extra"
    r"|mailbird_quote|front-blockquote|clean_bq|messageReplySection|isReplyContent|__QUOTED_TEXT__|OLK_SRC_BODY_SECTION"
    r"|hey_quoted|sh-quoted-content|ntes_quote|wr_quote|mail_quote"
)
_IS_QUOTED_NAME = re.compile(r"quote\Z|x?_?quote_?header\Z|mb_quote\Z", re.IGNORECASE)
_REST = re.compile(
    MARK + r"|appendonsend|divRplyFwdMsg|stopSpelling|OutlookMessageHeader|mail-editor-reference-message-container"
    r"|ms-outlook-mobile-reference-message|zwchr|__DIVIDER__|replySplit|reply-intro|airmail_on_placeholder"
)
_OUTLOOK_RULE = re.compile(
    r"border:\s*none;\s*border-top:\s*(?:solid\s+#?\w+\s+1(?:\.0)?pt|1(?:\.0)?pt\s+solid)"
    r"|border-top:\s*solid\s+#(?:e1e1e1|b5c4df)\s+1(?:\.0)?pt",
    re.IGNORECASE,
)
_BAR = re.compile(r"border-left:", re.IGNORECASE)
_ANY = re.compile(
    f"{_QUOTED.pattern}|{_REST.pattern}|{_OUTLOOK_RULE.pattern}|<blockquote|name=[\"']?quote", re.IGNORECASE
)

_HINTS = (
    *("quote", "moz-forward", "zmail_extra", "clean_bq", "messagereplysection", "isreplycontent", "olk_src", "zwchr"),
    *("appendonsend", "divrplyfwdmsg", "stopspelling", "outlookmessageheader", "reference-message", "__divider__"),
    *("replysplit", "reply-intro", "airmail_on", "border-top", MARK),
)
"""Something of each: looking for these first is fifty times faster."""


class Sign(StrEnum):
    """Letters of nobody's alphabet that stand in the text where the HTML had a mark."""

    OPENS = "\ue0a0"
    CLOSES = "\ue0a1"
    REST = "\ue0a2"
    """From here on all is quoted."""


SIGNS = re.compile(f"[{''.join(Sign)}]")


def has_any(html: str) -> bool:
    """Whether a program marked something as quoted."""
    small = html.lower()
    return any(hint in small for hint in _HINTS) and _ANY.search(html) is not None


def around(tag: Tag) -> tuple[str, str]:
    """The signs to put at the beginning and the end of what a tag holds."""
    if len(tag.written) < 5 or tag.name not in ("div", "blockquote", "span", "hr", "a", "table", "td", "p", "section"):
        return "", ""
    attributes = tag.attributes()
    names = " ".join(attributes.get(name, "") for name in ("class", "id", "name", "data-marker"))
    if _REST.search(names) or (tag.name in ("div", "td") and _OUTLOOK_RULE.search(attributes.get("style", ""))):
        return Sign.REST, ""
    if _QUOTED.search(names) or _IS_QUOTED_NAME.match(attributes.get("name", "")):
        return Sign.OPENS, Sign.CLOSES
    if tag.name == "blockquote" and (attributes.get("type") == "cite" or "cite" in attributes or _has_bar(attributes)):
        return Sign.OPENS, Sign.CLOSES
    return "", ""


def _has_bar(attributes: object) -> bool:
    return _BAR.search(str(attributes)) is not None
