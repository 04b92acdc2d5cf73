"""What agents see in Slack of cards, words, lines and answers: values in, blocks out, within Slack's limits.

Limits: docs.slack.dev/reference/block-kit/blocks (50 blocks a message; header 150, section 3,000; 25 buttons a row,
label 75, value 2,000); that a message's blocks may hold about 13,200 characters together is not documented
(bolt-js#2509, bolt-js#2867).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.slack.words import Wire, clean, cut, elements, fallback, has_moment, marked, mention, name, paragraph, plain
from core.render import Voice
from core.room import Board, Line, Side, Words
from core.show import Answer, Button, Card, Tone, text

MOST_BLOCKS = 48
_LABEL, _VALUE, _HEADER, _SECTION, _NAME = 75, 2_000, 150, 2_900, 80
_ROOM = 9_500
"""Characters of a message that are shown of words; longer ones come as a file, too."""
HEAD = 2_500
"""How many of them then."""
_IN_A_ROW = 25
PAGE = 20
"""Lines of an answer shown at once."""
DO, ASK, MORE = "do", "ask", "more"
"""What an action_id begins with: does the line in its value, asks for what the line lacks, shows the next page."""
FACES = {
    Side.CUSTOMER: ":bust_in_silhouette:",
    Side.AGENT: ":speech_balloon:",
    Side.NOTE: ":memo:",
}
"""The picture beside the words of each side."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message ready to be posted: its blocks, what notifications say, and whose name it bears."""

    blocks: tuple[Wire, ...]
    text: str
    username: str = ""
    icon: str = ""


def board(shown: Board, speaker: Voice) -> Post:
    """A thread's root."""
    title = speaker.say(shown.title)
    if shown.is_retired:
        return Post((paragraph(*elements(cut(title, _SECTION))),), fallback(title))
    blocks = [block for each in shown.cards for block in card(each, shared(speaker))]
    return Post(numbered(blocks), fallback(title))


def shared(speaker: Voice) -> Voice:
    """A voice for where several read, each of whom sees moments in their own time."""
    return replace(speaker, moments=marked)


def card(shown: Card, speaker: Voice) -> list[Wire]:
    """A card: title, facts, lines, buttons."""
    blocks: list[Wire] = [{"type": "header", "text": plain(_SIGNS[shown.tone] + speaker.say(shown.title), _HEADER)}]
    facts = [part for field in shown.fields for part in _fact(speaker.say(field.label), speaker.say(field.value))]
    if facts:
        blocks.append(paragraph(*facts[:-1]))
    blocks += [_quiet(speaker.say(line)) for line in shown.lines[:10]]
    return blocks + buttons(shown.buttons, speaker)


_SIGNS = {Tone.PLAIN: "", Tone.GOOD: "", Tone.WARN: "🔔 ", Tone.BAD: "🔴 "}
"""How loud a card is, before its title."""


def _fact(label: str, value: str) -> list[Wire]:
    """A label, its value, and what parts it from the next."""
    bold = {"type": "text", "text": f"{cut(label, 60)}: ", "style": {"bold": True}}
    return [bold, *elements(cut(value, 300)), {"type": "text", "text": "   "}]


def _quiet(words: str) -> Wire:
    if has_moment(words):
        return paragraph(*elements(cut(words, _SECTION)))
    return {"type": "context", "elements": [plain(words, _SECTION)]}


def buttons(shown: Sequence[Button], speaker: Voice) -> list[Wire]:
    """Rows of buttons; what each hands in is its value."""
    made = [_button(each, speaker) for each in shown]
    return [{"type": "actions", "elements": made[at : at + _IN_A_ROW]} for at in range(0, len(made), _IN_A_ROW)]


def _button(shown: Button, speaker: Voice) -> Wire:
    made: Wire = {
        "type": "button", "text": plain(speaker.say(shown.label), _LABEL), "value": shown.line[:_VALUE],
        "action_id": ASK if shown.asks or shown.offers else DO,
    }  # fmt: skip
    if shown.tone in _STYLES:
        made["style"] = _STYLES[shown.tone]
    return made


_STYLES = {Tone.GOOD: "primary", Tone.BAD: "danger"}


def numbered(blocks: Sequence[Wire], *, most: int = MOST_BLOCKS) -> tuple[Wire, ...]:
    """The blocks a message may have, every button with an action_id of its own."""
    count = 0
    kept = list(blocks[:most])
    for block in kept:
        for element in (*block.get("elements", ()), block.get("accessory", {})):
            if element.get("type") == "button":
                element["action_id"] = f"{element['action_id'].partition(':')[0]}:{count}"
                count += 1
    return tuple(kept)


def said(shown: Sequence[Words], speaker: Voice) -> Post:
    """What was said, under the name of who said it; several of one customer's words are one post."""
    first = shown[0]
    who = name(speaker.say(first.who), _NAME, speaker.say(text("Customer")))
    words = [clean(speaker.say(each.text)) for each in shown]
    if first.side is Side.SYSTEM:
        return Post((_quiet("\n".join(words)),), fallback(words[0]))
    most, head = _room_of(words)
    fitting = [told if len(told) <= most else f"{told[:head]}…" for told in words]
    blocks = [_bubble(each, told, speaker) for each, told in zip(shown, fitting, strict=True)]
    called = speaker.say(text("{who} (note)", who=who)) if first.side is Side.NOTE else who
    return Post(tuple(blocks), fallback("\n".join(words)), cut(called, _NAME), FACES.get(first.side, ""))


