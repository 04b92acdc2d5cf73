"""Whether the keys of Discord work: token, intents, server, permissions."""

from collections.abc import Mapping, Sequence

from bot.discord import may
from bot.discord.rest import Rest, Wire
from bot.discord.settings import Section
from core.connector import Finding, Severity
from core.errors import ConfigurationError, DeskbellError
from core.show import text, verbatim

_INTENTS = {
    "Server Members Intent": (1 << 14) | (1 << 15),
    "Message Content Intent": (1 << 18) | (1 << 19),
}
"""The privileged intents the bot needs, and the application's flags that say it has them."""
_INVITE = "{site}/oauth2/authorize?client_id={app}&scope=bot+applications.commands&permissions={permissions}"


def values_of(section: Section) -> Mapping[str, str]:
    """The keys that are set."""
    return {"DISCORD_TOKEN": section.token, "DISCORD_GUILD_ID": section.guild_id}


def invitation(app: str, api_url: str) -> str:
    """The link that invites the bot, with just what it needs."""
    site = api_url.partition("/api/")[0]
    return _INVITE.format(site=site, app=app, permissions=may.INVITED)


async def tried(values: Mapping[str, str]) -> Sequence[Finding]:
    """Tries keys against Discord: the token, its intents, the server and what the bot may do there."""
    set_ = Section(token=values.get("DISCORD_TOKEN", ""), guild_id=values.get("DISCORD_GUILD_ID", ""))
    rest = Rest(set_)
    try:
        return await _tried(rest, set_)
    except DeskbellError as error:
        return (Finding(Severity.ERROR, error.said, "DISCORD_TOKEN"),)
    finally:
        await rest.close()


async def _tried(rest: Rest, section: Section) -> list[Finding]:
    app = await rest.ask("GET", "/applications/@me")
    found = [Finding(Severity.ON, text("The token works: the bot is {name}.", name=str(app["name"])), "DISCORD_TOKEN")]
    flags = int(app.get("flags") or 0)
    for name, bits in _INTENTS.items():
        if not flags & bits:
            said = text("“{intent}” is off. Switch it on in the Developer Portal under Bot.", intent=name)
            found.append(Finding(Severity.ERROR, said, "DISCORD_TOKEN"))
    invite = text("Invite it with: {link}", link=verbatim(invitation(str(app["id"]), section.api_url)))
    return [*found, *await _servers(rest, section.guild_id), Finding(Severity.ON, invite, "")]


async def _servers(rest: Rest, wanted: str) -> list[Finding]:
    """Which server it works on; being on none yet is no mistake: the invitation comes next."""
    on = {str(each["id"]) for each in await rest.ask("GET", "/users/@me/guilds")}
    if not on or (wanted and wanted not in on):
        said = text("The bot is not on your server yet. Invite it with the link below.")
        return [Finding(Severity.WARNING, said, "DISCORD_GUILD_ID")]
    try:
        return await _on_server(rest)
    except ConfigurationError as error:
        return [Finding(Severity.ERROR, error.said, "DISCORD_GUILD_ID")]


async def _on_server(rest: Rest) -> list[Finding]:
    """Whether the bot is on the server, and what it lacks there."""
    guild, me = await rest.guild(), await rest.me()
    described: Wire = await rest.ask("GET", "/guilds/{guild_id}", guild_id=guild)
    member: Wire = await rest.ask("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=me)
    server = may.server(described)
    lacks = may.lacking(may.permissions(server, None, me, map(str, member.get("roles") or ())))
    found = [Finding(Severity.ON, text("It is on the server {name}.", name=str(described["name"])), "DISCORD_GUILD_ID")]
    if lacks:
        said = text("It lacks permissions there: {names}. Invite it again.", names=", ".join(lacks))
        found.append(Finding(Severity.ERROR, said, "DISCORD_GUILD_ID"))
    return found
