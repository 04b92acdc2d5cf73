"""The command line: runs the desk, sets it up, and does what agents do without a browser."""

import asyncio
import errno
import gc
import json
import logging
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot import mail, sections, terminal_connect
from bot.printing import as_json as answer_as_json
from bot.printing import as_text, error_as_json, in_terminal, visible
from bot.sections import WrongSettings
from bot.settings import Settings
from core.actor import SYSTEM, Actor
from core.desk import Desk
from core.errors import ConfigurationError, DeskbellError, NotFound, TemporaryError
from core.render import Voice
from core.show import Text, text, texts

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Deskbell: a helpdesk that lives in the team's chat."
)
agents = typer.Typer(no_args_is_help=True, help="Agents of the desk.")
app.add_typer(agents, name="agent")
for command in (terminal_connect.connect, terminal_connect.manifest, mail.mail):
    app.command()(command)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
REFUSED, WRONG, ASKED, BUSY = 1, 2, 3, 75
"""Exit codes: the desk said no; a setting or argument is wrong; it asks first; try again later."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What passes when somebody makes room."""


def main() -> None:
    """Runs the command line; what goes wrong is said in one sentence."""
    try:
        app()
    except DeskbellError as error:
        raise SystemExit(_told(error.said, _exit_code(error))) from error
    except OSError as error:
        said = text("{path}: {why}", path=str(error.filename or "–"), why=error.strerror or str(error))
        raise SystemExit(_told(said, BUSY if error.errno in _FULL else WRONG)) from error


def _told(said: Text, code: int, speaker: Voice | None = None) -> int:
    """Says what went wrong to people, and to a script that asked for JSON; hands the exit code back."""
    voice = speaker or Voice()
    if "--json" in sys.argv:
        print(error_as_json(said, voice))
    print(f"deskbell: {in_terminal(voice).say(said)}", file=sys.stderr)
    return code


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

    settings = sections.read(serves=True)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("apscheduler", "uvicorn.error", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # else it warns of every round that takes longer
    _run(run_desk(settings, [part.strip() for part in only.split(",") if part.strip()]))


@app.command()
def check(as_json: AsJson = False) -> None:
    """Check the configuration: all that is wrong at once, and what is on."""
    from bot.running import findings, wrong_settings

    try:
        found = _run(findings(sections.read(serves=True)))
    except WrongSettings as error:
        found = wrong_settings(error)
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
    yes: Annotated[bool, typer.Option("--yes", help="Go back without a question; what is lost is lost.")] = False,
) -> None:
    """Bring the database to this version's schema, or back to an earlier one; nothing may run meanwhile."""
    from bot.migrating import move

    def is_meant(said: Text) -> bool:
        if yes or not sys.stdin.isatty():
            return yes
        print(Voice().say(said))
        return input(f"Type {revision} to go on: ").strip() == revision

    at = _run(move(sections.read(), revision, is_meant))
    print(f"The database is at {at or 'nothing'}.")


@app.command()
def do(
    line: Annotated[str, typer.Argument(help='A command line, for example "ticket list mine".')],
    as_: Annotated[str, typer.Option("--as", help="The agent in whose name it is done.")] = "",
    as_json: AsJson = False,
) -> None:
    """Do what agents do: one command line, also beside a running desk."""
    from bot.terminal import do_one

    done = _run(do_one(sections.read(), as_, line))
    if done.refused is not None:
        raise typer.Exit(_told(done.refused.said, _exit_code(done.refused), done.speaker))
    assert done.answer is not None
    print(answer_as_json(done.answer, done.speaker) if as_json else as_text(done.answer, done.speaker))
    if done.answer.asks:
        raise typer.Exit(ASKED)


@app.command()
def shell(as_: Annotated[str, typer.Option("--as", help="The agent you are.")] = "") -> None:
    """Type command lines with completion; Ctrl+D ends it."""
    from bot.terminal import converse

    _run(converse(sections.read(), as_, as_text))


@app.command()
def export(file: Annotated[Path | None, typer.Argument(help="Where to; nothing: the terminal.")] = None) -> None:
    """Write the desk's set-up (teams, channels, views, replies, texts, tags) as lines of text."""
    from core import setup

    lines = _run(_with_desk(sections.read(), SYSTEM, setup.export, change=False))
    if file is None:
        print(lines, end="")
    else:
        file.write_text(lines, encoding="utf-8")


