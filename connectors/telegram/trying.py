"""Asks Telegram whether a bot's token works, before it is written down; nothing is changed there."""

from collections.abc import Mapping, Sequence

from telegram import Bot, User, WebhookInfo
from telegram.error import TimedOut

from connectors.telegram.requests import Requests
from connectors.telegram.settings import Section
from connectors.telegram.troubles import TelegramAway, WrongToken, asking
from core.connector import Finding, Severity
from core.errors import DeskbellError
from core.show import text

_PATIENCE_S = 10
_TOKEN, _URL = "TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL"


async def tried(values: Mapping[str, str]) -> Sequence[Finding]:
    """What Telegram says of keys that are not written down yet; the rest is as it is set."""
    section = Section(**{name.removeprefix("TELEGRAM_").lower(): value for name, value in values.items()})  # type: ignore[arg-type]
    try:
        me, webhook = await _asked(section)
    except WrongToken as error:
        return (Finding(Severity.ERROR, error.said, _TOKEN),)
    except DeskbellError as error:
        return (Finding(Severity.ERROR, error.said, _URL),)
    found = [Finding(Severity.ON, text("The bot is @{name}.", name=me.username or "?"), _TOKEN)]
    if webhook.url and not section.webhook_url:
        said = text("Another program is called for this bot now. When the desk starts, it hears the bot instead.")
        found.append(Finding(Severity.WARNING, said, _TOKEN))
    if me.can_read_all_group_messages:
        said = text("The bot hears everything in groups. @BotFather: /setprivacy → Enable lets it hear only its own.")
        found.append(Finding(Severity.WARNING, said, _TOKEN))
    return found


async def _asked(section: Section) -> tuple[User, WebhookInfo]:
    request = Requests(read_timeout=_PATIENCE_S, connect_timeout=_PATIENCE_S)
    bot = Bot(section.bot_token, base_url=section.api_url, request=request)
    try:
        with asking():
            return await bot.get_me(), await bot.get_webhook_info()
    except TimedOut:
        raise TelegramAway from None
    finally:
        await request.shutdown()
