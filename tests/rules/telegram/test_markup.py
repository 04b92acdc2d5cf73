"""Agents' light markup, and how texts are cut: counted as Telegram counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.telegram import markup
from connectors.telegram.markup import Marked, Span, units

MARKED = {
    "plain": Marked("plain"),
    "*bold* and **bold**": Marked("bold and bold", (Span("bold", 0, 4), Span("bold", 9, 4))),
    "😀 _soft_": Marked("😀 soft", (Span("italic", 3, 4),)),
    "`a*b*c`": Marked("a*b*c", (Span("code", 0, 5),)),
    "```py\nx = 1\n```": Marked("x = 1\n", (Span("pre", 0, 6),)),
    "[here](https://shop.example/a)": Marked("here", (Span("text_link", 0, 4, "https://shop.example/a"),)),
    "[here](javascript:alert(1))": Marked("[here](javascript:alert(1))"),
    "2*3*4, a_b_c, * star *, **": Marked("2*3*4, a_b_c, * star *, **"),
    "<b>x</b> & y": Marked("<b>x</b> & y"),
}


@pytest.mark.parametrize("typed", MARKED)
def test_what_is_marked_is_shown_so_and_what_is_not_stays_as_typed(typed: str) -> None:
    assert markup.read(typed) == MARKED[typed]


def test_no_more_than_a_hundred_stretches_are_marked() -> None:
    marked = markup.read(" ".join(f"*b{n}*" for n in range(150)))
    assert len(marked.spans) == markup.MOST_ENTITIES
    assert marked.text == " ".join(f"b{n}" for n in range(150))


@given(some.text(alphabet="a b\n*_`😀é", max_size=400), some.integers(min_value=2, max_value=60))
def test_parts_fit_join_to_the_text_and_keep_what_is_marked(words: str, most: int) -> None:
    marked = markup.read(words)
    parts = list(markup.split(marked, most))
    assert "".join(part.text for part in parts) == marked.text
    assert all(units(part.text) <= most for part in parts)
    for part in parts:
        assert all(span.offset >= 0 and span.offset + span.length <= units(part.text) for span in part.spans)
    assert sum(span.length for part in parts for span in part.spans) == sum(span.length for span in marked.spans)
