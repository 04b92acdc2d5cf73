"""The desk's mailboxes by their addresses, as they are now: added, changed, switched off while the desk runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.email.account import Account
from connectors.email.reading import read
from connectors.email.receiving import Receiving
from connectors.email.settings import Section
from connectors.email.taking import Taking
from core import channels
from core.actor import SYSTEM
from core.connector import Described
from core.desk import Desk
from core.files import Store
from core.store import Desks

KIND = "email"
_A_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox and its way in."""

    channel: Described
    address: str
    is_on: bool
    taking: Taking


@dataclass(frozen=True, slots=True)
class Known:
    """The mailboxes as they were at one moment, by their addresses."""

    boxes: Mapping[str, Box]

    def at(self, address: str) -> Box | None:
        """The mailbox of an address; what stands behind a plus is its own."""
        return self.boxes.get(without_plus(address))


class Boxes:
    """All mailboxes, whatever they are read by."""

    def __init__(self, section: Section, desks: Desks, store: Store, secret: str) -> None:
        self._section, self._desks, self._store, self._secret = section, desks, store, secret
        self._known: dict[int, Box] = {}

    async def all(self) -> list[Box]:
        """The mailboxes, in the order they were added. Raises TemporaryError where the store cannot be read."""
        rows = await self._desks.read(SYSTEM, _rows)
        self._known = {channel.id: self._box(channel, is_on=is_on) for channel, is_on in rows}
        return list(self._known.values())

    async def now(self) -> "Known":
        """The same, to be looked up by their addresses."""
        return Known({box.address: box for box in reversed(await self.all())})

    def _box(self, channel: Described, *, is_on: bool) -> Box:
        """One that did not change stays, with what it is doing."""
        if self._section.on and channel.name == self._section.name:  # what `.env` says wins
            channel = replace(channel, settings={**channel.settings, **self._section.given()})
        known = self._known.get(channel.id)
        if known is not None and known.channel == channel:
            return replace(known, is_on=is_on)
        taking = Taking(channel, self._desks, Receiving(channel, self._desks, self._store, self._secret))
        return Box(channel, Account.of(channel.settings).address, is_on, taking)


def without_plus(address: str) -> str:
    """An address without what stands behind a plus."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _rows(desk: Desk) -> list[tuple[Described, bool]]:
    return [
        (Described(each.id, each.kind, each.name, each.team_id, each.settings), each.is_on)
        for each in channels.known(desk)
        if each.kind == KIND and not each.is_demo
    ]


def meant(boxes: Sequence[Box], raw: bytes) -> Box | None:
    """The mailbox a mail is for: where servers delivered it, else whom it is written to, else the first one."""
    mail = read(raw[:_A_HEAD])
    by_address = {box.address: box for box in boxes}
    addresses = [each.address for each in (*mail.delivered_to, *mail.to, *mail.cc)]
    named = next((by_address[known] for each in addresses if (known := without_plus(each)) in by_address), None)
    return named or next(iter(boxes), None)
