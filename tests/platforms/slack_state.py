"""What stands in the inputs of a view or message: before anybody touched them, and after."""

from typing import Any

from tests.platforms.slack_blocks import elements_of
from tests.platforms.slack_elements import all_options
from tests.platforms.slack_world import Refused, Wire, Workspace

TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
ONE_OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
PICKED = {
    "users_select": "user", "channels_select": "channel", "conversations_select": "conversation",
    "datepicker": "date", "timepicker": "time", "datetimepicker": "date_time",
}  # fmt: skip
PICKED_MANY = {f"multi_{kind}": f"{PICKED[kind]}s" for kind in list(PICKED)[:3]}
STATELESS = {"button", "icon_button", "feedback_buttons", "overflow", "image", "plain_text", "mrkdwn"}

Values = dict[str, dict[str, Wire]]


def initial(blocks: list[Wire]) -> Values:
    """The values blocks begin with."""
    values: Values = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] not in STATELESS:
                values.setdefault(block["block_id"], {})[element["action_id"]] = _initial(element)
    return values


def _initial(element: Wire) -> Wire:
    kind = element["type"]
    if kind in TYPED:
        return {"type": kind, "value": element.get("initial_value") or None}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind in PICKED:
        return {"type": kind, f"selected_{PICKED[kind]}": element.get(f"initial_{PICKED[kind]}")}
    if kind in PICKED_MANY:
        return {"type": kind, f"selected_{PICKED_MANY[kind]}": element.get(f"initial_{PICKED_MANY[kind]}", [])}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": element.get("initial_value")}
    return {"type": kind, "files": []}


def chosen(world: Workspace, element: Wire, given: Any) -> Wire:
    """The value of an element after somebody chose or typed `given`; options go by label or value, people by name."""
    kind = element["type"]
    if kind in TYPED:
        return {"type": kind, "value": str(given) if given not in (None, "") else None}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": None if given is None else _option(element, given)}
    if kind in OPTIONS:
        return {"type": kind, "selected_options": [_option(element, one) for one in given]}
    if kind in PICKED:
        return {"type": kind, f"selected_{PICKED[kind]}": _known(world, PICKED[kind], given)}
    if kind in PICKED_MANY:
        picked = [_known(world, PICKED_MANY[kind].removesuffix("s"), one) for one in given]
        return {"type": kind, f"selected_{PICKED_MANY[kind]}": picked}
    if kind == "rich_text_input":
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(given)}]}
        return {"type": kind, "rich_text_value": {"type": "rich_text", "elements": [section]}}
    return {"type": kind, "files": list(given)}


def _option(element: Wire, given: Any) -> Wire:
    if isinstance(given, dict):
        return given
    offered = all_options(element)
    for option in offered:
        if given in (option["text"]["text"], option["value"]):
            return dict(option)
    raise LookupError(f"There is no option {given!r}, only {[option['text']['text'] for option in offered]}")


def _known(world: Workspace, what: str, given: Any) -> Any:
    try:
        if what == "user":
            return world.user(str(given)).id
        if what in ("channel", "conversation"):
            return world.channel(str(given)).id
    except Refused as error:
        raise LookupError(f"There is no {what} {given!r}") from error
    return given


def missing(blocks: list[Wire], values: Values) -> dict[str, str]:
    """What Slack itself says of a form before it sends it: the block's id and its complaint."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        value = values[block["block_id"]][block["element"]["action_id"]]
        given = next(content for name, content in value.items() if name != "type")
        if not given and not block.get("optional", False):
            found[block["block_id"]] = "Please complete this required field."
        elif isinstance(given, str) and (said := _wrong(block["element"], given)):
            found[block["block_id"]] = said
    return found


def _wrong(element: Wire, given: str) -> str:
    if element["type"] == "plain_text_input":
        if len(given) > element.get("max_length", 3_000):
            return f"Please use {element.get('max_length', 3_000)} characters or fewer."
        if len(given) < element.get("min_length", 0):
            return f"Please use at least {element['min_length']} characters."
    if element["type"] == "email_text_input" and "@" not in given:
        return "Please enter a valid email address."
    if element["type"] == "number_input" and not given.lstrip("-").replace(".", "", 1).isdigit():
        return "Please enter a number."
    return ""
