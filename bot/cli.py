"""The command line: runs the desk, sets it up, and does what agents do without a browser."""

import asyncio
import gc
import json
import logging
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot import settings as settings_
from bot.settings import Settings
from core.actor import SYSTEM, Actor
from core.desk import Desk
from core.errors import ConfigurationError, DeskbellError, TemporaryError
from core.render import Voice
from core.show import Answer, Card, Text

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Deskbell: a helpdesk that lives in the team's chat."
)
agents = typer.Typer(no_args_is_help=True, help="Agents of the desk.")
app.add_typer(agents, name="agent")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
WRONG, REFUSED, BUSY = 2, 1, 75
"""Exit codes: a setting or argument is wrong; the desk said no; try again later."""


def main() -> None:
    """Runs the command line; what goes wrong is said in one sentence."""
    try:
        app()
    except DeskbellError as error:
        print(f"deskbell: {Voice().say(error.said)}", file=sys.stderr)
        raise SystemExit(_exit_code(error)) from error


def _exit_code(error: DeskbellError) -> int:
    match error:
        case ConfigurationError():
            return WRONG
        case TemporaryError():
            return BUSY
        case _:
            return REFUSED


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end; what was imported so far is never looked at by the garbage collector again."""
    gc.freeze()
    gc.enable()
    return asyncio.run(work)


@app.command()
def run(
    only: Annotated[str, typer.Option(help="Parts to run here, by commas: webchat,room,schedule.")] = "",
) -> None:
    """Run the desk until it is stopped (Ctrl+C or SIGTERM)."""
    from bot.running import run_desk

    settings = settings_.read()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("apscheduler", "uvicorn.error", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # else it warns of every round that takes longer
    _run(run_desk(settings, [part.strip() for part in only.split(",") if part.strip()]))


@app.command()
def check(as_json: AsJson = False) -> None:
    """Check the configuration: all that is wrong at once, and what is on."""
    from bot.running import findings

    found = _run(findings(settings_.read()))
    if as_json:
        print(json.dumps([{"severity": f.severity, "text": Voice().say(f.text), "setting": f.setting} for f in found]))
    else:
        for finding in found:
            hint = f"  ({finding.setting})" if finding.setting else ""
            print(f"{_SIGNS[finding.severity]} {Voice().say(finding.text)}{hint}")
    if any(finding.severity == "error" for finding in found):
        raise typer.Exit(WRONG)


_SIGNS = {"on": "✓", "off": "–", "warning": "!", "error": "✗"}


@app.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Revision to go to; `base` empties the database.")] = "head",
) -> None:
    """Bring the database to this version's schema, or back to an earlier one."""
    from core import schema

    url = settings_.read().url
    if revision == "base" or (revision != "head" and revision < (_run(schema.revision_of(url)) or "")):
        _run(schema.downgrade(url, revision))
    else:
        _run(schema.upgrade(url, revision))
    print(f"The database is at {_run(schema.revision_of(url)) or 'nothing'}.")


@app.command()
def do(
    line: Annotated[str, typer.Argument(help='A command line, for example "ticket list mine".')],
    as_: Annotated[str, typer.Option("--as", help="The agent in whose name it is done.")] = "",
    as_json: AsJson = False,
) -> None:
    """Do what agents do: one command line, also beside a running desk."""
    from bot.terminal import do_one

    answer, speaker = _run(do_one(settings_.read(), as_, line))
    print(json.dumps(_as_json(answer, speaker), ensure_ascii=False) if as_json else as_text(answer, speaker))


def as_text(answer: Answer, speaker: Voice) -> str:
    """An answer as a terminal shows it."""
    parts = [speaker.say(answer.text), *(f"  {speaker.say(line)}" for line in answer.lines)]
    parts += [_card(card, speaker) for card in answer.cards]
    if answer.document:
        parts.append(answer.document)
    parts += [f"  [{speaker.say(button.label)}]  {button.line}" for button in answer.buttons]
    return "\n".join(parts)


def _card(card: Card, speaker: Voice) -> str:
    facts = "  ".join(f"{speaker.say(field.label)}: {speaker.say(field.value)}" for field in card.fields)
    lines = [f"• {speaker.say(card.title)}", *([f"    {facts}"] if facts else [])]
    return "\n".join([*lines, *(f"    {speaker.say(line)}" for line in card.lines)])


def _as_json(answer: Answer, speaker: Voice) -> dict[str, Any]:
    return {
        "text": speaker.say(answer.text),
        "lines": [speaker.say(line) for line in answer.lines],
        "cards": [
            {
                "title": speaker.say(card.title),
                "fields": {speaker.say(field.label): speaker.say(field.value) for field in card.fields},
                "lines": [speaker.say(line) for line in card.lines],
                "link": card.link,
            }
            for card in answer.cards
        ],
        "buttons": [{"label": speaker.say(button.label), "line": button.line} for button in answer.buttons],
        "document": answer.document,
    }