def _room_of(words: Sequence[str]) -> tuple[int, int]:
    """How long words may be that are shown whole, so that all fit into one post, and how much is shown of longer."""
    head = min(HEAD, _ROOM // len(words))
    room, rest = _ROOM, sorted(len(each) for each in words)
    while rest and sum(rest) > room:
        rest.pop()
        room -= head
    return max(rest[-1] if rest else 0, head), head


def named(post: Post) -> Post:
    """A post that says in its words whose they are, where it may not bear another name than the app's."""
    return Post((paragraph(*elements(post.username, bold=True)), *post.blocks), post.text)


def _bubble(each: Words, words: str, speaker: Voice) -> Wire:
    if each.is_gone:
        return paragraph(*elements(words, italic=True))
    parts = elements(words) or [_GAP]
    if each.is_edited:
        parts += elements(f" {speaker.say(text('(edited)'))}", italic=True)
    return paragraph(*parts)


def overlong(shown: Sequence[Words], speaker: Voice) -> list[str]:
    """The words of a post that are too long to be shown in it."""
    words = [clean(speaker.say(each.text)) for each in shown if each.side is not Side.SYSTEM]
    return [said for said in words if len(said) > _room_of(words)[0]]


def line(shown: Line, speaker: Voice, *, team: str = "", link: str = "") -> Post:
    """Something that happened; who is called by it stands before it, where it leads behind."""
    words = "\n".join(shared(speaker).say(each) for each in shown.texts)
    told = "\n".join(speaker.say(each) for each in shown.texts)
    called = [part for account in shown.mentions for part in (mention(account), _GAP)]
    if shown.calls_team:
        called = [_team(team), _GAP, *called]
    if not called and not link:
        return Post(numbered([_quiet(words), *buttons(shown.buttons, speaker)]), fallback(told))
    leads = [_GAP, {"type": "link", "url": link, "text": speaker.say(text("Open the thread"))}] if link else []
    block = paragraph(*called, *elements(cut(words, _SECTION)), *leads)
    return Post(numbered([block, *buttons(shown.buttons, speaker)]), fallback(told))


_GAP: Wire = {"type": "text", "text": " "}


def _team(group: str) -> Wire:
    return {"type": "usergroup", "usergroup_id": group} if group else {"type": "broadcast", "range": "here"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The line that was answered, and which page of the answer is shown."""

    line: str = ""
    page: int = 0


def answer(shown: Answer, speaker: Voice, asked: Asked = Asked()) -> Post:
    """What a command said back; long lists by pages, the next one behind a button."""
    head = speaker.say(shown.text)
    blocks: list[Wire] = [paragraph(*elements(_MOODS[shown.tone] + cut(head, _SECTION)))]
    start = asked.page * PAGE
    lines = [speaker.say(each) for each in shown.lines]
    blocks += _listed(lines[start : start + PAGE])
    if shown.document and not shown.file_name:
        blocks += _document(shown.document)
    for each in shown.cards:
        is_row = len(shown.cards) > 1 or not each.buttons
        blocks += [{"type": "divider"}, *(row(each, speaker) if is_row else card(each, speaker))]
    blocks += buttons(shown.buttons, speaker)
    if len(lines) > start + PAGE and asked.line:
        blocks += [_more(asked, speaker)]
    return Post(numbered(blocks), fallback(head))


_MOODS = {Tone.PLAIN: "", Tone.GOOD: "", Tone.WARN: "⚠️ ", Tone.BAD: "⛔ "}


def _listed(lines: Sequence[str]) -> Iterator[Wire]:
    if not lines:
        return
    room = max(60, 7_000 // len(lines))
    items = [{"type": "rich_text_section", "elements": elements(cut(each, room))} for each in lines]
    yield {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]}


def _document(words: str) -> Iterator[Wire]:
    for at in range(0, min(len(words), 9_000), _SECTION):
        yield {"type": "section", "text": plain(words[at : at + _SECTION], _SECTION)}


def _more(asked: Asked, speaker: Voice) -> Wire:
    label = plain(speaker.say(text("More")), _LABEL)
    value = f"{asked.page + 1} {asked.line}"[:_VALUE]
    return {"type": "actions", "elements": [{"type": "button", "text": label, "value": value, "action_id": MORE}]}


def row(shown: Card, speaker: Voice) -> list[Wire]:
    """A card as a line of a list, with a button that shows it whole."""
    facts = "  ·  ".join(speaker.say(field.value) for field in shown.fields)
    words = f"{speaker.say(shown.title)}\n{facts}\n" + "\n".join(speaker.say(each) for each in shown.lines[:3])
    block: Wire = {"type": "section", "text": plain(words.strip(), 600)}
    kind, _, number = shown.link.partition(":")
    if number and not shown.buttons:
        block["accessory"] = _button(Button(text("Show"), f"{kind} show {number}"), speaker)
    return [block, *buttons(shown.buttons, speaker)]


def whole(shown: Answer, speaker: Voice) -> str:
    """An answer as the text of a file."""
    parts = [speaker.say(shown.text), "", *(speaker.say(each) for each in shown.lines)]
    return shown.document or "\n".join(parts)
