"""Rules of blocks and views, as Slack enforces them before anything is shown.

Limits: docs.slack.dev/reference/block-kit/blocks and /reference/views, slack_sdk.models.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.platforms import slack_elements as elements
from tests.platforms.slack_objects import ANY_TEXT, PLAIN, Findings, chars, flag, link, plain
from tests.platforms.slack_world import Refused, Wire

BLOCKS_IN_MESSAGE, BLOCKS_IN_VIEW = 50, 100
VIEW_BYTES = 250_000
BLOCK_TEXT_IN_MESSAGE, ROOM_PER_BLOCK = 13_200, 50
"""Sum of all texts in a message's blocks and room for each block. Not documented: about 13,200 characters pass in few
blocks (bolt-js#2509), 9,600 in 50 blocks pass and 11,300 in 45 do not (bolt-js#2867)."""


def check_message(blocks: Any, at: str = "/blocks") -> None:
    """Refuses blocks a message may not have."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    findings = Findings()
    _blocks(findings, blocks, at, most=BLOCKS_IN_MESSAGE, surface="message")
    if findings.said:
        said = [f"[ERROR] {finding}" for finding in findings.said]
        raise Refused("invalid_blocks", errors=findings.said, response_metadata={"messages": said})


def check_total(blocks: list[Wire]) -> None:
    """Refuses blocks that are too long together; only chat.postMessage and chat.update look at this."""
    if _length(blocks) + ROOM_PER_BLOCK * len(blocks) > BLOCK_TEXT_IN_MESSAGE:
        raise Refused("msg_blocks_too_long")


def check_view(view: Any, *, kind: str) -> None:
    """Refuses a view that is no `modal` or `home` Slack would show."""
    findings = Findings()
    if isinstance(view, dict):
        _view(findings, view, kind)
    else:
        findings.add("must be an object", "/view")
    if findings.said:
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {f}" for f in findings.said]})
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refused("view_too_large")


def _length(thing: Any) -> int:
    if isinstance(thing, dict):
        own = len(thing["text"]) if isinstance(thing.get("text"), str) else 0
        return own + sum(_length(value) for value in thing.values())
    return sum(_length(item) for item in thing) if isinstance(thing, list) else 0


def _view(findings: Findings, view: Wire, kind: str) -> None:
    if view.get("type") != kind:
        findings.add(f"must be a valid type: {kind}", "/view/type")
    own = {"blocks", "private_metadata", "callback_id", "external_id"}
    if kind == "modal":
        own |= {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
    findings.keys(view, "/view", needed=("title", "blocks") if kind == "modal" else ("blocks",), optional=own)
    rules = {
        "title": plain(24), "submit": plain(24), "close": plain(24), "private_metadata": chars(3_000),
        "callback_id": chars(255), "external_id": chars(255), "clear_on_close": flag, "notify_on_close": flag,
        "submit_disabled": flag,
    }  # fmt: skip
    for key in own & view.keys() & rules.keys():
        rules[key](findings, view[key], f"/view/{key}")
    blocks = view.get("blocks", [])
    _blocks(findings, blocks, "/view/blocks", most=BLOCKS_IN_VIEW, surface=kind)
    asks = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if kind == "modal" and asks and "submit" not in view:
        findings.add("missing required field: submit", "/view")


def _blocks(findings: Findings, blocks: Any, at: str, *, most: int, surface: str) -> None:
    seen: set[str] = set()
    for block, where in findings.items(blocks, at, most, least=0):
        rule = BLOCKS.get(block.get("type", "")) if isinstance(block, dict) else None
        if rule is None or surface not in rule.surfaces:
            findings.add(f"unsupported type: {block.get('type') if isinstance(block, dict) else block}", where)
            continue
        findings.keys(block, where, needed=rule.needed, optional=("block_id", *rule.optional))
        if "block_id" in block:
            findings.string(block["block_id"], f"{where}/block_id", 255)
            if block["block_id"] in seen:
                findings.add(f"block_id {block['block_id']} already exists", f"{where}/block_id")
            seen.add(block["block_id"])
        rule.check(findings, block, where)
        _actions_differ(findings, block, where)


def _actions_differ(findings: Findings, block: Wire, at: str) -> None:
    found = block.get("elements", [])
    ids = [e["action_id"] for e in found if isinstance(e, dict) and "action_id" in e] if isinstance(found, list) else []
    for twice in {i for i in ids if ids.count(i) > 1}:
        findings.add(f"action_id {twice} already exists", at)


def _section(findings: Findings, block: Wire, at: str) -> None:
    if "text" not in block and "fields" not in block:
        findings.add("must define either `text` or `fields`", at)
    if "text" in block:
        findings.text(block["text"], f"{at}/text", 3_000, ANY_TEXT)
    if "fields" in block:
        for text, where in findings.items(block["fields"], f"{at}/fields", 10):
            findings.text(text, where, 2_000, ANY_TEXT)
    if "accessory" in block:
        elements.check(findings, block["accessory"], f"{at}/accessory", elements.IN_SECTION)
    if "expand" in block:
        flag(findings, block["expand"], f"{at}/expand")


def _header(findings: Findings, block: Wire, at: str) -> None:
    if "text" in block:
        findings.text(block["text"], f"{at}/text", 150, PLAIN)


def _elements(most: int, allowed: set[str]) -> Callable[[Findings, Wire, str], None]:
    def check(findings: Findings, block: Wire, at: str) -> None:
        if "elements" in block:
            for element, where in findings.items(block["elements"], f"{at}/elements", most):
                elements.check(findings, element, where, allowed)

    return check


def _context(findings: Findings, block: Wire, at: str) -> None:
    for element, where in findings.items(block.get("elements", []), f"{at}/elements", 10):
        if isinstance(element, dict) and element.get("type") in ANY_TEXT:
            findings.text(element, where, 3_000, ANY_TEXT)
        else:
            elements.check(findings, element, where, {"image"})


def _input(findings: Findings, block: Wire, at: str) -> None:
    for key in {"label", "hint"} & block.keys():
        findings.text(block[key], f"{at}/{key}", 2_000)
    for key in {"optional", "dispatch_action"} & block.keys():
        flag(findings, block[key], f"{at}/{key}")
    if "element" in block:
        elements.check(findings, block["element"], f"{at}/element", elements.IN_INPUT)


def _image(findings: Findings, block: Wire, at: str) -> None:
    if ("image_url" in block) == ("slack_file" in block):
        findings.add("must provide exactly one of: image_url, slack_file", at)
    for key, rule in (("image_url", link), ("alt_text", chars(2_000)), ("title", plain(2_000))):
        if key in block:
            rule(findings, block[key], f"{at}/{key}")


def _markdown(findings: Findings, block: Wire, at: str) -> None:
    if "text" in block:
        findings.string(block["text"], f"{at}/text", 12_000, least=1)


def _rich_text(findings: Findings, block: Wire, at: str) -> None:
    allowed = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
    for element, where in findings.items(block.get("elements", []), f"{at}/elements", 1_000):
        if not isinstance(element, dict) or element.get("type") not in allowed:
            findings.add("unsupported type", f"{where}/type")


def _table(findings: Findings, block: Wire, at: str) -> None:
    for row, where in findings.items(block.get("rows", []), f"{at}/rows", 100):
        findings.items(row, where, 20)


def _divider(findings: Findings, block: Wire, at: str) -> None:
    """A divider has nothing to look at."""


@dataclass(frozen=True)
class Block:
    """Keys of a block, what looks into it, and the surfaces it may stand on."""

    check: Callable[[Findings, Wire, str], None]
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ("message", "modal", "home")


BLOCKS = {
    "section": Block(_section, (), ("text", "fields", "accessory", "expand")),
    "header": Block(_header, ("text",)),
    "divider": Block(_divider),
    "actions": Block(_elements(25, elements.IN_ACTIONS), ("elements",)),
    "context": Block(_context, ("elements",)),
    "context_actions": Block(_elements(5, elements.IN_CONTEXT_ACTIONS), ("elements",), (), ("message",)),
    "input": Block(_input, ("label", "element"), ("hint", "optional", "dispatch_action")),
    "image": Block(_image, ("alt_text",), ("image_url", "slack_file", "title")),
    "markdown": Block(_markdown, ("text",), (), ("message",)),
    "rich_text": Block(_rich_text, ("elements",)),
    "table": Block(_table, ("rows",), ("column_settings",), ("message",)),
}
