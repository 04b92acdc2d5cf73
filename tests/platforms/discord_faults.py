"""Misfortunes a test scripts: refused, failing, hanging and lost answers, and a slow API."""

import fnmatch
import re
from dataclasses import dataclass, field
from typing import Literal

from tests.platforms.discord_errors import Json

Misfortune = int | tuple[int, int] | Literal["timeout", "answer_lost"]


@dataclass
class Fault:
    """What happens to the next requests of a kind."""

    method: str
    route: re.Pattern[str]
    times: int
    with_: Misfortune
    retry_after_s: float = 0.2

    def meets(self, method: str, path: str) -> bool:
        """Whether it is meant for a request."""
        return self.times > 0 and fnmatch.fnmatch(method, self.method) and bool(self.route.fullmatch(path))


@dataclass
class Faults:
    """All that is scripted."""

    scripted: list[Fault] = field(default_factory=list)
    slow_s: float = 0.0

    def script(self, method: str, route: str, times: int, with_: Misfortune, retry_after_s: float) -> Fault:
        """Adds one; in a route `*` or `{name}` is one part of the path, `**` any number of them."""
        fault = Fault(method.upper(), _pattern(route), times, with_, retry_after_s)
        self.scripted.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The misfortune of a request, used up by it."""
        for fault in self.scripted:
            if fault.meets(method, path):
                fault.times -= 1
                return fault
        return None


def _pattern(route: str) -> re.Pattern[str]:
    signs = {"**": ".*", "*": "[^/]+"}
    parts = re.split(r"(\*\*|\*|\{\w+\})", route)
    return re.compile("".join(signs.get(part, "[^/]+" if part.startswith("{") else re.escape(part)) for part in parts))


def failure(status: int) -> Json:
    """The body of a server's failure."""
    return {"message": f"{status}: Internal Server Error", "code": 0}
