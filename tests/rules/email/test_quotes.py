"""A mail's text is folded, never cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email import markers
from connectors.email.quotes import Kind, Piece, fold, fold_html
from tests.rules.email.styles import FORWARDS, STYLES, Style

OWN = "Thank you, that works."


def test_the_table_knows_fifteen_programs_and_twelve_languages() -> None:
    assert len({style.program for style in STYLES}) >= 15
    assert len({style.language for style in STYLES}) >= 12


@pytest.mark.parametrize("style", STYLES, ids=lambda style: f"{style.program}-{style.language}")
def test_an_answers_own_words_are_told_from_what_it_quotes(style: Style) -> None:
    said = style.answer(OWN)
    folded = fold(said)
    assert folded.own == OWN
    assert folded.full == said


@pytest.mark.parametrize("style", [style for style in STYLES if style.is_prefixed], ids=lambda style: style.program)
def test_answers_between_quoted_lines_stay_open(style: Style) -> None:
    own = "Thank you, that works.\n\nBut one thing is left."
    said = style.answer(OWN) + "\nBut one thing is left.\n"
    assert fold(said).own == own


@pytest.mark.parametrize(("program", "above"), FORWARDS)
def test_a_forward_names_who_wrote_first(program: str, above: str) -> None:
    said = f"Please answer her.\n\n{above}\n\nMy order did not come.\n"
    folded = fold(said, "Fwd: Hello")
    assert folded.own == "Please answer her."
    assert [piece.kind for piece in folded.pieces] == [Kind.OWN, Kind.FORWARDED]
    assert folded.original is not None
    assert (folded.original.name, folded.original.address) == ("Jane Doe", "jane@shop.example")
    assert folded.original.subject == "Hello"
    assert folded.original.date


def test_a_forward_without_a_word_is_still_a_forward() -> None:
    said = f"{FORWARDS[0][1]}\n\nMy order did not come.\n"
    assert [piece.kind for piece in fold(said).pieces] == [Kind.FORWARDED]


def test_a_signature_is_folded_for_itself() -> None:
    assert fold("Hello\n-- \nJane\nTel. 1\n").pieces == (
        Piece(Kind.OWN, "Hello\n"),
        Piece(Kind.SIGNATURE, "-- \nJane\nTel. 1\n"),
    )


@pytest.mark.parametrize(
    "said",
    [
        "They wrote:\nplease help at once\n",
        "Yesterday I asked and your colleague wrote:\nno.\nWhat now?\n",
        "Name: Jane\nEmail: jane@x.example\nMessage: hello\n",
        "From: me\nTo: you\nit goes on\n",
        "> all of it is quoted\n> and nothing is own\n",
        "On Monday I called, at 10:00 I waited.\n",
        "5 > 3, and\n-- that --\nis all\n",
        "see this:\n  a | b\n",
        "Im Januar 2024 schrieb ich Ihnen schon. Bitte antworten Sie:\nam liebsten heute\n",
        "",
        "\n\n",
    ],
)
def test_what_only_looks_like_a_quote_stays_open(said: str) -> None:
    assert [piece.kind for piece in fold(said).pieces if piece.text.strip()] in ([Kind.OWN], [])


HTML = {
    "Gmail": '<div>{own}</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon Jane &lt;j@x.ex&gt; wrote:'
    '<br></div><blockquote class="gmail_quote" style="margin:0;border-left:1px solid">{old}</blockquote></div>',
    "Outlook": '<p>{own}</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    "<p><b>Von:</b> Jane<br></p></div><p>{old}</p>",
    "Outlook 2007": '<p>{own}</p><div style="border:none;border-top:solid #B5C4DF 1.0pt"><p>Jane</p></div><p>{old}</p>',
    "Outlook web": '<div>{own}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">Jane</div><div>{old}'
    "</div>",
    "Outlook via Exchange": '<div>{own}</div><div id="x_divRplyFwdMsg">Jane</div><div>{old}</div>',
    "Outlook mobile": '<div>{own}</div><div id="mail-editor-reference-message-container">{old}</div>',
    "Outlook for Mac": '<div>{own}</div><span id="OLK_SRC_BODY_SECTION"><div>{old}</div></span>',
    "Hotmail": '<div>{own}</div><hr id="stopSpelling"><div>{old}</div>',
    "Apple Mail": '{own}<br><div><blockquote type="cite"><div>On 1 Jan 2024, Jane wrote:</div><div>{old}</div>'
    "</blockquote></div>",
    "Thunderbird": '<p>{own}</p><div class="moz-cite-prefix">On 01.01.24 10:00, Jane wrote:<br></div>'
    '<blockquote type="cite" cite="mid:1">{old}</blockquote>',
    "Yahoo": '<div>{own}</div><div id="yahoo_quoted_123" class="yahoo_quoted"><div>On Monday:</div>'
    "<div>{old}</div></div>",
    "Proton": '<div>{own}</div><div class="protonmail_quote">On Monday<br><blockquote>{old}</blockquote></div>',
    "GMX": '<div>{own}<div name="quote" style="margin:10px"><div>Gesendet: heute</div><div>{old}</div></div></div>',
    "Zoho": '<div>{own}</div><div class="zmail_extra"><blockquote>{old}</blockquote></div>',
    "Zimbra": '<div>{own}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">Jane'
    "</div><div>{old}</div>",
    "Tutanota": '<div>{own}</div><blockquote class="tutanota_quote">{old}</blockquote>',
    "Spark": '<div>{own}</div><div name="messageReplySection">On Monday<blockquote>{old}</blockquote></div>',
    "QQ": '<div>{own}</div><div class="isReplyContent"><div>{old}</div></div>',
    "Airmail": '<div>{own}</div><blockquote class="clean_bq">{old}</blockquote>',
    "Fastmail": '<div>{own}</div><blockquote type="cite" id="qt">{old}</blockquote>',
    "Roundcube": '<p>{own}</p><p id="reply-intro">On 2024-01-01 10:00, Jane wrote:</p>'
    '<blockquote type="cite">{old}</blockquote>',
    "our own mark": '<div>{own}</div><div><div class="m_12deskbell-above-abcdefgh12345678"></div>{old}</div>',
}


@pytest.mark.parametrize("program", HTML)
def test_programs_mark_in_html_what_they_quote(program: str) -> None:
    folded = fold_html(HTML[program].format(own="Thank you &amp; bye", old="<p>Dear Jane</p><p>no idea</p>"))
    assert folded.own == "Thank you & bye"
    assert "no idea" in folded.rest
    assert not markers.SIGNS.search(folded.full)


def test_what_follows_the_quoted_part_of_html_is_own() -> None:
    said = '<div>above</div><div class="gmail_quote">old</div><div>below</div>'
    assert [(piece.kind, piece.text.strip()) for piece in fold_html(said).pieces] == [
        (Kind.OWN, "above"),
        (Kind.QUOTED, "old"),
        (Kind.OWN, "below"),
    ]


SOME = st.sampled_from(
    [
        "On Mon, Jan 1 2024 Jane wrote:",
        "> x",
        "From: a <a@b.example>",
        "Sent: x",
        "To: y",
        "Subject: z",
        "-- ",
        "",
        "hello",
    ]
)


@given(st.lists(SOME | st.text(max_size=30), max_size=30), st.sampled_from(["\n", "\n\n"]))
def test_the_pieces_joined_are_the_text(found: list[str], between: str) -> None:
    said = between.join(found)
    folded = fold(said)
    assert folded.full == said
    assert "".join(piece.text for piece in folded.pieces) == said