@app.command()
def apply(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="Lines of set-up; - reads from the pipe.")],
) -> None:
    """Apply a set-up written as lines of text, all of it or nothing."""
    from core import setup

    try:
        document = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(text("The file is not UTF-8 (byte {place}).", place=error.start + 1)) from error
    count = _run(_with_desk(sections.read(), SYSTEM, lambda desk: setup.apply_all(desk, document)))
    print(Voice().say(texts("Applied {count} line.", "Applied {count} lines.", count=count)))


@agents.command("add")
def agent_add(
    name: Annotated[str, typer.Argument(help="Name colleagues type, for example ines.")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin; who is there already keeps theirs.")] = "",
    public_name: Annotated[str, typer.Option(help="Name customers see.")] = "",
) -> None:
    """Add an agent and print the link that signs them in; one who is there already keeps their role."""
    from core import teams
    from core.models import Role

    if role and role not in set(Role):
        raise ConfigurationError(text("The role is agent, supervisor or admin."))

    def body(desk: Desk) -> Text | None:
        try:
            known = teams.agent_named(desk, name)
        except NotFound:
            known = None
        if known is None or role:
            teams.add_agent(desk, name, role=Role(role or "agent"), public_name=public_name)
            return None
        return text("@{name} is there already, as {role}. --role changes that.", name=known.name, role=known.role.value)

    said = _run(_with_desk(sections.read(), SYSTEM, body))
    if said is not None:
        print(Voice().say(said), file=sys.stderr)
    agent_link(name)


@agents.command("list")
def agent_list(as_json: AsJson = False) -> None:
    """List the agents."""
    from core import teams

    def body(desk: Desk) -> list[dict[str, str]]:
        return [{"name": a.name, "public_name": a.public_name, "role": a.role.value} for a in teams.agents(desk)]

    found = _run(_with_desk(sections.read(), SYSTEM, body, change=False))
    print(json.dumps(found) if as_json else "\n".join(visible("  ".join(agent.values())) for agent in found))


@agents.command("link")
def agent_link(name: Annotated[str, typer.Argument(help="The agent's name.")]) -> None:
    """Print a link that signs an agent in to the team room, once, within 30 minutes."""
    from core import teams

    settings = sections.read()
    secret = _run(_with_desk(settings, SYSTEM, lambda desk: teams.sign_in_link(desk, teams.agent_named(desk, name))))
    print(f"{settings.address}/room/sign-in/{secret}")


@app.command("identify-key")
def identify_key(channel: Annotated[str, typer.Argument(help="The web chat's name.")] = "shop") -> None:
    """Print the key with which a shop's server signs its customers' ids for a web chat."""
    from bot.secret import secret_key
    from connectors.webchat.visitors import Visitors

    settings = sections.read()
    print(Visitors(secret_key(settings.secret_key, settings.data_dir)).identify_key(channel))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write, ending in .tar.gz.")]) -> None:
    """Save the embedded database, files and keys into one file, while the desk runs."""
    from bot.backup import save

    size = save(sections.read(), file)
    print(f"Saved {file} ({size // 1024} KB).")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file `backup` wrote.", exists=True)],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there.")] = False,
) -> None:
    """Bring back what `backup` saved; the desk must not run meanwhile."""
    from bot.backup import bring_back

    bring_back(sections.read(), file, replace=replace)
    print("Restored. Start the desk: deskbell run")


@app.command()
def demo(remove: Annotated[bool, typer.Option("--remove", help="Take them out again.")] = False) -> None:
    """Fill the desk with believable people, dialogs and tickets."""
    from bot.demo import fill

    settings = sections.read()
    if remove:
        speaker = Voice()
        parted, gone = _run(_without_demo(settings))
        print("\n".join([*map(speaker.say, parted), "Took out:", *(f"  {speaker.say(said)}" for said in gone)]))
    else:
        count = _run(_with_desk(settings, SYSTEM, fill))
        print(f"Made {count} demo tickets and some live dialogs. Take them out again: deskbell demo --remove")


async def _without_demo(settings: Settings) -> tuple[list[Text], list[Text]]:
    from bot.app import opened, prepare
    from bot.demo import take_out

    async with opened(settings) as house:
        await prepare(house)
        return await take_out(house.desks)


async def _with_desk(settings: Settings, actor: Actor, work: Any, *, change: bool = True) -> Any:
    """Runs one body on the desk's store, migrated first."""
    from bot.app import opened, prepare

    async with opened(settings) as house:
        await prepare(house)
        return await (house.desks.change if change else house.desks.read)(actor, work)
