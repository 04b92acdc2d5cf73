"""What agents see in Discord of cards, words, lines and answers: values in, messages out, within Discord's limits.

Limits: discord.com/developers/docs/resources/message (content 2,000; embed title 256, description 4,096, 25 fields of
256 and 1,024; 6,000 in all embeds; 5 rows of 5 buttons; label 80, custom_id 100; 10 files of 10 MiB).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.carrying import Parcel
from bot.discord.rest import Wire
from bot.discord.words import clean, cut, escaped, single
from core.render import Voice
from core.room import Attached, Board, Line, Side, Words
from core.show import Answer, Button, Card, Text, Tone, text

CONTENT, DESCRIPTION, FILE_BYTES, FILES_BYTES, MOST_FILES = 2_000, 4_000, 10 * 2**20, 24 * 2**20, 9
_TITLE, _LABEL, _NAME, _VALUE, _ABOUT, _CUSTOM_ID = 250, 80, 30, 110, 700, 100
_ROWS, _IN_A_ROW, _FIELDS, _EMBEDS = 5, 5, 12, 2
_HEAD = 1_500
"""Characters of a message too long for Discord that stand in it; all of it comes as a file."""
WHOLE = "message.txt"
DO, ASK, AGAIN = "do:", "ask:", "again:"
"""What a button's custom_id begins with: it does the line behind it, asks first for what the line lacks, or opens a
form that was refused once more."""
BEARS = " ~"
"""What stands between a button's line and the nonce its card was made under; nobody sees either."""
_SUPPRESS_EMBEDS = 1 << 2
_COLOURS = {Tone.PLAIN: 0x5865F2, Tone.GOOD: 0x2E8B57, Tone.WARN: 0xE0A100, Tone.BAD: 0xC0392B}
_STYLES = {Tone.PLAIN: 2, Tone.GOOD: 3, Tone.WARN: 1, Tone.BAD: 4}
SIGNS = {Side.CUSTOMER: "👤", Side.AGENT: "💬", Side.NOTE: "📝", Side.LINE: "·", Side.SYSTEM: "·"}


@dataclass(frozen=True, slots=True)
class Post:
    """A message ready to be sent."""

    content: str = ""
    embeds: tuple[Wire, ...] = ()
    components: tuple[Wire, ...] = ()
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """Who is notified; nobody else is, whatever stands in it."""
    files: tuple[Parcel, ...] = ()
    flags: int = 0

    def body(self) -> Wire:
        """As Discord takes it."""
        named = {"users": list(self.users)[:100], "roles": list(self.roles)[:100]}
        said: Wire = {
            "content": self.content, "embeds": list(self.embeds), "components": list(self.components),
            "allowed_mentions": {"parse": [], **{kind: ids for kind, ids in named.items() if ids}},
        }  # fmt: skip
        if self.files:
            said["attachments"] = [{"id": place, "filename": each.name} for place, each in enumerate(self.files)]
        return said | ({"flags": self.flags} if self.flags else {})


def loud(speaker: Voice) -> Voice:
    """A voice for where Discord formats what it is told."""
    return replace(speaker, escape=escaped, moments=_moment)


def _moment(at: datetime, told: str) -> str:
    """Each reader sees it in their own time."""
    return f"<t:{int(at.timestamp())}:f>"


def board(shown: Board, speaker: Voice, *, nonce: str = "", role: str = "") -> Post:
    """A thread's root. The first one bears its nonce behind a button, so that it is found again; it may call the team's
    role."""
    say = loud(speaker).say
    if shown.is_retired:
        return Post(cut(say(shown.title), CONTENT))
    embeds = [card(each, speaker) for each in shown.cards[:_EMBEDS]]
    content, roles = (f"<@&{role}>", (role,)) if role else ("", ())
    buttons = [button for each in shown.cards for button in each.buttons]
    made = rows(buttons, speaker)
    mark = f"{BEARS}{nonce}"
    room = [each for row in made for each in row["components"] if len(each["custom_id"]) + len(mark) <= _CUSTOM_ID]
    if nonce and room:
        room[0]["custom_id"] += mark
    elif nonce and embeds:
        embeds[-1]["footer"] = {"text": nonce}
    return Post(content, tuple(embeds), made, roles=roles)


