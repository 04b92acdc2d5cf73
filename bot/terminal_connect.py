"""The command line's part in connecting team chats and channels: prints manifests, asks for keys, tries them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot import connections, sections
from bot.connecting import Key, is_well
from core.connector import Finding
from core.errors import ConfigurationError
from core.render import Voice
from core.show import text

_REFUSED = 1
_SIGNS = {"on": "✓", "off": "–", "warning": "!", "error": "✗"}


def connect(
    name: Annotated[str, typer.Argument(help="The team chat or channel: slack, discord, telegram, email.")],
    key: Annotated[list[str] | None, typer.Option("--key", help="NAME=VALUE, for scripts; repeat it.")] = None,
) -> None:
    """Connect a team chat or channel: says where its keys are found, asks for them, tries them, and writes .env."""
    connection, say = connections.named(name), Voice().say
    guide = connection.guide
    if not key:
        print("\n".join(f"{number}. {say(step)}" for number, step in enumerate(guide.before, 1)))
    values = connections.given(key or (), guide)
    if not key and connection.first:
        values = {each.setting: _asked(each, "") for each in guide.keys if each.setting == connection.first}
    proposed = asyncio.run(connections.proposals(connection, values))
    print("".join(f"\n{say(note)}\n" for note in proposed.notes), end="")
    values = connections.collected(guide, {**proposed.values, **values}, None if key else _asked)
    found = asyncio.run(connections.connect(connection, values, Path(".env")))
    _show(found)
    if not is_well(found):
        print(say(text("Nothing was written. Put that right, then type this again.")))
        raise typer.Exit(_REFUSED)
    print(say(text("Written to .env. Next:")))
    print("\n".join(f"{number}. {say(step)}" for number, step in enumerate(guide.after, 1)))


def _asked(key: Key, proposed: str) -> str:
    """Asks for a key without showing it; one that does not look right is asked for again."""
    print(f"\n{Voice().say(key.where)}")
    shown = bool(proposed) and not key.is_secret
    return str(typer.prompt(key.setting, default=proposed, show_default=shown, hide_input=key.is_secret))


def _show(found: Sequence[Finding]) -> None:
    for finding in found:
        hint = f"  ({finding.setting})" if finding.setting else ""
        print(f"{_SIGNS[finding.severity]} {Voice().say(finding.text)}{hint}")


def manifest(
    name: Annotated[str, typer.Argument(help="The team chat: slack.")],
    command: Annotated[str, typer.Option(help="The name of the slash command.")] = "ticket",
    http: Annotated[bool, typer.Option("--http", help="Let Slack call PUBLIC_URL instead of using sockets.")] = False,
) -> None:
    """Print the app manifest to paste at the team chat's site."""
    if name.lower() != "slack":
        raise ConfigurationError(text("“{typed}” is not one of {names}.", typed=name[:40], names="slack"))
    from bot.slack.manifest import manifest as made

    address = sections.read().public_url
    if http and not address.startswith("https://"):
        raise ConfigurationError(text("Slack calls the desk at PUBLIC_URL, which has to be an https:// address."))
    print(made(command=command, by_socket=not http, address=address))
