"""Forms sent, and choices the app supplies: what comes back with the acknowledgement, and what Slack makes of it."""

from dataclasses import dataclass, field
from typing import Any

from tests.platforms import slack_interactions as payloads
from tests.platforms import slack_rules as rules
from tests.platforms.slack_blocks import label_of
from tests.platforms.slack_delivery import Deliveries, Undelivered
from tests.platforms.slack_elements import PLAIN_OPTION
from tests.platforms.slack_objects import Findings, options
from tests.platforms.slack_seeing import Failed, Seen, gathered, look
from tests.platforms.slack_state import missing
from tests.platforms.slack_views import push, replace
from tests.platforms.slack_world import Message, Refused, User, View, Wire, Workspace

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Submitted:
    """What sending a form brought.

    `errors` by block_id (Slack's own where it did not even send), `view` the modal now before them, None when all are
    closed; `seen` what else appeared; `failed` what Slack says when the app's answer was none or wrong.
    """

    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None
    seen: Seen = field(default_factory=Seen)
    failed: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether the form was taken."""
        return not self.errors and not self.failed


def acted(block: Wire, element: Wire, value: Wire) -> Wire:
    """The action of a payload: the element's ids and what it holds now."""
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"], **value}
    for key in ("value", "style", "url", "text") if element["type"] == "button" else ():
        if key in element:
            action[key] = element[key]
    return action


async def submit(world: Workspace, deliveries: Deliveries, user: User, view: View, *, within_s: float) -> Submitted:
    """Sends a filled modal and does what the answer says."""
    if complaints := missing(view.body["blocks"], view.values):
        return Submitted(complaints, view)
    since = len(world.sights)
    try:
        answer = await deliveries.ask("interactive", payloads.submission(world, user, view))
    except Undelivered:
        return Submitted(view=view, failed=TROUBLE)
    try:
        errors = _obey(world, user, view, answer)
    except (Refused, KeyError) as refusal:
        return Submitted(view=view, failed=f"{TROUBLE} ({refusal}: {getattr(refusal, 'more', '')})")
    if errors:
        return Submitted(errors, view)
    stack = world.modals.get(user.id, [])
    seen = gathered(world, user, since) if stack else await look(world, user, since, within_s=within_s)
    return Submitted(view=stack[-1] if stack else None, seen=seen)


def _obey(world: Workspace, user: User, view: View, answer: Wire) -> dict[str, str]:
    stack = world.modals[user.id]
    match answer.get("response_action"):
        case None:
            world.modals[user.id] = stack[:-1]
        case "clear":
            world.modals[user.id] = []
        case "errors":
            inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
            if not answer["errors"] or not set(answer["errors"]) <= inputs:
                raise Refused(f"errors must name input blocks: {sorted(answer['errors'])}")
            return dict(answer["errors"])
        case "update":
            rules.check_view(answer["view"], kind="modal")
            replace(world, view, answer["view"])
        case "push":
            rules.check_view(answer["view"], kind="modal")
            push(world, user.id, answer["view"])
        case other:
            raise Refused(f"unknown response_action {other}")
    return {}


async def suggested(
    world: Workspace, deliveries: Deliveries, user: User, block: Wire, element: Wire, query: Any, *, at: Message | View
) -> Any:
    """Asks the app for options that fit what somebody typed, and takes the first named or valued so, or the first."""
    payload = payloads.suggestion(world, user, block, element, str(query), at=at)
    try:
        answer = await deliveries.ask("interactive", payload)
    except Undelivered as failure:
        raise Failed(f"{label_of(element, block)}: {failure.reason}") from failure
    offered, findings = answer.get("options", []), Findings()
    options(100, PLAIN_OPTION, least=0)(findings, offered, "/options")
    if findings.said:
        raise Failed(f"Slack shows no results: {findings.said}")
    exact = [one for one in offered if query in (one["text"]["text"], one["value"])]
    if not offered:
        raise Failed(f"No results for {query!r}")
    return (exact or offered)[0]
