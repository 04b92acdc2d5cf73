"""What Slack makes of typed text: names become ids, addresses links, and the three signs are escaped."""

import re

from tests.platforms.slack_world import Refused, Wire, Workspace

_TOKEN = re.compile(r"(<(?:[@#!][^<>]+|https?:[^<>]+|mailto:[^<>]+)>)")
_NAME = re.compile(r"(?<![\w/])([@#])([a-z0-9][a-z0-9._-]*)")
_LINK = re.compile(r"https?://[^\s<>]+[^\s<>.,!?;:)]")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def wired(world: Workspace, typed: str) -> str:
    """The text of a message as the app gets it: "@ines <hi>" comes as "<@U…> &lt;hi&gt;"; tokens stay as they are."""
    parts = _TOKEN.split(typed)
    return "".join(part if number % 2 else _typed(world, part) for number, part in enumerate(parts))


def _typed(world: Workspace, text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _LINK.sub(lambda found: f"<{found[0]}>", text)
    text = _MAIL.sub(lambda found: f"<mailto:{found[0]}|{found[0]}>", text)
    return _NAME.sub(lambda found: _name(world, found[1], found[2]), text)


def _name(world: Workspace, sign: str, name: str) -> str:
    if sign == "@" and name in ("channel", "here", "everyone"):
        return f"<!{name}>"
    try:
        if sign == "#":
            return f"<#{world.channel(name).id}|{world.channel(name).name}>"
        for group in world.groups.values():
            if group.handle == name:
                return f"<!subteam^{group.id}>"
        return f"<@{world.user(name).id}>"
    except Refused:
        return sign + name


def escaped(world: Workspace, line: str) -> str:
    """A command's text where the command asks for escaped names: "<@U…|ines>", "<#C…|support>"."""

    def name(found: re.Match[str]) -> str:
        token = _name(world, found[1], found[2])
        return f"{token[:-1]}|{found[2]}>" if token.startswith("<@") else token

    return _NAME.sub(name, line)


def rich(text: str) -> list[Wire]:
    """The rich_text block every typed message bears beside its text."""
    parts = [_rich(part) for part in re.split(r"(<[^<>]+>)", text) if part]
    section = {"type": "rich_text_section", "elements": parts}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}] if parts else []


def _rich(part: str) -> Wire:
    inner = part[1:-1].split("|")[0]
    if part.startswith("<@"):
        return {"type": "user", "user_id": inner[1:]}
    if part.startswith("<#"):
        return {"type": "channel", "channel_id": inner[1:]}
    if part.startswith("<!subteam^"):
        return {"type": "usergroup", "usergroup_id": inner.removeprefix("!subteam^")}
    if part.startswith("<!"):
        return {"type": "broadcast", "range": inner[1:]}
    if part.startswith("<"):
        return {"type": "link", "url": inner}
    return {"type": "text", "text": part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")}
