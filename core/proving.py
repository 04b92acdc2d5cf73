"""An address somebody only claimed is proven when a letter from it answers one that went there."""

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from core import belonging
from core.connector import Letter, Sender
from core.desk import Desk
from core.models import Copy, Identity, Message


def proves(desk: Desk, sender: Sender, letter: Letter) -> None:
    """Whoever answers what was sent to an address reads it: it is theirs from now on, unless it is another's."""
    if letter.is_doubtful or letter.is_automatic or not letter.answers or not sender.is_verified:
        return
    got = select(Message.identity_id).join(Copy, Copy.message_id == Message.id)
    got = got.where(Copy.place.in_(belonging.mailbox_places(desk)), Copy.external_id.in_(letter.answers))
    other = aliased(Identity)
    same = (other.kind == Identity.kind, other.address == Identity.address, other.is_verified)
    claimed = (Identity.kind == sender.kind, Identity.address == sender.address, ~Identity.is_verified)
    one = select(Identity.id).where(*claimed, Identity.id.in_(got), ~exists(select(other.id).where(*same)))
    first = desk.execute(one.order_by(Identity.id.desc()).limit(1)).scalar_one_or_none()
    if first is not None:
        desk.execute(update(Identity).where(Identity.id == first).values(is_verified=True))
