"""Moving the database between versions: forward without a question, back only when somebody means it."""

from collections.abc import Callable

from bot.runlock import only_one
from bot.settings import Settings
from core import schema
from core.errors import ConfigurationError, UserError
from core.show import Text, text

EMPTY, NEWEST = "base", "head"


async def move(settings: Settings, revision: str, is_meant: Callable[[Text], bool]) -> str:
    """Brings the database to a revision and says where it is; going back asks first, and nothing may run meanwhile."""
    known = (EMPTY, *schema.revisions(), NEWEST)
    if revision not in known:
        said = text("There is no revision {name}. There are: {known}", name=revision[:40], known=", ".join(known))
        raise ConfigurationError(said)
    at = await schema.revision_of(settings.url)
    if at is None or (revision != EMPTY and (revision == NEWEST or revision >= at)):
        await _forward(settings, revision)
    else:
        await _back(settings, revision, at, is_meant)
    return await schema.revision_of(settings.url) or ""


async def _forward(settings: Settings, revision: str) -> None:
    if revision != EMPTY:
        await schema.upgrade(settings.url, revision)


async def _back(settings: Settings, revision: str, at: str, is_meant: Callable[[Text], bool]) -> None:
    with only_one(settings.data_dir, "migrate"):
        if not is_meant(_lost(revision, at)):
            raise UserError(
                text("Nothing was changed. Who means it types: deskbell migrate {name} --yes", name=revision)
            )
        await schema.downgrade(settings.url, revision)


def _lost(revision: str, at: str) -> Text:
    if revision == EMPTY:
        return text("This empties the database: all tickets, customers and messages are lost.")
    return text("Going back from {at} to {name} loses what later versions have stored.", at=at, name=revision)
