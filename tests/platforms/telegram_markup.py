"""Keyboards under messages: what Telegram takes, and what it says of the rest."""

from typing import Any

from tests.platforms.telegram_errors import Json, bad

DATA_MOST, BUTTONS_MOST = 64, 100
_ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


def inline(markup: Any) -> Json | None:
    """An inline keyboard, checked; None for markup that is another kind or empty."""
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" must be an Array of Arrays')
    if sum(len(row) for row in rows) > BUTTONS_MOST:
        raise bad("reply markup is too long")
    kept = [[_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    if not any(action in button for action in _ACTIONS):
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_MOST:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(("http://", "https://", "tg://")):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return button


def keyboard(markup: Json) -> list[Json] | None:
    """The buttons a person gets in place of letters; [] takes them away, None leaves them."""
    if markup.get("remove_keyboard"):
        return []
    if "keyboard" not in markup:
        return None
    rows = markup["keyboard"]
    return [button if isinstance(button, dict) else {"text": str(button)} for row in rows for button in row]
