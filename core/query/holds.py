"""A filter answered for one row, from its facts; equal to what `where` selects."""

from functools import cache, partial

from core.desk import Desk
from core.models import Ticket
from core.query.context import Context
from core.query.facts import Facts, said_in, value_of
from core.query.fields import BY_NAME, OrderedField, WordField
from core.query.sources import Row
from core.query.tree import All, Any, Is, Not, Tree, Words, terms
from core.words import streams


def holds(tree: Tree, facts: Facts, context: Context) -> bool:
    """Whether a row with these facts fits."""
    match tree:
        case All(parts):
            return all(holds(part, facts, context) for part in parts)
        case Any(parts):
            return any(holds(part, facts, context) for part in parts)
        case Not(part):
            return not holds(part, facts, context)
        case Words(words):
            return facts.says(streams(words))
        case Is():
            return BY_NAME[tree.field].holds(tree, facts, context)


def facts_of(desk: Desk, row: Row, tree: Tree, context: Context) -> Facts:
    """What this tree asks of this row, read from the store."""
    asked = list(terms(tree))
    facts = Facts(subject=row.subject, said=said_in(desk, row) if any(isinstance(t, Words) for t in asked) else ())
    for name in {term.field for term in asked if isinstance(term, Is)}:
        values = frozenset(str(v) for t in asked if isinstance(t, Is) and t.field == name for v in t.values)
        _gather(desk, row, facts, name, values, context)
    return facts


def _gather(desk: Desk, row: Row, facts: Facts, name: str, values: frozenset[str], context: Context) -> None:
    field = BY_NAME[name]
    is_ticket = isinstance(row, Ticket)
    if not is_ticket and not field.dialogs:
        return
    match field:
        case WordField():
            facts.words[name] = cache(partial(field.source.words, desk, row, values, context))
        case OrderedField():
            facts.values[name] = value_of(row, field.ticket if is_ticket else field.dialog)
        case _:
            pass


def fits(desk: Desk, row: Row, tree: Tree, context: Context) -> bool:
    """Whether one row fits a tree."""
    return holds(tree, facts_of(desk, row, tree, context), context)
