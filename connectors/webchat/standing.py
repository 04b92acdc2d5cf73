"""How a visitor's dialog stands, as the page is told."""

from typing import Any

from core.models import DialogState, EndReason
from core.pages import Newest

NOTHING = {
    "type": "dialog", "dialog": None, "state": "none", "phase": "waiting", "queue": None, "agent": None,
    "may_rate": False, "rating": None, "wants_email": False, "seen": 0,
}  # fmt: skip
"""What is told of no dialog, besides whether somebody is there."""


def frame(dialog: Newest) -> dict[str, Any]:
    """The frame that tells how the dialog stands."""
    is_live = dialog.state is DialogState.LIVE
    return {
        "type": "dialog",
        "dialog": dialog.id,
        "state": dialog.state.value,
        "phase": dialog.phase.value,
        "queue": dialog.place,
        "agent": dialog.agent if dialog.is_taken else None,
        "may_rate": not is_live and dialog.is_taken,
        "rating": dialog.rating,
        "wants_email": not is_live and dialog.end_reason is EndReason.UNTAKEN and not dialog.has_email,
        "available": dialog.is_somebody_there,
        "seen": dialog.agent_seen_seq,
    }
