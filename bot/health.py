"""How the desk is, for machines: alive, ready, and figures for Prometheus."""

import hmac
import ipaddress
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.supervise import Part
from core import figures, parts
from core.actor import SYSTEM
from core.errors import TemporaryError
from core.figures import Figures
from core.parts import Failure
from core.store import Desks


class Health:
    """Answers /healthz, /readyz and /metrics, and keeps what the parts failed by."""

    def __init__(self, desks: Desks, parts: Iterable[Part], token: str, visitors: Callable[[], int]) -> None:
        self._desks, self._token, self._visitors = desks, token, visitors
        self._parts: dict[str, Part] = {}
        for part in parts:
            self.watch(part)

    def watch(self, part: Part) -> None:
        """Tells of this part, too; one of the same name took the place of the former."""
        part.on_failure = self._keep
        self._parts[part.name] = part

    def routes(self) -> Sequence[Route]:
        """The three addresses."""
        return (
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        )

    async def _keep(self, part: Part) -> None:
        rest = timedelta(seconds=part.again_in_s)
        await self._desks.change(
            SYSTEM, lambda desk: parts.failed(desk, part.name, part.error, part.said, again_in=rest)
        )

    async def _alive(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, request: Request) -> Response:
        """Ready when the store answers and no part is down; why one was, only who may ask for the figures is told."""
        failing, known = [part.name for part in self._parts.values() if part.is_down], list[Failure]()
        try:
            known += await self._desks.read(SYSTEM, parts.failures)
        except TemporaryError:
            failing.append("store")
        told: dict[str, Any] = {"ready": not failing, "failing": failing}
        if known and self._may_ask(request):
            told["failed"] = [_as_json(failure, self._desks.clock()) for failure in known]
        return JSONResponse(told, status_code=503 if failing else 200)

    async def _metrics(self, request: Request) -> Response:
        if not self._may_ask(request):
            return PlainTextResponse("Set METRICS_TOKEN and send it as a bearer token.\n", 403)
        gauges = _gauges(await self._desks.read(SYSTEM, figures.read))
        gauges["deskbell_visitors"] = {(): float(self._visitors())}
        gauges["deskbell_part_down"] = {(part.name,): float(part.is_down) for part in self._parts.values()}
        gauges["deskbell_part_restarts"] = {(part.name,): float(part.restarts) for part in self._parts.values()}
        return Response(_as_text(gauges), media_type="text/plain; version=0.0.4; charset=utf-8")

    def _may_ask(self, request: Request) -> bool:
        if self._token:
            given = request.headers.get("authorization", "").encode("latin-1")  # as its bytes came
            return hmac.compare_digest(given, f"Bearer {self._token}".encode())
        host = request.client.host if request.client else ""
        try:
            return ipaddress.ip_address(host).is_loopback and "x-forwarded-for" not in request.headers
        except ValueError:
            return False


def _as_json(failure: Failure, now: datetime) -> dict[str, Any]:
    return {"part": failure.part, "why": failure.why, "ago_s": round((now - failure.at).total_seconds())}


Gauges = dict[str, dict[tuple[str, ...], float]]


def _gauges(found: Figures) -> Gauges:
    return {
        "deskbell_dialogs": {(phase.value,): float(count) for phase, count in found.dialogs.items()},
        "deskbell_tickets": {(status.value,): float(count) for status, count in found.tickets.items()},
        "deskbell_deadlines_late": {(): float(found.late)},
        "deskbell_deadlines_stuck": {(): float(found.stuck)},
        "deskbell_messages_unindexed": {(): float(found.unindexed)},
        "deskbell_deliveries_waiting": {(): float(found.deliveries)},
        "deskbell_quarantined": {(): float(found.quarantined)},
    }


_MEANINGS = {
    "deskbell_dialogs": ("Live dialogs by phase", ("phase",)),
    "deskbell_tickets": ("Tickets that are not closed, by status", ("status",)),
    "deskbell_deadlines_late": ("Deadlines that are due and not carried out", ()),
    "deskbell_deadlines_stuck": ("Deadlines that failed three times", ()),
    "deskbell_messages_unindexed": ("Messages not searchable yet", ()),
    "deskbell_deliveries_waiting": ("Deliveries waiting to be sent", ()),
    "deskbell_quarantined": ("Things waiting in quarantine", ()),
    "deskbell_visitors": ("Visitors with an open chat page", ()),
    "deskbell_part_down": ("Whether a part of the desk does not run now", ("part",)),
    "deskbell_part_restarts": ("How often a part of the desk was started again", ("part",)),
}


def _as_text(gauges: Gauges) -> bytes:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    for name, values in gauges.items():
        meaning, labels = _MEANINGS[name]
        gauge = Gauge(name, meaning, labels, registry=registry)
        for label, value in values.items():
            (gauge.labels(*label) if labels else gauge).set(value)
    return generate_latest(registry)
