"""The views.* methods: modals on a stack of three, and home tabs."""

import secrets
from typing import Any

from tests.platforms import slack_rules as rules
from tests.platforms.slack_blocks import filled
from tests.platforms.slack_calls import Call, Method
from tests.platforms.slack_state import initial
from tests.platforms.slack_triggers import redeem
from tests.platforms.slack_world import Refused, Sight, View, Wire, Workspace

STACK = 3


def view_wire(world: Workspace, view: View) -> Wire:
    """A view as Slack shows it to the app."""
    body = view.body
    return {
        "id": view.id, "team_id": world.team_id, "type": body["type"], "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""), "callback_id": body.get("callback_id", ""),
        "state": {"values": view.values}, "hash": view.hash, "title": body.get("title"), "close": body.get("close"),
        "submit": body.get("submit"), "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False), "previous_view_id": view.previous or None,
        "root_view_id": view.root or view.id, "app_id": world.app.id, "external_id": body.get("external_id", ""),
        "app_installed_team_id": world.team_id, "bot_id": world.app.bot_id,
    }  # fmt: skip


def opened(world: Workspace, call: Call) -> Wire:
    """Opens a modal, by a trigger not three seconds old and never used."""
    body = _modal(call)
    trigger = redeem(world, call.needed("trigger_id"))
    view = show(world, trigger.user, body, [])
    return {"view": view_wire(world, view)}


def pushed(world: Workspace, call: Call) -> Wire:
    """Puts a modal upon those open, three at most."""
    body = _modal(call)
    trigger = redeem(world, call.needed("trigger_id"))
    view = push(world, trigger.user, body)
    return {"view": view_wire(world, view)}


def _modal(call: Call) -> Wire:
    body = call.json("view", "invalid_arguments")
    rules.check_view(body, kind="modal")
    return dict(body)


def push(world: Workspace, user: str, body: Wire) -> View:
    """Puts a checked modal upon those somebody has open."""
    stack = world.modals.get(user, [])
    if not stack:
        raise Refused("not_found")
    if len(stack) >= STACK:
        raise Refused("push_limit_reached")
    return show(world, user, body, stack)


def show(world: Workspace, user: str, body: Wire, below: list[View]) -> View:
    """Puts a modal before somebody, upon others or none."""
    _unique(world, body, but=None)
    view = View(world.new_id("V"), user, _prepared(world, body), _hash(world))
    view.values = initial(view.body["blocks"])
    if below:
        view.root, view.previous = below[0].root or below[0].id, below[-1].id
    world.modals[user] = [*below, view]
    world.sights.append(Sight("modal", user, view=view))
    return view


def _prepared(world: Workspace, body: Wire) -> Wire:
    return {**body, "blocks": filled(world, body["blocks"])}


def _hash(world: Workspace) -> str:
    return f"{int(world.clock())}.{secrets.token_hex(4)}"


def _unique(world: Workspace, body: Wire, but: View | None) -> None:
    taken = body.get("external_id")
    views = [view for stack in world.modals.values() for view in stack]
    if taken and any(view.body.get("external_id") == taken and view is not but for view in views):
        raise Refused("duplicate_external_id")


def updated(world: Workspace, call: Call) -> Wire:
    """Replaces an open view, if `hash` is still the one it has."""
    body = call.json("view", "invalid_arguments")
    view = world.view(call.text("external_id") or call.needed("view_id"))
    rules.check_view(body, kind=view.body["type"] if view else "modal")
    if view is None:
        raise Refused("not_found")
    if (given := call.text("hash")) and given != view.hash:
        raise Refused("hash_conflict")
    replace(world, view, body)
    return {"view": view_wire(world, view)}


def replace(world: Workspace, view: View, body: Any) -> None:
    """Puts other content into an open view; what people typed stays where block and action keep their ids."""
    _unique(world, body, but=view)
    old, view.body, view.hash = view.values, _prepared(world, body), _hash(world)
    view.values = initial(view.body["blocks"])
    for block, actions in view.values.items():
        for action, value in actions.items():
            kept = old.get(block, {}).get(action)
            if kept and kept["type"] == value["type"]:
                actions[action] = kept
    world.sights.append(Sight("modal" if view.body["type"] == "modal" else "home", view.user, view=view))


def published(world: Workspace, call: Call) -> Wire:
    """Sets somebody's home tab."""
    body, user = call.json("view", "invalid_arguments"), call.needed("user_id")
    rules.check_view(body, kind="home")
    if user not in world.users:
        raise Refused("user_not_found")
    view = world.homes.get(user)
    if (given := call.text("hash")) and view is not None and given != view.hash:
        raise Refused("hash_conflict")
    if view is None:
        view = world.homes[user] = View(world.new_id("V"), user, {"type": "home", "blocks": []}, "")
    replace(world, view, body)
    return {"view": view_wire(world, view)}


METHODS = {
    "views.open": Method(opened, tier=4, json=True),
    "views.push": Method(pushed, tier=4, json=True),
    "views.update": Method(updated, tier=4, json=True),
    "views.publish": Method(published, tier=4, json=True),
}
