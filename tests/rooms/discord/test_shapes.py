"""What Discord is told: escaped so that it reads as typed, within its limits, and nobody is pinged by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import COMMANDS
from bot.commands.call import Here
from bot.discord import modals, shapes, slash
from bot.discord.words import clean, cut, escaped, single
from bot.forms import Field as FormField
from bot.forms import Form as CommandForm
from bot.reference import ROOT
from core.errors import UserError
from core.render import Voice
from core.room import Attached, Board, Line, Side, Words
from core.show import Answer, Button, Card, Field, Tone, text, verbatim
from tests.platforms.discord_command_rules import check_commands
from tests.platforms.discord_component_rules import check_modal
from tests.platforms.discord_errors import Form
from tests.platforms.discord_rules import Upload, check_message
from tests.rooms.discord.guild import plain

VOICE = Voice()
HOSTILE = (
    "@everyone @here <@1> <@!1> <@&2> <#3> <!channel> </ticket:1>",
    "**bold** *it* __under__ ~~struck~~ ||spoiler|| `code` ```block```",
    "# head\n## head\n-# small\n- list\n+ list\n> quote\n>>> quotes\n1. one",
    "[bank](https://evil.example) <https://evil.example> https://ok.example/a_b*c",
    "<t:1700000000:R> :smile: <:face:123> <a:face:123>",
    "\x00NUL\x07 \u202eRTL \ud800 lone",
    "\\*not escaped twice\\*",
    "",
    "   ",
    "x" * 3_001,
    "*" * 4_000,
    "\n" * 300 + "end",
)


def _message(post: shapes.Post) -> None:
    """As Discord would judge it."""
    body = post.body()
    files = [Upload(str(place), each.name, each.content) for place, each in enumerate(post.files)]
    check_message(body, files, flags=post.flags)
    for embed in body["embeds"]:
        assert all(str(text).strip() for text in (embed.get("title", "–"), embed.get("description", "–")))
        assert all(each["value"].strip() for each in embed.get("fields", ()))
    assert body["allowed_mentions"]["parse"] == []


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("hello", "hello"),
        ("**b** _i_", "\\*\\*b\\*\\* \\_i\\_"),
        ("[a](https://b.example/c_d)", "\\[a\\](https://b.example/c_d)"),
        ("see https://b.example/x*y, ok", "see https://b.example/x*y, ok"),
        ("# head", "\\# head"),
        ("a # b - c", "a # b - c"),
        ("1. one", "1\\. one"),
        ("<t:1:R>", "\\<t\\:1:R>"),
        (":smile: 12:30", "\\:smile: 12:30"),
        ("@everyone", "\\@everyone"),
    ],
)
def test_markup_is_shown_as_it_was_typed(typed: str, sent: str) -> None:
    assert escaped(typed) == sent


@given(st.text(max_size=300))
def test_escaping_takes_nothing_away(words: str) -> None:
    assert plain(escaped(words)) == plain(clean(words)) or "http" in words or "\\" in words


@given(st.text(max_size=300), st.integers(2, 80))
def test_nothing_is_longer_than_it_may_be(words: str, most: int) -> None:
    assert 1 <= len(single(words, most)) <= most
    assert len(cut(escaped(words), most)) <= most


@pytest.mark.parametrize("words", HOSTILE)
def test_customers_words_are_a_message_discord_takes(words: str) -> None:
    said = Words(Side.CUSTOMER, verbatim(words), verbatim(words))
    for shown in ((said,), (said,) * 10):
        post = shapes.said(shown, VOICE)
        _message(post)
        assert len(post.content) <= 2_000
        assert (post.users, post.roles) == ((), ())


@pytest.mark.parametrize("words", HOSTILE)
def test_cards_and_answers_of_any_words_are_messages_discord_takes(words: str) -> None:
    said = verbatim(words)
    button = Button(said, f"ticket note 1 {words}"[:90])
    card = Card(said, (Field(said, said),) * 20, (said,) * 20, (button,) * 30, Tone.BAD)
    _message(shapes.board(Board(said, (card, card), ("tag",)), VOICE, nonce="deskbell-1", role="7"))
    _message(shapes.line(Line((said,) * 10, (button,), ("1", "2"), link=("3", "4")), VOICE))
    _message(shapes.answer(Answer(said, (card,) * 2, (button,), (said,) * 300, tone=Tone.WARN), VOICE))
    _message(shapes.answer(Answer(said, (card,) * 40, document=words, file_name="a.txt"), VOICE))
    assert 1 <= len(shapes.title(Board(said, (card,)), VOICE)) <= 100


def test_only_who_is_called_is_notified() -> None:
    post = shapes.line(Line((text("{who} took it", who="@everyone"),), mentions=("5",)), VOICE, role="7")
    assert post.body()["allowed_mentions"] == {"parse": [], "users": ["5"], "roles": ["7"]}
    assert post.content == "<@&7> <@5> \\@everyone took it"


def test_words_of_one_speaker_stand_below_one_name() -> None:
    said = [Words(Side.CUSTOMER, verbatim("Ana"), verbatim(words)) for words in ("one", "two")]
    assert shapes.said(said, VOICE).content == "👤 **Ana**\none\ntwo"


def test_a_note_of_another_room_is_marked_and_what_was_taken_back_says_so() -> None:
    note = Words(Side.NOTE, verbatim("Ines"), verbatim("hm"), is_edited=True)
    assert shapes.said([note], VOICE).content == "📝 **Ines (note)**\nhm\n-# edited"
    gone = Words(Side.AGENT, verbatim("Ines"), text("(taken back)"), is_gone=True)
    assert shapes.said([gone], VOICE).content == "💬 **Ines**\n*(taken back)*"


def test_files_too_large_for_discord_are_named() -> None:
    files = (Attached(1, "small.png", "image/png", 10, "a"), Attached(2, "film.mp4", "video/mp4", 12 * 2**20, "b"))
    words = Words(Side.CUSTOMER, verbatim("Ana"), verbatim("look"), files)
    assert [file.name for file in shapes.fitting_files([words])] == ["small.png"]
    assert "film.mp4 (12 MB) is too large for Discord" in shapes.said([words], VOICE).content


def test_what_is_typed_often_stands_in_the_first_group() -> None:
    for noun in {command.noun for command in COMMANDS}:
        often = [each for each in COMMANDS if each.noun == noun and each.verb and each.name not in slash.RARE]
        assert len(often) <= 25


def test_all_commands_are_ones_discord_takes() -> None:
    made = slash.declared(COMMANDS)
    check_commands(made)
    offered = {f"{each['name'].removesuffix(slash.MORE)} {sub['name']}".strip() for each in made
               for sub in each.get("options", ()) if sub["type"] == 1}  # fmt: skip
    assert offered == {command.name for command in COMMANDS if command.verb}
    kinds = [each["type"] for each in made]
    assert (kinds.count(slash.MESSAGE), kinds.count(slash.USER)) == (2, 1)


def test_in_a_post_its_own_ticket_is_named_so_that_words_are_no_number() -> None:
    command = next(each for each in COMMANDS if each.name == "ticket note")
    typed = slash.Typed(command, {"body": "12 of them"})
    assert slash.line(typed, Here(ticket=5)) == "ticket note #5 12 of them"
    assert slash.line(typed, Here(dialog=3)) == "!note #here 12 of them"
    assert slash.line(slash.Typed(command, {"ticket": "9", "body": "x"}), Here(ticket=5)) == "ticket note 9 x"


@pytest.mark.parametrize("words", HOSTILE)
def test_forms_are_ones_discord_takes_and_come_back_as_they_were(words: str) -> None:
    fields = (
        FormField("body", verbatim(words), is_long=True, value=words),
        FormField(
            "after", verbatim("x" * 99), is_optional=True, choices=(("keep", verbatim(words)), ("close", verbatim("")))
        ),
    )
    context = modals.Context("ticket reply", "here", 12)
    made = modals.modal(CommandForm("ticket reply", verbatim(words), fields), context, VOICE)
    form = Form()
    check_modal(form, made, path="data")
    form.refuse()
    assert modals.Context.of(made["custom_id"]) == context
    sent = modals.Sent(context, {"body": "long"}, (5,))
    assert modals.Sent.of(sent.kept()) == modals.Sent(context, {"body": "long"}, [5])


@pytest.mark.parametrize("target", ["", "#12", "[tag:vip status:open]", "[from:a:b]"])
def test_a_form_remembers_whatever_it_is_about(target: str) -> None:
    context = modals.Context("ticket reply", target, 12)
    assert modals.Context.of(context.kept()) == context


def test_a_form_about_more_than_it_can_remember_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="so long a choice of tickets"):
        modals.Context("ticket reply", f"[tag:{'x' * 90}]").kept()


def _documented(name: str) -> str:
    page = (ROOT / "docs/rooms/discord.md").read_text(encoding="utf-8")
    return page.partition(f"<!-- {name} -->\n```\n")[2].partition("\n```\n")[0]


def _embedded(post: shapes.Post) -> list[str]:
    lines = [line for line in (post.content,) if line]
    for embed in post.embeds:
        lines += [embed["title"], *(f"{each['name']}: {each['value']}" for each in embed["fields"])]
    return lines + [" ".join(f"[{each['label']}]" for each in row["components"]) for row in post.components]


_LABELS = ("Reply", "Note", "Pending", "Close", "Tag", "Assign", "Snooze", "Merge")


def test_the_page_shows_cards_words_and_forms_as_they_are() -> None:
    facts = {"Status": "open", "Assignee": "Ines", "Team": "Support"}
    buttons = [Button(verbatim(each), each) for each in _LABELS]
    fields = tuple(Field(verbatim(name), verbatim(value)) for name, value in facts.items())
    card = Card(text("#{number} {subject}", number=7, subject="My lamp is broken"), fields, buttons=tuple(buttons))
    assert "\n".join(_embedded(shapes.board(Board(card.title, (card,)), VOICE))) == _documented("card")
    words = [Words(Side.CUSTOMER, verbatim("Ana"), verbatim(said)) for said in ("My lamp is broken", "It was new")]
    assert shapes.said(words, VOICE).content == _documented("words")
    after = (
        ("keep", text("as it is")), ("close", text("close it")), ("pending", text("wait for the customer, 3 days")),
    )  # fmt: skip
    form = CommandForm(
        "ticket reply", verbatim("Answer #7"),
        (FormField("body", verbatim("Text"), is_long=True),
         FormField("afterwards", text("The ticket afterwards"), is_optional=True, choices=after)),
    )  # fmt: skip
    made = modals.modal(form, modals.Context("ticket reply", "7"), VOICE)
    shown = [made["title"]]
    for part in made["components"]:
        options = " | ".join(each["label"] for each in part["component"].get("options", ()))
        shown.append(f"  {part['label']}{': ' if options else ''}{options}")
    assert "\n".join(shown) == _documented("form")
