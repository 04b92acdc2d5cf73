"""The fake Slack's rules of blocks and views, a row a rule."""

from typing import Any

import pytest

from tests.platforms.slack_blocks import shown
from tests.platforms.slack_product import actions, asks, button, modal, plain, section, select
from tests.platforms.slack_rules import check_message, check_total, check_view
from tests.platforms.slack_world import Message, Refused

DIVIDER = {"type": "divider"}


def said(blocks: Any) -> list[str]:
    """What is wrong with a message's blocks."""
    try:
        check_message(blocks)
    except Refused as refusal:
        return [refusal.error, *refusal.more.get("errors", [])]
    return []


def options(count: int, **more: Any) -> list[dict[str, Any]]:
    """So many options."""
    return [{"text": plain(f"{n}"), "value": f"{n}", **more} for n in range(count)]


GOOD: dict[str, list[dict[str, Any]]] = {
    "a section at its limit": [section("x" * 3_000)],
    "ten fields": [{"type": "section", "fields": [plain("x" * 2_000)] * 10}],
    "25 buttons": [actions(*(button("x" * 75, f"{n}", value="y" * 2_000, style="danger") for n in range(25)))],
    "fifty blocks": [DIVIDER] * 50,
    "a context": [{"type": "context", "elements": [plain("x")] * 10}],
    "a markdown block": [{"type": "markdown", "text": "x" * 12_000}],
    "a select of a hundred": [actions({**select("Pick", "a"), "options": options(100)})],
    "an overflow": [section("x", accessory={"type": "overflow", "action_id": "a", "options": options(5)})],
    "people and dates": [
        actions({"type": "users_select", "action_id": "u"}, {"type": "datepicker", "initial_date": "2026-11-02"})
    ],
    "a confirmation": [
        actions(button("x", "a", confirm={"title": plain("Sure?"), "text": plain("Really"), "deny": plain("No")}))
    ],
}


@pytest.mark.parametrize("blocks", GOOD.values(), ids=GOOD)
def test_blocks_within_their_limits_pass(blocks: list[dict[str, Any]]) -> None:
    assert said(blocks) == []


BAD: list[tuple[Any, str]] = [
    ("[]", "invalid_blocks_format"),
    ([DIVIDER] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([section("x" * 3_001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    (
        [{"type": "section", "fields": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        [{"type": "section", "fields": [plain("x" * 2_001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "must be a valid type: plain_text [json-pointer:/blocks/0/text/type]",
    ),
    ([{"type": "bogus"}], "unsupported type: bogus [json-pointer:/blocks/0]"),
    ([{**DIVIDER, "text": "x"}], "invalid additional property: text [json-pointer:/blocks/0]"),
    ([{**DIVIDER, "block_id": "x" * 256}], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    ([{**DIVIDER, "block_id": "a"}] * 2, "block_id a already exists [json-pointer:/blocks/1/block_id]"),
    ([actions(button("x", "a"), button("y", "a"))], "action_id a already exists [json-pointer:/blocks/0]"),
    ([actions()], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (
        [actions(*(button("x", f"{n}") for n in range(26)))],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ([actions({"type": "button"})], "missing required field: text [json-pointer:/blocks/0/elements/0]"),
    (
        [actions(button("x" * 76, "a"))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        [actions(button("x", "a", value="x" * 2_001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        [actions(button("x", "a" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        [actions(button("x", "a", style="blue"))],
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    ([actions(button("x", "a", url="desk"))], "must be a valid URL [json-pointer:/blocks/0/elements/0/url]"),
    (
        [actions({"type": "plain_text_input"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        [actions({**select("x", "a"), "options": options(101)})],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        [actions({**select("x", "a"), "options": options(1, value="x" * 151)})],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        [actions({**select("x", "a", "Low"), "initial_option": options(1)[0]})],
        "initial option must be one of the options [json-pointer:/blocks/0/elements/0]",
    ),
    (
        [actions({"type": "overflow", "options": options(6)})],
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        [{"type": "context", "elements": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        [{"type": "context", "elements": [button("x", "a")]}],
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    ([{"type": "markdown", "text": "x" * 12_001}], "must be less than 12001 characters [json-pointer:/blocks/0/text]"),
    ([asks("x" * 2_001, "b")], "must be less than 2001 characters [json-pointer:/blocks/0/label/text]"),
    (
        [asks("x", "b", {"type": "plain_text_input", "max_length": 3_001})],
        "must be between 1 and 3000 [json-pointer:/blocks/0/element/max_length]",
    ),
    (
        [{"type": "image", "alt_text": "x"}],
        "must provide exactly one of: image_url, slack_file [json-pointer:/blocks/0]",
    ),
    ([section("x", accessory=asks("x", "b"))], "unsupported type: input [json-pointer:/blocks/0/accessory/type]"),
    ([actions({**button("x", "a"), "value": None})], "must be a string [json-pointer:/blocks/0/elements/0/value]"),
]


@pytest.mark.parametrize(("blocks", "why"), BAD, ids=[why for _, why in BAD])
def test_blocks_beyond_their_limits_are_refused_with_the_reason(blocks: Any, why: str) -> None:
    assert why in said(blocks)


def test_blocks_that_are_too_long_together_are_refused() -> None:
    check_total([section("x" * 3_000)] * 4)
    with pytest.raises(Refused, match="msg_blocks_too_long"):
        check_total([section("x" * 3_000)] * 5)


VIEWS: list[tuple[dict[str, Any], str]] = [
    (modal("x" * 25, DIVIDER), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal("x", DIVIDER, submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (modal("x", DIVIDER, close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
    (modal("x", DIVIDER, private_metadata="x" * 3_001),
     "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal("x", DIVIDER, callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (modal("x", *[DIVIDER] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (modal("x", DIVIDER, id="V1"), "invalid additional property: id [json-pointer:/view]"),
    ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
    ({"type": "modal", "title": plain("x"), "blocks": [asks("x", "b")]},
     "missing required field: submit [json-pointer:/view]"),
    ({"type": "home", "blocks": []}, "must be a valid type: modal [json-pointer:/view/type]"),
    (modal("x", {"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/view/blocks/0]"),
]  # fmt: skip


@pytest.mark.parametrize(("view", "why"), VIEWS, ids=[why for _, why in VIEWS])
def test_views_beyond_their_limits_are_refused_with_the_reason(view: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match="invalid_arguments") as caught:
        check_view(view, kind="modal")
    assert f"[ERROR] {why}" in caught.value.more["response_metadata"]["messages"]


def test_a_view_within_its_limits_passes() -> None:
    check_view(modal("x" * 24, *[DIVIDER] * 100, private_metadata="x" * 3_000), kind="modal")
    check_view({"type": "home", "blocks": [section("x"), actions(button("y", "a"))]}, kind="home")


def test_a_message_is_shown_as_lines_buttons_and_choices() -> None:
    blocks = [
        {"type": "header", "text": plain("#1")},
        section("*printer* of <@U1>", accessory=button("Open", "o")),
        DIVIDER,
        actions(button("Take", "t"), select("Priority", "p", "Low", "High")),
        {"type": "context", "elements": [plain("due in 3 h")]},
    ]
    text = shown(Message("1.1", "C1", text="fallback", blocks=blocks), {"U1": "@ines"})
    assert text == "#1\n*printer* of @ines [Open]\n———\n[Take] {Priority: Low | High}\ndue in 3 h"
