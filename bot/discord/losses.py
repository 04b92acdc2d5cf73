"""What is told of what was lost in Discord."""

from collections.abc import Callable

from core.show import Text, text

ROOM = "discord"
DELETED: Text = text("The earlier post was deleted in Discord, so this goes on here.")
LOCKED: Text = text("The earlier post was locked in Discord, so this goes on here.")


def gone(name: str) -> Text:
    """What is said of a channel that was deleted."""
    return text(
        "The Discord channel {name} was deleted: its tickets go on in the team room. Type “/desk setup” for another "
        "channel.", name=name,
    )  # fmt: skip


def closed(name: str) -> Text:
    """What is said of a channel the bot does not see any more."""
    return text(
        "The Discord channel {name} is closed to the bot: its tickets go on in the team room. Let the bot in again, or "
        "type “/desk setup” for another channel.", name=name,
    )  # fmt: skip


def lacks(permission: str) -> Callable[[str], Text]:
    """What is said of a channel in which the bot may not do all it has to."""

    def said(name: str) -> Text:
        return text(
            "In the Discord channel {name} the bot lacks the permission “{permission}”: what is for it waits. Give it "
            "to the bot's role in the channel's settings.", name=name, permission=permission,
        )  # fmt: skip

    return said
