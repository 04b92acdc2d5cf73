"""How the desk is, for machines: alive, ready, and figures for Prometheus."""

import hmac
import ipaddress
from collections.abc import Callable, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from sqlalchemy import Select, func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.supervise import Part
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import TemporaryError
from core.models import (
    EXPECTED,
    TO_BE_SENT,
    UNINDEXED,
    Deadline,
    Delivery,
    Dialog,
    DialogState,
    Message,
    Phase,
    Quarantined,
    QuarantineState,
    Status,
    Ticket,
)
from core.store import Desks

_MOST_COUNTED = 10_000


class Health:
    """Answers /healthz, /readyz and /metrics."""

    def __init__(self, desks: Desks, parts: Sequence[Part], token: str, visitors: Callable[[], int]) -> None:
        self._desks, self._parts, self._token, self._visitors = desks, parts, token, visitors

    def routes(self) -> Sequence[Route]:
        """The three addresses."""
        return (
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        )

    async def _alive(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, request: Request) -> Response:
        """Ready when the store answers and no part is down; says which is not, never why in detail to strangers."""
        failing = [part.name for part in self._parts if part.error]
        try:
            await self._desks.read(SYSTEM, lambda desk: desk.execute(select(1)).scalar_one())
        except TemporaryError:
            failing.append("store")
        return JSONResponse({"ready": not failing, "failing": failing}, status_code=503 if failing else 200)

    async def _metrics(self, request: Request) -> Response:
        if not self._may_ask(request):
            return PlainTextResponse("Set METRICS_TOKEN and send it as a bearer token.\n", 403)
        figures = await self._desks.read(SYSTEM, _figures)
        figures["deskbell_visitors"] = {(): float(self._visitors())}
        figures["deskbell_part_restarts"] = {(part.name,): float(part.restarts) for part in self._parts}
        return Response(_as_text(figures), media_type="text/plain; version=0.0.4; charset=utf-8")

    def _may_ask(self, request: Request) -> bool:
        if self._token:
            return hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._token}")
        host = request.client.host if request.client else ""
        try:
            return ipaddress.ip_address(host).is_loopback and "x-forwarded-for" not in request.headers
        except ValueError:
            return False


Figures = dict[str, dict[tuple[str, ...], float]]


def _figures(desk: Desk) -> Figures:
    """What stands in the store, each counted no further than 10,000."""
    counted = select(Dialog.phase, func.count().label("many")).where(Dialog.state == DialogState.LIVE)
    found = {row.phase: row.many for row in desk.execute(counted.group_by(Dialog.phase))}
    phases = dict.fromkeys(Phase, 0) | found
    late = (EXPECTED, Deadline.due_at < desk.now)
    return {
        "deskbell_dialogs": {(phase.value,): float(count) for phase, count in phases.items()},
        "deskbell_tickets": {
            (status.value,): _count(desk, select(Ticket.id).where(Ticket.status == status))
            for status in Status
            if status is not Status.CLOSED
        },
        "deskbell_deadlines_late": {(): _count(desk, select(Deadline.id).where(*late))},
        "deskbell_deadlines_stuck": {(): _count(desk, select(Deadline.id).where(Deadline.is_failed))},
        "deskbell_messages_unindexed": {(): _count(desk, select(Message.id).where(UNINDEXED))},
        "deskbell_deliveries_waiting": {(): _count(desk, select(Delivery.id).where(TO_BE_SENT))},
        "deskbell_quarantined": {
            (): _count(desk, select(Quarantined.id).where(Quarantined.state == QuarantineState.WAITING))
        },
    }


def _count(desk: Desk, statement: Select[Any]) -> float:
    some = statement.limit(_MOST_COUNTED).subquery()
    return float(desk.execute(select(func.count()).select_from(some)).scalar_one())


_MEANINGS = {
    "deskbell_dialogs": ("Live dialogs by phase", ("phase",)),
    "deskbell_tickets": ("Tickets that are not closed, by status", ("status",)),
    "deskbell_deadlines_late": ("Deadlines that are due and not carried out", ()),
    "deskbell_deadlines_stuck": ("Deadlines that failed three times", ()),
    "deskbell_messages_unindexed": ("Messages not searchable yet", ()),
    "deskbell_deliveries_waiting": ("Deliveries waiting to be sent", ()),
    "deskbell_quarantined": ("Things waiting in quarantine", ()),
    "deskbell_visitors": ("Visitors with an open chat page", ()),
    "deskbell_part_restarts": ("How often a part of the desk was started again", ("part",)),
}


def _as_text(figures: Figures) -> bytes:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    for name, values in figures.items():
        meaning, labels = _MEANINGS[name]
        gauge = Gauge(name, meaning, labels, registry=registry)
        for label, value in values.items():
            (gauge.labels(*label) if labels else gauge).set(value)
    return generate_latest(registry)
