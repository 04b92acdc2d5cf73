"""Running the desk: refuses a second one, prepares, says what is on, and serves until it is stopped."""

import contextlib
from collections.abc import Sequence

from bot import beginning
from bot.app import PARTS, Assembled, House, assemble, opened, prepare, serve
from bot.discord.settings import Section as DiscordSection
from bot.guides import ROOMS
from bot.runlock import only_one
from bot.sections import WrongSettings
from bot.settings import Settings
from bot.slack.settings import Section as SlackSection
from connectors.email.settings import Section as EmailSection
from connectors.telegram.settings import Section as TelegramSection
from core import channels, parts, roomkeys, schema, teams, wordings
from core.actor import SYSTEM
from core.connector import Finding, Severity
from core.desk import Desk
from core.errors import ConfigurationError, DeskbellError
from core.render import Voice
from core.show import text


async def run_desk(settings: Settings, only: Sequence[str]) -> None:
    """Runs the parts that are asked for, all by default."""
    unknown = sorted(set(only) - set(PARTS))
    if unknown:
        known = ", ".join(PARTS)
        raise ConfigurationError(text("There is no part {name}. The parts are: {known}", name=unknown[0], known=known))
    lock = only_one(settings.data_dir, settings.address) if settings.is_embedded else contextlib.nullcontext()
    with lock:
        async with opened(settings) as house:
            await prepare(house)
            assembled = assemble(house, only or PARTS)
            lines = [*await _what_is_on(house, assembled), "", *await _sign_in(house, assembled)]
            await serve(house, assembled, ready=lambda: print("\n".join(lines), flush=True))


async def _what_is_on(house: House, assembled: Assembled) -> list[str]:
    """A few lines: what is on, what is off, and which setting changes it."""
    settings = house.settings
    database = settings.url.partition("://")[2].rpartition("@")[2] if not settings.is_embedded else settings.url
    lines = [f"Deskbell is open on {settings.address}", f"  database   {database}"]
    for part in assembled.members:
        for finding in await part.check():
            lines.append(_line(finding))
    lines += [_line(finding) for finding in await _off(house)]
    if not settings.public_url:
        lines.append("  – no links in customers' texts until PUBLIC_URL says where they reach the desk")
    return lines


async def _off(house: House, *, is_migrated: bool = True) -> list[Finding]:
    """What is off, and which setting turns it on; what was set up in the team room is on."""
    found = await house.desks.read(SYSTEM, _set_up) if is_migrated else set[str]()
    sections = (
        (SlackSection().on, text("Slack is off: deskbell connect slack"), "SLACK_BOT_TOKEN"),
        (DiscordSection().on, text("Discord is off: deskbell connect discord"), "DISCORD_TOKEN"),
        (TelegramSection().on, text("Telegram is off."), "TELEGRAM_BOT_TOKEN"),
        (EmailSection().on, text("E-mail is off."), "EMAIL_ADDRESS"),
    )
    return [
        Finding(Severity.OFF, said, setting)
        for is_on, said, setting in sections
        if not is_on and setting.partition("_")[0].lower() not in found
    ]


def _set_up(desk: Desk) -> set[str]:
    """The kinds of channels and the team chats that were set up in the team room and are on."""
    chats = {name for name in ROOMS if roomkeys.known(desk, name)}
    return chats | {each.kind for each in channels.known(desk) if each.is_on}


def _line(finding: Finding) -> str:
    signs = {Severity.ON: "✓", Severity.OFF: "–", Severity.WARNING: "!", Severity.ERROR: "✗"}
    setting = f"  [{finding.setting}]" if finding.setting else ""
    return f"  {signs[finding.severity]} {Voice().say(finding.text)}{setting}"


async def _sign_in(house: House, assembled: Assembled) -> list[str]:
    """The first admin's link, for as long as no agent has ever signed in."""
    if not assembled.rooms:
        return []

    def body(desk: Desk) -> tuple[str, str] | None:
        admin = beginning.an_admin(desk)
        if admin is None or admin.seen_at is not None:
            return None
        return admin.name, teams.sign_in_link(desk, admin)

    found = await house.desks.change(SYSTEM, body)
    if found is None:
        return [f"Team room: {house.settings.address}/room"]
    name, secret = found
    return [f"Sign in to the team room as {name} (once):", f"  {house.settings.address}/room/sign-in/{secret}"]


def wrong_settings(error: WrongSettings) -> list[Finding]:
    """The same for settings nothing can be opened with."""
    return [Finding(Severity.ERROR, each.said, each.setting) for each in error.wrong]


async def findings(settings: Settings) -> list[Finding]:
    """Everything `check` has to say: settings, database, connectors and rooms."""
    found = [Finding(Severity.ON, text("The database is {url}.", url=_safe(settings)), "DATABASE_URL")]
    try:
        revision = await schema.revision_of(settings.url)
    except DeskbellError as error:
        return [Finding(Severity.ERROR, error.said, "DATABASE_URL")]
    except Exception as error:  # whatever else the driver raises is the answer
        said = text("The database cannot be reached: {why}", why=str(error)[:200])
        return [Finding(Severity.ERROR, said, "DATABASE_URL")]
    if revision != schema.head():
        found.append(Finding(Severity.WARNING, text("The database is not migrated yet: deskbell migrate")))
    if not settings.public_url:
        said = text("No customer's text carries a link until the desk knows its public address.")
        found.append(Finding(Severity.OFF, said, "PUBLIC_URL"))
    elif settings.public_url.startswith("http://") and "localhost" not in settings.public_url:
        said = text("The public address is not encrypted; put a proxy with https in front.")
        found.append(Finding(Severity.WARNING, said, "PUBLIC_URL"))
    async with opened(settings) as house:
        assembled = assemble(house)
        for part in assembled.members:
            found += await part.check()
        found += await _off(house, is_migrated=revision == schema.head())
        if revision == schema.head():
            found += await house.desks.read(SYSTEM, _went_wrong)
    return found


def _went_wrong(desk: Desk) -> list[Finding]:
    """What failed in the last day where the desk runs, and which of the owner's texts cannot be said."""
    failed = [parts.told(failure, desk.now) for failure in parts.failures(desk)]
    return [Finding(Severity.WARNING, said) for said in (*failed, *wordings.broken(desk))]


def _safe(settings: Settings) -> str:
    scheme, _, rest = settings.url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