def bears(message: Wire, nonce: str) -> bool:
    """Whether a message is the card that was made under this nonce."""
    footers = [(embed.get("footer") or {}).get("text") for embed in message.get("embeds") or ()]
    lines = [part for row in message.get("components") or () for part in row.get("components") or ()]
    return nonce in footers or any(str(each.get("custom_id", "")).endswith(f"{BEARS}{nonce}") for each in lines)


def title(shown: Board, speaker: Voice) -> str:
    """The name of a thread, 1–100 characters."""
    return single(speaker.say(shown.title), 100)


def card(shown: Card, speaker: Voice) -> Wire:
    """A card as an embed."""
    say = loud(speaker).say
    made: Wire = {"title": _filled(say(shown.title), _TITLE), "color": _COLOURS[shown.tone]}
    about = "\n".join(say(line) for line in shown.lines).strip()
    if about:
        made["description"] = cut(about, _ABOUT)
    fields = [
        {"name": single(speaker.say(each.label), _NAME), "value": _filled(say(each.value), _VALUE), "inline": True}
        for each in shown.fields[:_FIELDS]
    ]
    return made | ({"fields": fields} if fields else {})


def _filled(words: str, most: int) -> str:
    """Bounded words where Discord takes no blank."""
    return cut(words.strip(), most) or "–"


def rows(shown: Iterable[Button], speaker: Voice) -> tuple[Wire, ...]:
    """Rows of buttons; what each hands in is its custom_id. The same one twice is one."""
    unique = {_custom_id(each): each for each in reversed(list(shown))}
    made = [_button(custom_id, each, speaker) for custom_id, each in reversed(unique.items())]
    fit = [each for each in made if len(each["custom_id"]) <= _CUSTOM_ID][: _ROWS * _IN_A_ROW]
    return tuple(
        {"type": 1, "components": fit[at : at + _IN_A_ROW]} for at in range(0, len(fit), _IN_A_ROW)
    )  # fmt: skip


def _custom_id(shown: Button) -> str:
    if shown.line.startswith(AGAIN):
        return shown.line
    return f"{ASK if shown.asks or shown.offers else DO}{shown.line}"


def _button(custom_id: str, shown: Button, speaker: Voice) -> Wire:
    label = single(speaker.say(shown.label), _LABEL)
    return {"type": 2, "style": _STYLES[shown.tone], "label": label, "custom_id": custom_id}


def said(shown: Sequence[Words], speaker: Voice) -> Post:
    """What was said, under the name of who said it; several of one customer's words are one message."""
    first, say = shown[0], loud(speaker).say
    words = [_words(each, speaker) for each in shown]
    if first.side is Side.SYSTEM:
        return Post(cut("\n".join(f"-# {line}" for part in words for line in part.splitlines() if line), CONTENT))
    who = say(text("{who} (note)", who=first.who)) if first.side is Side.NOTE else say(first.who)
    head = f"{SIGNS[first.side]} **{single(who, 80)}**"
    parts, files = [part for part in words if part], list[Parcel]()
    if sum(map(len, parts)) + len(parts) + len(head) > CONTENT - 200:
        files = [Parcel(WHOLE, "\n\n".join(clean(speaker.say(each.text)) for each in shown).encode())]
        parts = [cut("\n".join(parts), _HEAD), say(text("The whole message is in the file."))]
    parts += [_left_out(each, speaker) for each in left_out(shown)]
    content = cut("\n".join((head, *parts)), CONTENT)
    return Post(content, files=tuple(files), flags=_SUPPRESS_EMBEDS)


def _words(each: Words, speaker: Voice) -> str:
    say = loud(speaker).say
    words = say(each.text).strip("\n")
    if each.is_gone:
        return f"*{words}*" if words else ""
    return f"{words}\n-# {say(_EDITED)}" if each.is_edited and words else words


_EDITED = text("edited")


