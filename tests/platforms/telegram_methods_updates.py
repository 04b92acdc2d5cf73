"""Methods by which a bot gets its updates: polling, or a webhook."""

from functools import partial
from typing import Any

from tests.platforms.telegram_calls import Call, Method
from tests.platforms.telegram_errors import Json, bad, conflict
from tests.platforms.telegram_webhooks import Webhook, Webhooks

LONGEST_POLL_S = 50
WEBHOOK_IS_SET = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


async def get_updates(call: Call, webhooks: Webhooks) -> list[Json]:
    """getUpdates: waits up to `timeout` seconds for the first update."""
    if call.bot.id in webhooks.set:
        raise conflict(WEBHOOK_IS_SET)
    _ask_for(call)
    limit = call.number("limit", 100)
    limit = limit if 1 <= limit <= 100 else 100
    timeout_s = min(max(0, call.number("timeout")), LONGEST_POLL_S)
    return await call.bot.inbox.poll(call.number("offset"), limit, timeout_s)


def _ask_for(call: Call) -> None:
    """Sets which kinds of updates come from now on; what is not said stays as it was."""
    kinds: Any = call.given("allowed_updates")
    if kinds is None:
        return
    if not isinstance(kinds, list):
        raise bad("can't parse allowed updates list JSON object")
    call.bot.inbox.allowed = tuple(str(kind) for kind in kinds)


def set_webhook(call: Call, webhooks: Webhooks) -> bool:
    """setWebhook; an empty address takes it away."""
    if not call.text("url"):
        return delete_webhook(call, webhooks)
    url, secret = call.text("url"), call.text("secret_token")
    webhooks.put(call.bot, Webhook(url, secret, call.number("max_connections", 40)))
    call.bot.inbox.end_poll(conflict("terminated by setWebhook request"))
    _ask_for(call)
    if call.flag("drop_pending_updates"):
        call.bot.inbox.drop()
    return True


def delete_webhook(call: Call, webhooks: Webhooks) -> bool:
    """deleteWebhook."""
    webhooks.remove(call.bot)
    if call.flag("drop_pending_updates"):
        call.bot.inbox.drop()
    return True


def webhook_info(call: Call, webhooks: Webhooks) -> Json:
    """getWebhookInfo."""
    inbox, webhook = call.bot.inbox, webhooks.set.get(call.bot.id)
    said: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(inbox.waiting)}
    if inbox.allowed:
        said["allowed_updates"] = list(inbox.allowed)
    if webhook is not None:
        said |= {"url": webhook.url, "max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
        if webhook.last_error:
            said |= {"last_error_date": webhook.last_error_at, "last_error_message": webhook.last_error}
    return said


def methods(webhooks: Webhooks) -> dict[str, Method]:
    """The methods, for those webhooks."""
    return {
        "getUpdates": partial(get_updates, webhooks=webhooks),
        "setWebhook": partial(set_webhook, webhooks=webhooks),
        "deleteWebhook": partial(delete_webhook, webhooks=webhooks),
        "getWebhookInfo": partial(webhook_info, webhooks=webhooks),
    }
