"""Rules of interactive elements: which keys each has, what they hold, and in which blocks it may stand."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.slack_objects import (
    ANY_TEXT,
    Check,
    Findings,
    anything,
    chars,
    confirm,
    flag,
    link,
    number,
    option,
    option_groups,
    options,
    plain,
    words,
)  # fmt: skip

PLAIN_OPTION, RICH_OPTION, LINK_OPTION = option(), option(ANY_TEXT), option(links=True)


@dataclass(frozen=True)
class Element:
    """Keys an element must and may have. `either`: exactly one of these keys."""

    needed: dict[str, Check] = field(default_factory=dict)
    optional: dict[str, Check] = field(default_factory=dict)
    either: tuple[str, ...] = ()


_COMMON: dict[str, Check] = {"action_id": chars(255), "confirm": confirm, "focus_on_load": flag}
_ASKING: dict[str, Check] = {**_COMMON, "placeholder": plain(150)}
_MANY: dict[str, Check] = {**_ASKING, "max_selected_items": number(1, 100)}
_TYPED: dict[str, Check] = {**_ASKING, "dispatch_action_config": anything}
_LISTED: dict[str, Check] = {"options": options(100, PLAIN_OPTION), "option_groups": option_groups}


def _date(findings: Findings, value: Any, at: str) -> None:
    if not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)):
        findings.add("must be in the format YYYY-MM-DD", at)


def _clock(findings: Findings, value: Any, at: str) -> None:
    if not (isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value)):
        findings.add("must be in the format HH:mm", at)


def _picks(kind: str, initial: str, **more: Check) -> dict[str, Element]:
    """A select and its multiple form, of users, channels or conversations."""
    return {
        f"{kind}_select": Element(optional={**_ASKING, f"initial_{initial}": chars(20), **more}),
        f"multi_{kind}_select": Element(optional={**_MANY, f"initial_{initial}s": anything, **more}),
    }


_BUTTON = Element(
    needed={"text": plain(75)},
    optional=_COMMON
    | {"value": chars(2_000), "url": link, "style": words("primary", "danger"), "accessibility_label": chars(75)},
)
_IMAGE = Element(
    needed={"alt_text": chars(2_000)},
    optional={"image_url": link, "slack_file": anything},
    either=("image_url", "slack_file"),
)

ELEMENTS: dict[str, Element] = {
    "button": _BUTTON,
    "image": _IMAGE,
    "overflow": Element(needed={"options": options(5, LINK_OPTION)}, optional=_COMMON),
    "checkboxes": Element({"options": options(10, RICH_OPTION)}, {**_COMMON, "initial_options": anything}),
    "radio_buttons": Element({"options": options(10, RICH_OPTION)}, {**_COMMON, "initial_option": RICH_OPTION}),
    "datepicker": Element(optional={**_ASKING, "initial_date": _date}),
    "timepicker": Element(optional={**_ASKING, "initial_time": _clock, "timezone": chars(100)}),
    "datetimepicker": Element(optional={**_COMMON, "initial_date_time": number(1_000_000_000, 9_999_999_999)}),
    "static_select": Element(
        optional={**_ASKING, **_LISTED, "initial_option": PLAIN_OPTION}, either=("options", "option_groups")
    ),
    "multi_static_select": Element(
        optional={**_MANY, **_LISTED, "initial_options": options(100, PLAIN_OPTION)},
        either=("options", "option_groups"),
    ),
    "external_select": Element(
        optional={**_ASKING, "min_query_length": number(0, 3_000), "initial_option": PLAIN_OPTION}
    ),
    "multi_external_select": Element(
        optional={**_MANY, "min_query_length": number(0, 3_000), "initial_options": options(100, PLAIN_OPTION)}
    ),
    **_picks("users", "user"),
    **_picks("channels", "channel", response_url_enabled=flag),
    **_picks(
        "conversations", "conversation", response_url_enabled=flag, default_to_current_conversation=flag,
        filter=anything,
    ),
    "plain_text_input": Element(
        optional=_TYPED
        | {"initial_value": chars(3_000), "multiline": flag, "min_length": number(0, 3_000)}
        | {"max_length": number(1, 3_000)},
    ),
    "rich_text_input": Element(
        optional={**_TYPED, "initial_value": anything, "min_lines": number(1, 50), "max_lines": number(1, 50)}
    ),
    "email_text_input": Element(optional={**_TYPED, "initial_value": chars(3_000)}),
    "url_text_input": Element(optional={**_TYPED, "initial_value": chars(3_000)}),
    "number_input": Element(
        needed={"is_decimal_allowed": flag},
        optional={**_TYPED, "initial_value": chars(100), "min_value": chars(100), "max_value": chars(100)},
    ),
    "file_input": Element(
        optional={"action_id": chars(255), "filetypes": anything, "max_files": number(1, 10)}
    ),
    "icon_button": Element({"icon": words("trash"), "text": plain(75)}, {**_COMMON, "value": chars(2_000)}),
    "feedback_buttons": Element(
        {"positive_button": anything, "negative_button": anything}, {"action_id": chars(255)}
    ),
}  # fmt: skip

_SELECTS = {
    "static_select", "external_select", "users_select", "channels_select", "conversations_select",
}  # fmt: skip
_MULTI = {f"multi_{kind}" for kind in _SELECTS}
_CHOICES = {"checkboxes", "radio_buttons", "datepicker", "timepicker"}

IN_ACTIONS = {"button", "overflow", "datetimepicker"} | _SELECTS | _CHOICES
IN_SECTION = {"button", "overflow", "image"} | _SELECTS | _MULTI | _CHOICES
IN_CONTEXT_ACTIONS = {"icon_button", "feedback_buttons"}
IN_INPUT = (
    {"plain_text_input", "rich_text_input", "email_text_input", "url_text_input", "number_input", "datetimepicker"}
    | {"file_input"}
    | _SELECTS
    | _MULTI
    | _CHOICES
)


def check(findings: Findings, value: Any, at: str, allowed: set[str]) -> None:
    """An element standing where only some may."""
    if not isinstance(value, dict):
        findings.add("must be an object", at)
        return
    kind = value.get("type")
    if kind not in allowed or kind not in ELEMENTS:
        findings.add(f"unsupported type: {kind}", f"{at}/type")
        return
    rules = ELEMENTS[kind]
    findings.keys(value, at, needed=rules.needed, optional=rules.optional)
    if rules.either and sum(key in value for key in rules.either) != 1:
        findings.add(f"must provide exactly one of: {', '.join(rules.either)}", at)
    for key, rule in (rules.needed | rules.optional).items():
        if key in value:
            rule(findings, value[key], f"{at}/{key}")
    _agree(findings, value, at)


def _agree(findings: Findings, value: dict[str, Any], at: str) -> None:
    """Keys of one element that must fit each other."""
    if value.get("min_length", 0) > value.get("max_length", 3_000):
        findings.add("min_length must not be more than max_length", at)
    given = [value["initial_option"]] if "initial_option" in value else value.get("initial_options", [])
    if value["type"].endswith("external_select") or not isinstance(given, list):
        return
    offered = all_options(value)
    if any(one not in offered for one in given):
        findings.add("initial option must be one of the options", at)


def all_options(element: dict[str, Any]) -> list[dict[str, Any]]:
    """The options of an element, those in groups too."""
    grouped = [one for group in element.get("option_groups", []) for one in group.get("options", [])]
    return [*element.get("options", []), *grouped]
