"""What goes wrong on purpose: scripted troubles a method meets the next times it is called."""

from dataclasses import dataclass, field

RATELIMITED, TIMEOUT, ANSWER_LOST = "ratelimited", "timeout", "answer_lost"


@dataclass
class Fault:
    """A trouble for the next `times` calls of a method.

    `with_`: an HTTP status, an error Slack answers, "ratelimited" (429), "timeout" (nothing happens and no answer
    comes), or "answer_lost" (it happens, then the connection drops).
    """

    method: str
    with_: str | int
    times: int
    retry_after_s: int


@dataclass
class Faults:
    """The troubles still to come."""

    coming: list[Fault] = field(default_factory=list)
    slow_s: float = 0.0
    slow_files_s: float = 0.0

    def next(self, method: str) -> Fault | None:
        """The trouble this call meets."""
        for fault in self.coming:
            if fault.method in (method, "*") and fault.times > 0:
                fault.times -= 1
                return fault
        return None
