"""What is rendered for Slack keeps Slack's rules, whatever is in it, and calls nobody by itself."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import labels
from bot.commands import COMMANDS
from bot.forms import Field as FormField
from bot.forms import Form
from bot.slack import blocks, home, modals
from bot.slack.blocks import Asked, Post
from bot.slack.home import Counted, Mine, Queue
from bot.slack.manifest import manifest
from bot.slack.modals import Context
from bot.slack.words import clean, elements
from core.errors import UserError
from core.render import Voice
from core.room import Board, Line, Side, Words
from core.show import Answer, Button, Card, Field, Text, Tone, text, verbatim
from tests.platforms import slack_rules as rules

VOICE = Voice()
HOSTILE = (
    "<!channel> <!here|x> <@U1> <#C1> <!subteam^S1>",
    "*bold* _it_ ~no~ `code` ```x``` > quote\n> more",
    ":tada: @everyone https://evil.example/<script> &lt;",
    "\u202eright to left\u202c\x00\ud800\x1b[31m",
    "w" * 3_001,
    "",
    " \n ",
)
any_words = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200), st.text("ab \n<&:*", min_size=1, max_size=6_000))
buttons = st.builds(
    Button, any_words.map(verbatim), st.text(min_size=1, max_size=90), st.sampled_from(list(Tone)), st.booleans()
)
cards = st.builds(
    Card,
    any_words.map(verbatim),
    st.lists(st.builds(Field, any_words.map(verbatim), any_words.map(verbatim)), max_size=12).map(tuple),
    st.lists(any_words.map(verbatim), max_size=12).map(tuple),
    st.lists(buttons, max_size=8).map(tuple),
    st.sampled_from(list(Tone)),
    st.sampled_from(["", "ticket:42", "dialog:17"]),
)


def _checked(post: Post) -> Post:
    """The same post, once Slack's rules have been asked."""
    sent = json.loads(json.dumps(list(post.blocks)))
    rules.check_message(sent)
    rules.check_total(sent)
    assert post.text
    assert "<" not in post.text
    assert not list(_formatted(sent))
    return post


def _formatted(thing: Any) -> Iterator[Any]:
    """Texts Slack would look for formatting and mentions in."""
    if isinstance(thing, list):
        for each in thing:
            yield from _formatted(each)
    elif isinstance(thing, dict):
        if thing.get("type") in ("mrkdwn", "markdown"):
            yield thing
        for each in thing.values():
            yield from _formatted(each)


def _words(side: Side, words: str, **more: Any) -> Words:
    return Words(side, verbatim(words[:100]), verbatim(words), **more)


@given(st.lists(cards, min_size=1, max_size=2))
@settings(max_examples=60, deadline=None)
def test_any_card_is_one_slack_takes(shown: list[Card]) -> None:
    _checked(blocks.board(Board(shown[0].title, tuple(shown)), VOICE))


