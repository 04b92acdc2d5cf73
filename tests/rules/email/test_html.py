"""HTML is shown safe and read as text."""

import re

import pytest

from connectors.email import balance, html, markup, plain

_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')


def in_order(said: str) -> str:
    """The HTML with each tag's attributes in the order of their names: the sanitiser's own is by chance."""
    return re.sub(r"<(\w+) ([^<>]*)>", lambda tag: f"<{tag[1]} {' '.join(sorted(_ATTRIBUTE.findall(tag[2])))}>", said)


def shown(said: str, **pictures: str) -> str:
    """The HTML as it is shown, with these pictures at hand."""
    return in_order(html.safe(said, pictures.get).html)


@pytest.mark.parametrize(
    ("said", "safe"),
    [
        ("<script>x()</script>a", "a"),
        ("<style>p{}</style>a", "a"),
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', '<a target="_blank" rel="noopener noreferrer nofollow">a</a>'),
        ('<a href="/me">a</a>', '<a target="_blank" rel="noopener noreferrer nofollow">a</a>'),
        (
            '<a href="https://x.example">a</a>',
            '<a href="https://x.example" target="_blank" rel="noopener noreferrer nofollow">a</a>',
        ),
        ('<p style="color:red;background:url(//x);position:fixed">a</p>', '<p style="color:red">a</p>'),
        ('<p style="width:expression(x)">a</p>', "<p>a</p>"),
        ('<p style="margin:-99px">a</p>', "<p>a</p>"),
        ("<form><input name=a>a</form>", "a"),
        ("<iframe src=x>a</iframe>b", "b"),
        ("<svg><a xlink:href=x>a</a></svg>b", "b"),
        ("<o:p>a</o:p>", "a"),
        ("a < b && c", "a &lt; b &amp;&amp; c"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("\uf8f2script\uf8f3", "script"),
        ('<img src="data:text/html,x">', "<img>"),
        ('<img src=x onerror="y()">', "<img>"),
        (
            '<math><mtext><style><!--</style><img title="--&gt;&lt;img src=1 onerror=x&gt;">a',
            '<img title="--&gt;&lt;img src=1 onerror=x&gt;">a',
        ),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<b><i>a</b>b</i>", "<b><i>a</i></b>b"),
    ],
)
def test_html_is_shown_without_what_could_harm(said: str, safe: str) -> None:
    assert shown(said) == in_order(safe)


def test_pictures_of_the_mail_are_shown_from_here() -> None:
    logo = shown('<img src="cid:logo" alt="us">', logo="/files/1?a&b")
    assert logo == '<img alt="us" src="/files/1?a&amp;b">'
    assert shown('<img src="cid:gone" alt="us">') == '<img alt="us">'


def test_pictures_from_elsewhere_wait_for_a_click() -> None:
    said = '<img src="https://x.example/a.gif?a=1&amp;b=2" width="1">'
    waiting = html.safe(said, lambda _: None)
    assert in_order(waiting.html) == '<img data-remote="https://x.example/a.gif?a=1&amp;b=2" width="1">'
    clicked = html.safe(said, lambda _: None, with_remote=True)
    assert in_order(clicked.html) == '<img src="https://x.example/a.gif?a=1&amp;b=2" width="1">'
    assert (waiting.remote, clicked.remote) == (1, 0)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("<p>Hello <b>you</b></p><p>a<br>b</p>", "Hello you\n\na\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "  * a\n  * b"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("a &lt;b&gt; &amp; c&nbsp;d", "a <b> & c d"),
        ("<title>no</title><style>no</style><!-- no -->yes", "yes"),
        ("<!-- never ends yes", "never ends yes"),
        ("", ""),
    ],
)
def test_html_is_read_as_text(said: str, text: str) -> None:
    assert plain.text(said) == text


def test_words_below_a_thousand_levels_are_not_lost() -> None:
    said = "<div>" * 20_000 + "hello" + "</div>" * 20_000
    assert plain.text(said) == "hello"
    assert "hello" in shown(said)
    flat = balance.balanced(said, balance.Manner())
    assert flat.count("<div>") == balance.DEEPEST


def test_what_is_never_closed_stays_text() -> None:
    assert "hello" in "".join(token for token in markup.read("<p " * 10 + "hello") if isinstance(token, str))
