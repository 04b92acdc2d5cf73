"""Says something to a customer that belongs to no ticket: an answer to what they asked of the desk itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import outbox
from core.desk import Desk
from core.outbox import Wanted
from core.pushed import SAY
from core.show import Text, as_json


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a customer may press: its label, and the value that comes back as `Chose`."""

    label: Text
    value: str


def as_facts(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Offers as they are kept beside a text."""
    return [{"label": as_json(each.label), "value": each.value} for each in offers]


def tell(desk: Desk, channel_id: int, identity_id: int, said: Text, offers: Sequence[Offer] = ()) -> None:
    """Says it at this address, behind what waits to be said there."""
    lane = f"channel:{channel_id}:{identity_id}"
    facts = {"identity": identity_id, "said": as_json(said), "choices": as_facts(offers)}
    wanted = Wanted(
        lane=lane, destination=f"channel:{channel_id}", kind=SAY, buckets=(lane, f"channel:{channel_id}"), facts=facts
    )
    outbox.put(desk, wanted)
