"""A filter as a condition on tickets or dialogs; it selects the rows for which `holds` says yes."""

from sqlalchemy import and_, false, not_, or_, true

from core import search
from core.models import Dialog, Ticket
from core.query.context import Context
from core.query.fields import BY_NAME
from core.query.sources import Condition, Table
from core.query.tree import All, Any, Is, Not, Tree, Words, terms
from core.words import streams


def where(tree: Tree, context: Context, on: Table = Ticket) -> Condition:
    """The condition under which a row fits; never NULL, so that its opposite is the rest."""
    match tree:
        case All(parts):
            return and_(true(), *(where(part, context, on) for part in parts))
        case Any(parts):
            return or_(false(), *(where(part, context, on) for part in parts))
        case Not(part):
            return not_(where(part, context, on))
        case Words(words):
            return search.mentions(streams(words), on, context.on_postgres)
        case Is():
            field = BY_NAME[tree.field]
            return false() if on is Dialog and not field.dialogs else field.where(tree, on, context)


def is_timed(tree: Tree) -> bool:
    """Whether its condition is another one a moment later; else it can be kept."""
    return any(BY_NAME[term.field].is_timed(term) for term in terms(tree) if isinstance(term, Is))
