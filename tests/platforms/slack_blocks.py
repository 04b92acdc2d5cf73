"""Blocks as they stand: with the ids Slack fills in, as plain text, and whom they ping."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.platforms.slack_elements import all_options
from tests.platforms.slack_world import Message, View, Wire, Workspace

INTERACTIVE = {"button", "icon_button", "overflow"}


def filled(world: Workspace, blocks: list[Wire]) -> list[Wire]:
    """Blocks with the ids Slack makes up where the app gave none, and `emoji` and `verbatim` as it shows them."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", world.new_id("b")[-6:])
        for element in elements_of(block):
            if element["type"] not in ("image", "plain_text", "mrkdwn"):
                element.setdefault("action_id", world.new_id("a")[-6:])
        for text in _texts(block):
            if text["type"] == "plain_text":
                text.setdefault("emoji", True)
            else:
                text.setdefault("verbatim", False)
    return blocks


def elements_of(block: Wire) -> list[Wire]:
    """The elements of a block, wherever they stand in it."""
    found = list(block.get("elements", [])) if block["type"] in ("actions", "context", "context_actions") else []
    return found + [block[key] for key in ("accessory", "element") if key in block]


def label_of(element: Wire, block: Wire) -> str:
    """What people call an element: its button text, its input's label, or its placeholder."""
    if element["type"] in ("button", "icon_button"):
        return str(element["text"]["text"])
    if block["type"] == "input":
        return str(block["label"]["text"])
    return str(element.get("placeholder", {}).get("text", ""))


def find(blocks: list[Wire], called: str, *, but: frozenset[str] = frozenset()) -> tuple[Wire, Wire]:
    """The block and element called so by label, action_id or block_id, of no type in `but`."""
    for block in blocks:
        for element in elements_of(block):
            names = (label_of(element, block), element.get("action_id"), block.get("block_id"))
            if called in names and element["type"] not in but:
                return block, element
    raise LookupError(f"Nothing is called {called!r}. There is: {_names(blocks)}")


def _names(blocks: list[Wire]) -> list[str]:
    return [label_of(e, b) or e.get("action_id", "") for b in blocks for e in elements_of(b)]


def buttons(thing: Message | View) -> list[str]:
    """The labels of the buttons of a message or view."""
    blocks = thing.blocks if isinstance(thing, Message) else thing.body["blocks"]
    return [label_of(e, b) for b in blocks for e in elements_of(b) if e["type"] == "button"]


def shown(thing: Message | View, names: Mapping[str, str] | None = None) -> str:
    """A message or view as plain text: a line a block, `[Take]` for buttons, `{Priority: low | high}` for choices.

    A message with blocks shows them and not its text, as Slack does. `names` puts ids into words.
    """
    if isinstance(thing, View):
        lines = [_block(block) for block in thing.body["blocks"]]
        title, submit = thing.body.get("title", {}).get("text", ""), thing.body.get("submit", {}).get("text", "")
        lines = [*([title] if title else []), *lines, *([f"[{submit}]"] if submit else [])]
    else:
        lines = [_block(block) for block in thing.blocks] or [thing.text]
        lines += [str(a.get("text") or a.get("fallback") or "") for a in thing.attachments]
    text = "\n".join(line for line in lines if line)
    for known, name in (names or {}).items():
        text = re.sub(rf"<[@#]{known}(\|[^>]*)?>", name, text)
    return text


def _block(block: Wire) -> str:
    kind = block["type"]
    if kind == "divider":
        return "———"
    if kind == "image":
        return f"(image: {block['alt_text']})"
    if kind in ("rich_text", "table"):
        return _rich(block)
    parts = [block["text"]] if kind == "markdown" else [text["text"] for text in _own_texts(block)]
    parts += [_element(element, block) for element in elements_of(block)]
    return ("\n" if "fields" in block else " ").join(part for part in parts if part)


def _own_texts(block: Wire) -> list[Wire]:
    texts = [block["text"]] if isinstance(block.get("text"), dict) else []
    return texts + block.get("fields", [])


def _element(element: Wire, block: Wire) -> str:
    kind = element["type"]
    if kind in ("plain_text", "mrkdwn"):
        return str(element["text"])
    if kind == "image":
        return f"(image: {element['alt_text']})"
    name = label_of(element, block)
    if kind in ("button", "icon_button"):
        return f"[{name}]"
    offered = " | ".join(option["text"]["text"] for option in all_options(element))
    if offered:
        return f"{{{name}: {offered}}}"
    return f"{{{name}: {element.get('initial_value', '')}}}"


def _rich(thing: Any) -> str:
    if isinstance(thing, list):
        return "".join(_rich(item) for item in thing)
    if not isinstance(thing, dict):
        return ""
    match thing.get("type"):
        case "text":
            return str(thing["text"])
        case "user":
            return f"<@{thing['user_id']}>"
        case "channel":
            return f"<#{thing['channel_id']}>"
        case "usergroup":
            return f"<!subteam^{thing['usergroup_id']}>"
        case "broadcast":
            return f"<!{thing['range']}>"
        case "emoji":
            return f":{thing['name']}:"
        case "link":
            return str(thing.get("text") or thing["url"])
        case "date":
            return str(thing["fallback"])
        case "rich_text_list":
            return "\n".join(f"• {_rich(item)}" for item in thing["elements"])
    return _rich(thing.get("elements", thing.get("rows", [])))


def _texts(thing: Any) -> Iterator[Wire]:
    """All text objects in a thing."""
    if isinstance(thing, list):
        for item in thing:
            yield from _texts(item)
    elif isinstance(thing, dict):
        if thing.get("type") in ("plain_text", "mrkdwn") and isinstance(thing.get("text"), str):
            yield thing
        for value in thing.values():
            yield from _texts(value)


def _called(thing: Any) -> Iterator[str]:
    """The mentions among the elements of rich text; its text elements are literal, whatever they say."""
    if isinstance(thing, list):
        for item in thing:
            yield from _called(item)
    elif isinstance(thing, dict):
        if thing.get("type") in ("user", "usergroup", "broadcast"):
            yield _rich(thing)
        yield from _called(thing.get("elements", thing.get("rows", [])))


def pinged(world: Workspace, message: Message) -> list[str]:
    """Whom a message notifies: "@channel", "@here", "@everyone", a group's "@handle", somebody's "ines"."""
    said = [message.text, *(str(a.get("text", "")) for a in message.attachments)]
    for block in message.blocks:
        if block["type"] in ("rich_text", "table"):
            said += _called(block)
        elif block["type"] == "markdown":
            said.append(block["text"])
        said += [text["text"] for text in _texts(block) if text["type"] == "mrkdwn"]
    found: dict[str, None] = {}
    for sign, known in re.findall(r"<(@|!subteam\^|!)([\w]+)(?:\|[^>]*)?>", "\n".join(said)):
        if sign == "@" and known in world.users:
            found[world.users[known].name] = None
        elif sign == "!subteam^" and known in world.groups:
            found[f"@{world.groups[known].handle}"] = None
        elif sign == "!" and known in ("channel", "here", "everyone"):
            found[f"@{known}"] = None
    return list(found)
