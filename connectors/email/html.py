"""Makes a mail's HTML safe to show: an allow list, and no pictures from elsewhere before a click."""

import html as entities
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import nh3

from connectors.email.balance import TAGS, Manner, balanced, escaped
from connectors.email.markup import Tag

LARGEST = 2_000_000
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_REMOTE = re.compile(r"https?://", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE)
_NO_STYLE = re.compile(r"url\s*\(|expression|javascript|[\\@<]|/\*|(?:margin|indent)[^;]*:[^;]*-\s*\d", re.IGNORECASE)
_STYLES = set(
    "background-color border border-bottom border-collapse border-color border-left border-radius border-right"
    " border-spacing border-style border-top border-width color direction font-family font-size font-style font-weight"
    " line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-width padding"
    " padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent vertical-align"
    " white-space width word-break".split()
)
_STAND_INS = {"&": "\uf8f1", "<": "\uf8f2", ">": "\uf8f3", "\xa0": "\uf8f4"}
_OTHERS = re.compile("[\uf8f1-\uf8f4]")
_TABLE = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "colspan", "height", "rowspan", "valign", "width"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "style", "align"},
    "a": {"href", "title"},
    "font": {"color", "face", "size"},
    "img": {"src", "alt", "title", "width", "height", "data-remote"},
    "ol": {"start", "type"},
    **dict.fromkeys(("table", "tbody", "thead", "tfoot", "tr", "td", "th"), _TABLE),
}
_WRITTEN = frozenset[str]().union(*_ATTRIBUTES.values()) - {"data-remote"}

Pictures = Callable[[str], str | None]
"""Where the picture with a content id is shown from; None for one that is not there."""


@dataclass(frozen=True, slots=True)
class Shown:
    """HTML to put into a page, and how many pictures from elsewhere it leaves out."""

    html: str
    remote: int


def safe(html: str, inline: Pictures, *, with_remote: bool = False) -> Shown:
    """The HTML safe to show, at most 2 MB (`LARGEST`) of it.

    Pictures from elsewhere keep their address as `data-remote` for a click; `with_remote` shows them.
    """
    rewriting = _Rewriting(inline, with_remote)
    flat = balanced(html[:LARGEST], Manner(attributes=rewriting.attributes, text=_stood_in))
    cleaned = nh3.clean(
        flat,
        tags=set(TAGS),
        attributes=_ATTRIBUTES,
        attribute_filter=rewriting.allowed,
        clean_content_tags={"script", "style"},
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    for sign, stand_in in _STAND_INS.items():
        cleaned = cleaned.replace(stand_in, entities.escape(sign))
    return Shown(cleaned, rewriting.remote)


def _stood_in(written: str) -> str:
    """Text with its signs as other letters: the sanitiser takes time with the square of the number of entities."""
    said = _OTHERS.sub("", entities.unescape(written))
    for sign, stand_in in _STAND_INS.items():
        said = said.replace(sign, stand_in)
    return said


@dataclass(slots=True)
class _Rewriting:
    """Writes attributes anew, and then says again, on what the sanitiser read, which may stay."""

    inline: Pictures
    with_remote: bool
    remote: int = 0
    sources: set[str] = field(default_factory=set)
    """From where pictures may be shown: ours, by their content id."""

    def attributes(self, tag: Tag) -> str:
        """A tag's attributes as they should be."""
        if not tag.written.strip("/ "):
            return ""
        found = {name: value for name, value in tag.attributes().items() if name in _WRITTEN}
        if tag.name == "img":
            found |= self._source(entities.unescape(found.pop("src", "")).strip())
        return "".join(f' {name}="{escaped(value)}"' for name, value in found.items())

    def _source(self, url: str) -> dict[str, str]:
        if url[:4].lower() == "cid:":
            source = self.inline(url[4:].strip("<> "))
            if source is None:
                return {}
            self.sources.add(source)
            return {"src": entities.escape(source)}
        if _REMOTE.match(url):
            self.remote += not self.with_remote
            return {"src" if self.with_remote else "data-remote": entities.escape(url)}
        return {"src": url} if _PICTURE.match(url) else {}

    def allowed(self, tag: str, name: str, value: str) -> str | None:
        """What the sanitiser keeps of an attribute."""
        match name:
            case "href":
                return value if _LINK.match(value) else None
            case "src":
                is_ours = value in self.sources or _PICTURE.match(value)
                return value if is_ours or (self.with_remote and _REMOTE.match(value)) else None
            case "data-remote":
                return value if _REMOTE.match(value) else None
            case "style":
                kept = [one for one in value.split(";")[:100] if not _NO_STYLE.search(one)]
                return ";".join(kept) or None
            case _:
                return value[:2000]
