"""The people of the fake Telegram: they start and block bots, press buttons, and run groups."""

import asyncio
import re
from dataclasses import dataclass

from tests.platforms import telegram_deeds as deeds
from tests.platforms import telegram_hearing as hearing
from tests.platforms.telegram_errors import Json, NotOffered
from tests.platforms.telegram_hands import Hands, Place
from tests.platforms.telegram_methods_profile import commands_for
from tests.platforms.telegram_world import (
    ADMIN,
    KICKED,
    LEFT,
    MEMBER,
    OWNER,
    RESTRICTED,
    Account,
    Bot,
    Chat,
    Member,
    Message,
    Query,
    Topic,
)

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
ALL_RIGHTS = ("can_delete_messages", "can_pin_messages", "can_manage_topics")


@dataclass(frozen=True)
class Person(Hands):
    """Somebody with a Telegram app."""

    @property
    def id(self) -> int:
        """Their user id, which is also their private chats' id."""
        return self.account.id

    @property
    def name(self) -> str:
        """Their first name."""
        return self.account.first_name

    # With a bot.

    async def starts(self, bot: Bot, payload: str = "") -> Message:
        """Presses Start, perhaps behind a link with a payload; a block ends by it."""
        if not _PAYLOAD.fullmatch(payload):
            raise NotOffered(f"A link bears up to 64 of A-Z, a-z, 0-9, _ and -, not {payload!r}")
        chat = self.chat(bot)
        chat.is_open = True
        await self.unblocks(bot)
        return await self.writes(bot, f"/start {payload}".strip())

    async def blocks(self, bot: Bot) -> None:
        """Stops and blocks a bot; it is told by my_chat_member."""
        deeds.block(self.world, self.chat(bot), is_blocked=True)

    async def unblocks(self, bot: Bot) -> None:
        """Lets a bot write again; it is told."""
        deeds.block(self.world, self.chat(bot), is_blocked=False)

    async def leaves_telegram(self) -> None:
        """Deletes their account; no bot is told."""
        self.account.is_deleted = True
        self.account.first_name = ""

    def sees(self, where: Place) -> list[Message]:
        """What stands in a chat, in order: text, entities, files, buttons, reply_to, is_edited."""
        chat = self.chat(where)
        return [message for message in chat.before + chat.messages if message.kind != "service"]

    def hears_from(self, bot: Bot) -> list[str]:
        """The words a bot wrote to them, in order, as they stand now."""
        return [message.text for message in self.sees(bot) if message.sender is bot]

    def reads(self, bot: Bot, text: str) -> bool:
        """Whether the bot wrote them that."""
        return text in self.hears_from(bot)

    def sees_actions(self, where: Place) -> list[str]:
        """What the bot was shown doing: "typing"."""
        return self.chat(where).actions

    def sees_commands(self, bot: Bot) -> dict[str, str]:
        """The menu of commands, in their language."""
        return {one["command"]: one["description"] for one in commands_for(bot, self.account)}

    async def presses(self, message: Message, label: str, *, within_s: float = 5.0) -> Query:
        """Presses an inline button and waits for the bot's answer, which the returned query bears."""
        button = message.button(label)
        if "callback_data" not in button:
            raise NotOffered(f"{label!r} opens {button.get('url', 'something')} and tells no bot")
        bot = message.sender
        if message.is_deleted or not isinstance(bot, Bot):
            raise NotOffered("There is no such message to press a button of")
        query = Query(str(self.world.new_id()), bot, self.account, message, self.world.clock())
        self.world.queries[query.id] = query
        hearing.tell_query(query, button["callback_data"])
        end = asyncio.get_running_loop().time() + within_s
        while not query.is_answered and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - the bot's doing
            await asyncio.sleep(0.005)
        return query

    async def taps(self, where: Place, label: str) -> Message:
        """Taps a button of the reply keyboard: writes its words, or sends what it asks for."""
        buttons: dict[str, Json] = {one["text"]: one for one in self.chat(where).keyboard}
        if label not in buttons:
            raise NotOffered(f"The keyboard has no {label!r}, only {list(buttons)}")
        if buttons[label].get("request_contact"):
            return await self.sends_contact(where, "+49301234567")
        return await self.writes(where, label)

    # In groups.

    async def adds(self, who: "Bot | Person", group: Chat) -> None:
        """Adds a bot or a person to a group, as its admin."""
        self._must_run(group)
        deeds.place(self.world, group, self.account, Member(_account(who)))

    async def removes(self, who: "Bot | Person", group: Chat) -> None:
        """Removes a bot or a person from a group, as its admin."""
        self._must_run(group)
        deeds.place(self.world, group, self.account, Member(_account(who), KICKED))

    async def promotes(self, who: "Bot | Person", group: Chat, *rights: str) -> None:
        """Makes somebody an admin, with all rights unless some are named."""
        self._must_run(group)
        deeds.place(self.world, group, self.account, deeds.admin(_account(who), rights or ALL_RIGHTS))

    async def mutes(self, who: "Bot | Person", group: Chat) -> None:
        """Lets somebody write no more in a group."""
        self._must_run(group)
        deeds.place(self.world, group, self.account, Member(_account(who), RESTRICTED))

    async def demotes(self, who: "Bot | Person", group: Chat) -> None:
        """Makes an admin a member again."""
        self._must_run(group)
        deeds.place(self.world, group, self.account, Member(_account(who), MEMBER))

    async def leaves(self, group: Chat) -> None:
        """Leaves a group."""
        deeds.place(self.world, group, self.account, Member(self.account, LEFT))

    async def upgrades(self, group: Chat, *, is_forum: bool = False) -> None:
        """Makes a group a supergroup, which has another id; turning topics on does it, too."""
        if group.status(self.account) != OWNER:
            raise NotOffered(f"{self.name} does not own {group.title}")
        if group.kind == "group":
            deeds.upgrade(self.world, group, self.account)
        group.is_forum = is_forum

    async def opens_topic(self, group: Chat, name: str) -> Topic:
        """Opens a topic in a forum."""
        if not group.is_forum:
            raise NotOffered(f"{group.title} has no topics")
        return deeds.open_topic(self.world, group, self.account, name)

    async def closes_topic(self, topic: Topic) -> None:
        """Closes a topic to all but admins."""
        self._must_run(topic.chat)
        deeds.close_topic(self.world, topic, self.account, is_closed=True)

    async def deletes_topic(self, topic: Topic) -> None:
        """Deletes a topic with all in it; no bot is told."""
        self._must_run(topic.chat)
        deeds.delete_topic(topic)

    def _must_run(self, group: Chat) -> None:
        if group.status(self.account) not in (OWNER, ADMIN):
            raise NotOffered(f"{self.name} is no admin of {group.title}")


def _account(who: Bot | Person) -> Account:
    return who.account if isinstance(who, Person) else who
