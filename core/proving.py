"""An address somebody only claimed is proven when a letter from it answers one that went there."""

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from core.connector import Letter, Sender
from core.desk import Desk
from core.models import Delivery, Identity


def proves(desk: Desk, sender: Sender, letter: Letter) -> None:
    """Whoever answers what was sent to an address reads it: it is theirs from now on, unless it is another's."""
    if letter.is_doubtful or letter.is_automatic or not letter.deliveries:
        return
    went = desk.execute(select(Delivery.facts).where(Delivery.id.in_(letter.deliveries))).scalars()
    got = {facts["identity"] for facts in went if facts.get("identity")}
    other = aliased(Identity)
    same = (other.kind == Identity.kind, other.address == Identity.address, other.is_verified)
    claimed = (Identity.id.in_(got), Identity.address == sender.address, ~Identity.is_verified)
    one = select(Identity.id).where(*claimed, ~exists(select(other.id).where(*same)))
    first = desk.execute(one.order_by(Identity.id.desc()).limit(1)).scalar_one_or_none()
    if first is not None:
        desk.execute(update(Identity).where(Identity.id == first).values(is_verified=True))
