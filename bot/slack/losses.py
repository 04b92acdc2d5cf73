"""What is told of what was lost in Slack."""

from collections.abc import Callable

from core.show import Text, text

ROOM = "slack"
DELETED: Text = text("The earlier thread was deleted in Slack, so this goes on here.")
_HOW: dict[str, Text] = {
    "archived": text("archived"),
    "left": text("closed to the app"),
}


def shut(how: str) -> Callable[[str], Text]:
    """What is said of a channel by its name: it was `archived`, `deleted`, or the app is not in it (`left`)."""

    def said(name: str) -> Text:
        if how == "deleted":
            return text(
                "The Slack channel {name} was deleted: its tickets go on in the team room. Type “/ticket desk setup” "
                "in another channel.", name=name,
            )  # fmt: skip
        return text(
            "The Slack channel {name} is {how}: its tickets go on in the team room. Open it again for the app, or type "
            "“/ticket desk setup” in another channel.", name=name, how=_HOW[how],
        )  # fmt: skip

    return said