@given(st.sampled_from(list(Side)), st.lists(any_words, min_size=1, max_size=10), st.booleans(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_words_are_shown_whole_or_come_as_a_file(side: Side, said: list[str], edited: bool, gone: bool) -> None:
    shown = [_words(side, each, is_edited=edited, is_gone=gone) for each in said]
    post = _checked(blocks.said(shown, VOICE))
    assert len(post.username) <= 80
    if side is not Side.SYSTEM and not gone:
        filed = blocks.overlong(shown, VOICE)
        for each, block in zip(map(clean, said), post.blocks, strict=True):
            parts = block["elements"][0]["elements"]
            told = "".join(part.get("text") or part["url"] for part in parts)
            assert each in filed or told.startswith(each)


def test_ten_of_the_longest_words_still_fit_into_one_post() -> None:
    shown = [_words(Side.CUSTOMER, "x" * 20_000) for _ in range(10)]
    _checked(blocks.said(shown, VOICE))
    assert len(blocks.overlong(shown, VOICE)) == 10


def test_words_of_3001_characters_stand_there_whole() -> None:
    post = blocks.said([_words(Side.CUSTOMER, "w" * 3_001)], VOICE)
    assert post.blocks[0]["elements"][0]["elements"] == [{"type": "text", "text": "w" * 3_001}]


def test_a_note_says_that_it_is_one_and_a_system_line_is_quiet() -> None:
    note = blocks.said([Words(Side.NOTE, verbatim("Ines"), verbatim("asked"))], VOICE)
    assert (note.username, note.icon) == ("Ines (note)", ":memo:")
    quiet = blocks.said([Words(Side.SYSTEM, verbatim(""), verbatim("Nobody is there."))], VOICE)
    assert quiet.blocks[0]["type"] == "context"
    assert quiet.username == ""


def test_addresses_are_links_and_the_sign_behind_them_is_not_part_of_it() -> None:
    assert elements("see https://a.example/x?y=1, or (https://b.example)") == [
        {"type": "text", "text": "see "},
        {"type": "link", "url": "https://a.example/x?y=1"},
        {"type": "text", "text": ", or ("},
        {"type": "link", "url": "https://b.example"},
        {"type": "text", "text": ")"},
    ]


@given(st.lists(any_words, min_size=1, max_size=10), st.lists(buttons, max_size=30))
@settings(max_examples=40, deadline=None)
def test_any_line_calls_only_who_is_named(said: list[str], offered: list[Button]) -> None:
    shown = Line(tuple(map(verbatim, said)), tuple(offered), mentions=("U1",), calls_team=True)
    post = blocks.line(shown, VOICE, team="S9", link="https://acme.slack.com/archives/C1/p1")
    rules.check_message(json.loads(json.dumps(list(post.blocks))))
    called = [each for each in post.blocks[0]["elements"][0]["elements"] if each["type"] in ("user", "usergroup")]
    assert called == [{"type": "usergroup", "usergroup_id": "S9"}, {"type": "user", "user_id": "U1"}]


@given(any_words, st.lists(any_words, max_size=60), st.lists(cards, max_size=10), st.lists(buttons, max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_answer_is_one_slack_takes(said: str, lines: list[str], shown: list[Card], offered: list[Button]) -> None:
    answer = Answer(
        verbatim(said), cards=tuple(shown), lines=tuple(map(verbatim, lines)), buttons=tuple(offered),
    )  # fmt: skip
    post = blocks.answer(answer, VOICE, Asked("ticket list", 0))
    rules.check_message(json.loads(json.dumps(list(post.blocks))))


def test_a_long_list_is_paged_by_a_button() -> None:
    answer = Answer(text("History"), lines=tuple(verbatim(f"line {n}") for n in range(45)))
    pages = [blocks.answer(answer, VOICE, Asked("ticket history 7", page)) for page in range(3)]
    values = [[e["value"] for b in post.blocks if b["type"] == "actions" for e in b["elements"]] for post in pages]
    assert values == [["1 ticket history 7"], ["2 ticket history 7"], []]


def test_every_button_of_a_message_has_an_id_of_its_own_and_says_what_it_hands_in() -> None:
    two = (Button(text("Take"), "ticket take 1", Tone.GOOD), Button(text("Reply"), "ticket reply 1 ", asks=True))
    post = blocks.board(Board(text("x"), (Card(text("x"), buttons=two), Card(text("y"), buttons=two))), VOICE)
    made = [element for block in post.blocks if block["type"] == "actions" for element in block["elements"]]
    assert [each["action_id"] for each in made] == ["do:0", "ask:1", "do:2", "ask:3"]
    assert [each["value"] for each in made[:2]] == ["ticket take 1", "ticket reply 1 "]
    assert made[0]["style"] == "primary"


fields = st.builds(
    FormField,
    st.from_regex(r"[a-z]{1,12}", fullmatch=True),
    any_words.map(verbatim),
    st.booleans(),
    st.booleans(),
    any_words,
    st.lists(st.tuples(st.text(min_size=1, max_size=200), any_words.map(verbatim)), max_size=100).map(tuple),
    st.booleans(),
)


@given(st.lists(fields, min_size=1, max_size=8, unique_by=lambda field: field.name))
@settings(max_examples=60, deadline=None)
def test_any_form_is_one_slack_takes(asked: list[FormField]) -> None:
    context = Context("ticket reply", "42", "C1", "1.2", 7)
    view = json.loads(json.dumps(modals.form(Form("ticket reply", text("Reply"), tuple(asked)), context, VOICE)))
    rules.check_view(view, kind="modal")
    assert Context.of(view) == context


def test_a_form_that_was_refused_comes_again_with_its_words() -> None:
    asked = (FormField("body", text("Body"), is_long=True), FormField("when", text("When"), is_offered=True))
    view = modals.form(Form("ticket reply", text("Reply"), asked), Context("ticket reply"), VOICE)
    typed = {"body": {"body": {"type": "plain_text_input", "value": "a long story"}}}
    chosen = {"when": {"when": {"selected_option": {"value": "3d", "text": {"text": "3d"}}}}}
    sent = {**view, "state": {"values": typed | chosen}}
    assert modals.values(sent) == {"body": "a long story", "when": "3d"}
    again = modals.again(sent, text("No."), VOICE)
    rules.check_view(json.loads(json.dumps(again)), kind="modal")
    assert again["blocks"][1]["element"]["initial_value"] == "a long story"
    assert again["blocks"][2]["element"]["initial_option"]["value"] == "3d"
    rules.check_view(json.loads(json.dumps(modals.waiting(sent, VOICE))), kind="modal")


def test_a_mistake_of_no_field_stands_at_the_first() -> None:
    view = modals.form(Form("x y", text("X"), (FormField("body", text("Body")),)), Context("x y"), VOICE)
    told = modals.errors({"": text("Closed."), "body": text("Too long.")}, view, VOICE)
    assert told == {"response_action": "errors", "errors": {"body": "Closed. Too long."}}


@given(st.lists(cards, max_size=12), any_words)
@settings(max_examples=30, deadline=None)
def test_any_home_and_queue_are_ones_slack_takes(shown: list[Card], name: str) -> None:
    me = Mine(name, name, "en", is_away=False, alerts="")
    views = tuple(Counted(name, "99+") for _ in range(30))
    queue = Queue(tuple(shown), tuple(shown), tuple(shown), tuple(shown), views, me)
    rules.check_view(json.loads(json.dumps(home.home(queue, VOICE))), kind="home")
    rules.check_message(json.loads(json.dumps(list(home.queue_post(queue, VOICE).blocks))))


@pytest.mark.parametrize("words", HOSTILE)
def test_a_retired_root_is_one_line(words: str) -> None:
    post = blocks.board(Board(Text("{w}", {"w": words}), (), is_retired=True), VOICE)
    assert len(_checked(post).blocks) == 1


def test_a_moment_on_a_card_is_in_each_readers_time() -> None:
    at = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    card = Card(
        verbatim("#1 Lamp"), (Field(text("Due"), Text("{when}", {"when": at})),), (text("since {when}", when=at),)
    )
    made = _checked(blocks.board(Board(card.title, (card,), ()), VOICE))
    dates = [part for block in made.blocks if block["type"] == "rich_text"
             for part in block["elements"][0]["elements"] if part["type"] == "date"]  # fmt: skip
    assert [(each["timestamp"], each["fallback"]) for each in dates] == [(1793606400, "2 Nov 2026, 08:00")] * 2


def test_no_words_turn_what_stands_behind_them_around() -> None:
    turned = Words(Side.CUSTOMER, verbatim("eve\u202egnp"), verbatim("pay \u202ehere"))
    made = _checked(blocks.said((turned,), VOICE))
    assert made.username == "evegnp"
    assert "\u202ehere\u202c" in str(made.blocks[0]["elements"][0]["elements"][0]["text"])


def test_a_form_speaks_its_readers_language() -> None:
    command = next(each for each in COMMANDS if each.name == "ticket tag")
    assert Voice().say(labels.title(command, "3")) == "Tags #3"
    assert Voice().say(labels.label(command, command.parameters[1])) == "Tags"


def test_every_field_of_a_form_is_called_something() -> None:
    nameless = [(each.name, one.name) for each in COMMANDS for one in each.parameters
                if one.takes.kind != "sure" and labels.label(each, one).id == "{words}"]  # fmt: skip
    assert nameless == []
    long = [each.name for each in COMMANDS if len(Voice("de").say(labels.title(each, "123"))) > 24]
    assert long == []


@pytest.mark.parametrize("wrong", ["help desk", "UPPER/x!", "", "x" * 32, "tickét"])
def test_a_manifest_names_only_commands_slack_takes(wrong: str) -> None:
    with pytest.raises(UserError):
        manifest(command=wrong, by_socket=True, address="")
    assert '"command": "/help-desk"' in manifest(command="/help-desk", by_socket=True, address="")
