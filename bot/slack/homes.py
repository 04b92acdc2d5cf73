"""Shows people the app's home: when they open it, and anew after they did something."""

from bot.hearing import Hearing
from bot.slack import home, looking
from bot.slack.web import Web, asking
from core.show import text
from core.store import Desks


class Homes:
    """The homes somebody has looked at."""

    def __init__(self, web: Web, desks: Desks, hearing: Hearing) -> None:
        self._web, self._desks, self._hearing = web, desks, hearing
        self._opened: set[str] = set()

    async def look(self, account: str) -> None:
        """Somebody opened the app's home."""
        self._opened.add(account)
        await self._publish(account)

    async def refresh(self, account: str) -> None:
        """Shows the home anew to who has looked at it."""
        if account in self._opened:
            await self._publish(account)

    async def _publish(self, account: str) -> None:
        actor, voice = await self._hearing.actor(account), await self._hearing.voice(account)
        if actor.agent_id is None:
            said = text("You are no agent of this desk yet. Ask an admin to add you, or type: me link CODE")
            view = home.closed_home(said, voice)
        else:
            view = home.home(await self._desks.read(actor, looking.queue), voice)
        async with asking():
            await self._web.client.views_publish(user_id=account, view=view)