@app.command()
def shell(as_: Annotated[str, typer.Option("--as", help="The agent you are.")] = "") -> None:
    """Type command lines with completion; Ctrl+D ends it."""
    from bot.terminal import converse

    _run(converse(settings_.read(), as_, as_text))


@app.command()
def export(file: Annotated[Path | None, typer.Argument(help="Where to; nothing: the terminal.")] = None) -> None:
    """Write the desk's set-up (teams, channels, views, replies, texts, tags) as lines of text."""
    from core import setup

    lines = _run(_with_desk(settings_.read(), SYSTEM, setup.export, change=False))
    if file is None:
        print(lines, end="")
    else:
        file.write_text(lines, encoding="utf-8")


@app.command()
def apply(file: Annotated[typer.FileText, typer.Argument(help="Lines of set-up; - reads from the pipe.")]) -> None:
    """Apply a set-up written as lines of text, all of it or nothing."""
    from core import setup

    document = file.read()
    count = _run(_with_desk(settings_.read(), SYSTEM, lambda desk: setup.apply_all(desk, document)))
    print(f"Applied {count} lines.")


@agents.command("add")
def agent_add(
    name: Annotated[str, typer.Argument(help="Name colleagues type, for example ines.")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")] = "agent",
    public_name: Annotated[str, typer.Option(help="Name customers see.")] = "",
) -> None:
    """Add an agent and print the link that signs them in."""
    from core import teams
    from core.models import Role

    if role not in set(Role):
        raise ConfigurationError(Text("The role is agent, supervisor or admin."))
    settings = settings_.read()
    _run(
        _with_desk(settings, SYSTEM, lambda desk: teams.add_agent(desk, name, role=Role(role), public_name=public_name))
    )
    agent_link(name)


@agents.command("list")
def agent_list(as_json: AsJson = False) -> None:
    """List the agents."""
    from core import teams

    def body(desk: Desk) -> list[dict[str, str]]:
        return [{"name": a.name, "public_name": a.public_name, "role": a.role.value} for a in teams.agents(desk)]

    found = _run(_with_desk(settings_.read(), SYSTEM, body, change=False))
    print(json.dumps(found) if as_json else "\n".join("  ".join(agent.values()) for agent in found))


@agents.command("link")
def agent_link(name: Annotated[str, typer.Argument(help="The agent's name.")]) -> None:
    """Print a link that signs an agent in to the team room, once, within 30 minutes."""
    from core import teams

    settings = settings_.read()
    secret = _run(_with_desk(settings, SYSTEM, lambda desk: teams.sign_in_link(desk, teams.agent_named(desk, name))))
    print(f"{settings.address}/room/sign-in/{secret}")


@app.command("identify-key")
def identify_key(channel: Annotated[str, typer.Argument(help="The web chat's name.")] = "shop") -> None:
    """Print the key with which a shop's server signs its customers' ids for a web chat."""
    from bot.secret import secret_key
    from connectors.webchat.visitors import Visitors

    settings = settings_.read()
    print(Visitors(secret_key(settings.secret_key, settings.data_dir)).identify_key(channel))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write, ending in .tar.gz.")]) -> None:
    """Save the embedded database, files and keys into one file, while the desk runs."""
    from bot.backup import save

    size = save(settings_.read(), file)
    print(f"Saved {file} ({size // 1024} KB).")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file `backup` wrote.", exists=True)],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there.")] = False,
) -> None:
    """Bring back what `backup` saved; the desk must not run meanwhile."""
    from bot.backup import bring_back

    bring_back(settings_.read(), file, replace=replace)
    print("Restored. Start the desk: deskbell run")


@app.command()
def demo(remove: Annotated[bool, typer.Option("--remove", help="Take them out again.")] = False) -> None:
    """Fill the desk with believable people, dialogs and tickets."""
    from bot.demo import fill
    from bot.demo import remove as take_out

    settings = settings_.read()
    if remove:
        count = _run(_with_desk(settings, SYSTEM, take_out))
        print(f"Took {count} demo tickets out.")
    else:
        count = _run(_with_desk(settings, SYSTEM, fill))
        print(f"Made {count} demo tickets and some live dialogs. Take them out again: deskbell demo --remove")


async def _with_desk(settings: Settings, actor: Actor, work: Any, *, change: bool = True) -> Any:
    """Runs one body on the desk's store, migrated first."""
    from bot.app import opened, prepare

    async with opened(settings) as house:
        await prepare(house)
        return await (house.desks.change if change else house.desks.read)(actor, work)
