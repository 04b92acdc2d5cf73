"""How a web chat is set up: nothing of it is secret, and nobody has to be asked."""

from bot.connecting import Guide, Key
from core.show import text

GUIDE = Guide(
    name="webchat",
    title=text("Web chat"),
    before=(),
    keys=(
        Key(
            "WEBCHAT_TITLE", text("The name at the head of the chat."),
            is_optional=True, is_secret=False, label=text("Title"),
        ),
        Key(
            "WEBCHAT_COLOUR", text("The main colour, as #rrggbb."),
            looks_like=r"#[0-9a-fA-F]{6}", is_optional=True, is_secret=False, label=text("Colour"),
        ),
        Key(
            "WEBCHAT_GREETING", text("The first words a customer reads. Left empty, ours are used."),
            is_optional=True, is_secret=False, label=text("Greeting"),
        ),
        Key(
            "WEBCHAT_ORIGINS",
            text("The addresses of the pages that may show the chat, with commas: https://shop.example"),
            looks_like=r"(\*|https?://[^/\s,]+/?)(\s*,\s*(\*|https?://[^/\s,]+/?))*", is_optional=True,
            is_secret=False, label=text("Pages"),
        ),
    ),
    after=(text("Put the chat's tag into your pages; docs/channels/webchat.md shows it."),),
)  # fmt: skip
