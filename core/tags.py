"""Tags: a word put on tickets and dialogs to sort them by."""

import re
from collections.abc import Sequence

from sqlalchemy import delete, select

from core.desk import Desk
from core.errors import NotFound, UserError
from core.events import Tagged, Untagged
from core.models import Dialog, Tag, Tagging, Ticket
from core.show import text

_NAME = re.compile(r"[^\W_][\w.-]{0,39}")


def clean(name: str) -> str:
    """A tag as it is kept: lower case, without its `#` or `+`."""
    plain = name.strip().lower().lstrip("#+")
    if not plain:
        raise UserError(text("A tag needs a name, for example +billing"))
    if not _NAME.fullmatch(plain):
        raise UserError(text("{name} cannot be a tag: use letters, digits, dot, dash; at most 40.", name=name[:60]))
    return plain


def named(desk: Desk, name: str) -> Tag:
    """The tag of this name, made when it is new."""
    plain = clean(name)
    tag = desk.session.scalars(select(Tag).where(Tag.name == plain)).one_or_none()
    if tag is None:
        tag = Tag(name=plain)
        desk.session.add(tag)
        desk.flush()
    return tag


def add(desk: Desk, on: Ticket | Dialog, name: str) -> None:
    """Puts a tag on; a second time changes nothing."""
    tag = named(desk, name)
    if _tagging(desk, on, tag) is None:
        key = "ticket_id" if isinstance(on, Ticket) else "dialog_id"
        desk.session.add(Tagging(tag_id=tag.id, **{key: on.id}))
        desk.record(Tagged(tag=tag.id, **{key: on.id}))


def remove(desk: Desk, on: Ticket | Dialog, name: str) -> None:
    """Takes a tag off; one that is not on changes nothing."""
    tag = desk.session.scalars(select(Tag).where(Tag.name == clean(name))).one_or_none()
    there = None if tag is None else _tagging(desk, on, tag)
    if tag is not None and there is not None:
        desk.session.delete(there)
        key = "ticket_id" if isinstance(on, Ticket) else "dialog_id"
        desk.record(Untagged(tag=tag.id, **{key: on.id}))


def _tagging(desk: Desk, on: Ticket | Dialog, tag: Tag) -> Tagging | None:
    owner = Tagging.ticket_id if isinstance(on, Ticket) else Tagging.dialog_id
    return desk.session.scalars(select(Tagging).where(Tagging.tag_id == tag.id, owner == on.id)).one_or_none()


def of_ticket(desk: Desk, ticket_id: int) -> list[str]:
    """The tags of a ticket, in the order of their names."""
    on_it = select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.ticket_id == ticket_id)
    return list(desk.execute(on_it.order_by(Tag.name)).scalars())


def on(desk: Desk, row: Ticket | Dialog) -> list[str]:
    """The tags of a ticket or dialog, in the order of their names."""
    owner = Tagging.ticket_id if isinstance(row, Ticket) else Tagging.dialog_id
    return list(
        desk.execute(
            select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(owner == row.id).order_by(Tag.name)
        ).scalars()
    )


def known(desk: Desk, *, limit: int = 200) -> Sequence[str]:
    """The desk's tags by name."""
    return desk.execute(select(Tag.name).order_by(Tag.name).limit(limit)).scalars().all()


def delete_tag(desk: Desk, name: str) -> None:
    """Removes a tag from the desk and from everything it is on."""
    tag = desk.session.scalars(select(Tag).where(Tag.name == clean(name))).one_or_none()
    if tag is None:
        raise NotFound(text("There is no tag {name}.", name=name))
    desk.execute(delete(Tagging).where(Tagging.tag_id == tag.id))
    desk.session.delete(tag)
