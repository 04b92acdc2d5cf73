"""The orders lists come in, each as the expressions an index keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.models import DUE, PRESSING, WAITING, Ticket

_EXPRESSIONS: dict[str, Any] = {
    "priority": PRESSING,
    "due": DUE,
    "waiting": WAITING,
    "created": Ticket.created_at,
    "updated": Ticket.updated_at,
    "number": Ticket.id,
}
SORTS = tuple(_EXPRESSIONS)


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of an order: `due`, `-priority`."""

    field: str
    descending: bool = False

    @property
    def expression(self) -> Any:
        """What is compared; the most pressing come first ascending, as an index keeps them."""
        return _EXPRESSIONS[self.field]

    @property
    def goes_down(self) -> bool:
        """Whether the expression descends: `-priority`, the most pressing first, does not."""
        return self.descending != (self.field == "priority")


DEFAULT_SORT = (Sort("priority", descending=True), Sort("due"), Sort("number"))


def completed(keys: Sequence[Sort]) -> tuple[Sort, ...]:
    """An order in which no two rows are equal, in the direction of its last key, along an index where there is one."""
    if any(key.field == "number" for key in keys):
        return tuple(keys)
    if tuple(keys) == (Sort("due"),):
        return (*keys, Sort("priority", descending=True), Sort("number"))
    if tuple(keys) == (Sort("priority", descending=True),):
        return DEFAULT_SORT
    return (*keys, Sort("number", descending=keys[-1].goes_down))
