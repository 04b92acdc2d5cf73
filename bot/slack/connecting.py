"""Whether the keys of Slack work: the bot token with its scopes, the app-level token."""

from collections.abc import Mapping, Sequence

from slack_sdk.errors import SlackApiError

from bot.slack.manifest import SCOPES
from bot.slack.settings import Section
from bot.slack.troubles import code_of
from bot.slack.web import made_client
from core.connector import Finding, Severity
from core.show import text


async def tried(values: Mapping[str, str]) -> Sequence[Finding]:
    """Asks Slack whether keys work that are not written down yet; the rest is as it is set."""
    fields = {name.removeprefix("SLACK_").lower(): value for name, value in values.items()}
    return await tried_with(Section(**fields))  # type: ignore[arg-type]


async def tried_with(section: Section) -> Sequence[Finding]:
    """Asks Slack whether the keys work, and names each scope the app lacks."""
    found = [*await _bot(section)]
    if section.by_socket:
        found += await _app(section)
    elif not section.signing_secret:
        said = text("Without an app-level token Slack has to call the desk, and that needs the signing secret.")
        found.append(Finding(Severity.ERROR, said, "SLACK_SIGNING_SECRET"))
    return found


async def _bot(section: Section) -> Sequence[Finding]:
    try:
        answer = await made_client(section).auth_test()
    except SlackApiError as error:
        said = text("Slack refuses the bot token ({code}).", code=code_of(error) or "?")
        return [Finding(Severity.ERROR, said, "SLACK_BOT_TOKEN")]
    except Exception as error:  # whatever the network raises is the answer
        said = text("Slack cannot be reached ({why}).", why=type(error).__name__)
        return [Finding(Severity.ERROR, said, "SLACK_API_URL")]
    given = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")}
    found = [Finding(Severity.ON, text("The app is {name} in {team}.", name=answer["user"], team=answer["team"]))]
    for scope in sorted(SCOPES.keys() - given):
        said = text(
            "The app lacks the scope {scope}, which is for: {why}. Add it under OAuth & Permissions, then install "
            "the app again.", scope=scope, why=SCOPES[scope],
        )  # fmt: skip
        found.append(Finding(Severity.ERROR, said, "SLACK_BOT_TOKEN"))
    return found


async def _app(section: Section) -> Sequence[Finding]:
    try:
        await made_client(section).apps_connections_open(app_token=section.app_token)
    except SlackApiError as error:
        code = code_of(error) or "?"
        if code == "missing_scope":
            said = text("The app-level token lacks the scope connections:write. Generate one that has it.")
        else:
            said = text("Slack refuses the app-level token ({code}).", code=code)
        return [Finding(Severity.ERROR, said, "SLACK_APP_TOKEN")]
    except Exception as error:  # whatever the network raises is the answer
        said = text("Slack cannot be reached ({why}).", why=type(error).__name__)
        return [Finding(Severity.ERROR, said, "SLACK_API_URL")]
    return [Finding(Severity.ON, text("Socket Mode is open."))]