def left_out(shown: Sequence[Words]) -> list[Attached]:
    """The files Discord does not take: too large, or too many."""
    files = [file for each in shown for file in each.files]
    fitting = fitting_files(shown)
    return [file for file in files if file not in fitting]


def fitting_files(shown: Sequence[Words]) -> list[Attached]:
    """The files that go along: up to 9, each up to 10 MiB, together below a request's 25 MiB."""
    found: list[Attached] = []
    for file in (file for each in shown for file in each.files):
        total = sum(each.size for each in found) + file.size
        if file.size <= FILE_BYTES and total <= FILES_BYTES and len(found) < MOST_FILES:
            found.append(file)
    return found


def _left_out(file: Attached, speaker: Voice) -> str:
    megabytes = max(1, round(file.size / 2**20))
    said = text("{name} ({size} MB) is too large for Discord; see the team room.", name=file.name, size=megabytes)
    return "📎 " + loud(speaker).say(said)


def line(shown: Line, speaker: Voice, *, role: str = "") -> Post:
    """A line about something that happened, with whom it calls and where it leads."""
    words = "\n".join(loud(speaker).say(each) for each in shown.texts)
    calls = [*(f"<@&{each}>" for each in (role,) if each), *(f"<@{each}>" for each in shown.mentions)]
    leads = [] if shown.link is None else [f"→ <#{shown.link[1]}>"]
    content = " ".join((*calls, cut(words, CONTENT - 400), *leads))
    roles = (role,) if role else ()
    return Post(content, components=rows(shown.buttons, speaker), users=shown.mentions, roles=roles)


def answer(shown: Answer, speaker: Voice) -> Post:
    """What a command says back to its typist; what does not fit comes as a file."""
    say = loud(speaker).say
    buttons = [*shown.buttons, *(button for each in shown.cards for button in each.buttons or _leading(each))]
    content = cut((_TONES[shown.tone] + say(shown.text)).strip(), CONTENT)
    few = len(shown.cards) <= _EMBEDS
    embeds = [card(each, speaker) for each in shown.cards] if few else []
    below = [words for each in shown.lines if (words := say(each).strip("\n")).strip()]
    below += [] if few else [_row(each, speaker) for each in shown.cards]
    files = []
    if shown.document or shown.file_name:
        whole = clean(shown.document) or _plainly(shown, speaker)
        files.append(Parcel(shown.file_name or "answer.md", whole.encode()))
    if below and len("\n".join(below)) <= DESCRIPTION - 100 * len(embeds):
        embeds.insert(0, {"description": "\n".join(below)})
    elif below and not files:
        files.append(Parcel("answer.txt", _plainly(shown, speaker).encode()))
    return Post(content, tuple(embeds[:_EMBEDS]), rows(buttons, speaker), files=tuple(files))


def _leading(shown: Card) -> tuple[Button, ...]:
    """What shows a line of a list whole."""
    kind, _, number = shown.link.partition(":")
    return (Button(text("Show #{number}", number=number), f"{kind} show {number}"),) if number else ()


_TONES = {Tone.PLAIN: "", Tone.GOOD: "✅ ", Tone.WARN: "⚠️ ", Tone.BAD: "⛔ "}


def _row(shown: Card, speaker: Voice) -> str:
    """A card as a line of a list."""
    say = loud(speaker).say
    facts = [f"{say(each.label)}: {cut(say(each.value), 60)}" for each in shown.fields]
    return " · ".join((f"**{cut(say(shown.title), 100)}**", *facts))


def _plainly(shown: Answer, speaker: Voice) -> str:
    """An answer's lines and cards as a text file."""
    lines = [speaker.say(each) for each in (shown.text, *shown.lines)]
    for each in shown.cards:
        facts = [f"{speaker.say(fact.label)}: {speaker.say(fact.value)}" for fact in each.fields]
        lines.append(" · ".join((speaker.say(each.title), *facts)))
    return "\n".join(clean(each) for each in lines)


def note(words: Text, speaker: Voice) -> Post:
    """A plain sentence."""
    return Post(cut(loud(speaker).say(words), CONTENT))
