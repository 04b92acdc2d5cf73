"""Reads a filter from a line; a mistake is answered with its place, the reason and what would be right."""

import difflib
import re
from dataclasses import dataclass

from core.errors import UserError
from core.query.fields import BY_NAME, FIELDS, AnyField
from core.query.sorting import DEFAULT_SORT, SORTS, Sort, completed
from core.query.tree import All, Any, Is, Not, Tree, Value, Words, terms
from core.show import Text, text
from core.words import words

_LONGEST, _MOST, _DEEPEST = 2_000, 50, 10
_TOKEN = re.compile(r'\s*(?P<at>-?(?:[a-zA-Z]+(?:<=|>=|<|>|:|=))?"[^"]*"|\(|\)|-(?=\()|[^\s()"]+)')
_FIELD = re.compile(r"(?P<minus>-?)(?P<name>[a-z]+)(?P<op><=|>=|<|>|:|=)(?P<value>.*)", re.IGNORECASE | re.DOTALL)


class FilterError(UserError):
    """A filter that cannot be read: where, why, and what would be right."""

    def __init__(self, said: Text, place: int) -> None:
        super().__init__(said)
        self.place = place


@dataclass(frozen=True, slots=True)
class Query:
    """A filter and the order its results come in."""

    tree: Tree
    sort: tuple[Sort, ...] = DEFAULT_SORT

    def names(self, field: str) -> bool:
        """Whether it speaks of a field."""
        return any(isinstance(term, Is) and term.field == field for term in terms(self.tree))

    @property
    def flags(self) -> frozenset[str]:
        """The `is:` words it names."""
        named = (term for term in terms(self.tree) if isinstance(term, Is) and term.field == "is")
        return frozenset(str(value) for term in named for value in term.values)

    @property
    def searches(self) -> bool:
        """Whether it looks for words."""
        return any(isinstance(term, Words) for term in terms(self.tree))


@dataclass(frozen=True, slots=True)
class _Token:
    typed: str
    place: int


def parse(line: str) -> Query:
    """Reads a filter line, at most 2,000 characters, 50 terms and 10 levels deep. Raises FilterError."""
    if len(line) > _LONGEST:
        raise FilterError(text("A filter has at most {most} characters.", most=_LONGEST), _LONGEST)
    tokens = _tokens(line)
    sorts = [t for t in tokens if t.typed.lower().startswith("sort:")]
    reader = _Reader([t for t in tokens if t not in sorts])
    tree = reader.anything(0)
    if reader.rest:
        raise _stray(reader.rest[0])
    return Query(tree, _sort(sorts[-1]) if sorts else DEFAULT_SORT)


def _tokens(line: str) -> list[_Token]:
    found, end = [], 0
    for match in _TOKEN.finditer(line):
        if line[end : match.start("at")].strip():
            break
        found.append(_Token(match["at"], match.start("at")))
        end = match.end()
    if line[end:].strip():
        place = end + len(line[end:]) - len(line[end:].lstrip())
        raise FilterError(text("A quote is not closed (column {column}).", column=place + 1), place)
    if len(found) > _MOST:
        raise FilterError(text("A filter has at most {most} terms.", most=_MOST), found[_MOST].place)
    return found


class _Reader:
    """Goes once through the tokens."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.rest = tokens

    def anything(self, depth: int) -> Tree:
        """Terms that must all hold, in groups parted by `or`."""
        if depth > _DEEPEST:
            raise FilterError(text("Too many brackets inside each other."), self.rest[0].place if self.rest else 0)
        groups: list[list[Tree]] = [[]]
        while self.rest and self.rest[0].typed != ")":
            token = self.rest.pop(0)
            if token.typed.lower() == "or":
                groups.append([])
            else:
                groups[-1].append(self._term(token, depth))
        if len(groups) > 1:
            return Any(tuple(_all(group) for group in groups if group))
        return _all(groups[0])

    def _term(self, token: _Token, depth: int) -> Tree:
        if token.typed == "-" and self.rest and self.rest[0].typed == "(":
            return Not(self._term(self.rest.pop(0), depth))
        if token.typed == "(":
            inside = self.anything(depth + 1)
            if not self.rest:
                place = token.place
                raise FilterError(text("The bracket in column {column} is not closed.", column=place + 1), place)
            self.rest.pop(0)
            return inside
        return _single(token)


def _all(parts: list[Tree]) -> Tree:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _single(token: _Token) -> Tree:
    typed = token.typed
    if re.fullmatch(r"#\d+", typed):
        return _compare(token, BY_NAME["number"], ":", typed)
    match = None if typed.lstrip("-").startswith('"') else _FIELD.fullmatch(typed)
    if match is not None and not match["value"].startswith("//"):
        field = BY_NAME.get(match["name"].lower())
        if field is None:
            raise _unknown_field(token, match["name"].lower())
        found = _compare(token, field, ":" if match["op"] == "=" else match["op"], match["value"])
        return Not(found) if match["minus"] else found
    is_not = typed.startswith("-") and len(typed) > 1
    said = _words(typed[1:] if is_not else typed)
    return Not(said) if is_not else said


def _words(typed: str) -> Tree:
    """A quoted phrase is one; other words stand each for itself."""
    found = words(typed)
    if typed.startswith('"') and len(found) > 1:
        return Words(tuple(found))
    return _all([Words((word,)) for word in found])


def _compare(token: _Token, field: AnyField, op: str, typed: str) -> Tree:
    values: list[Value] = []
    is_quoted = typed.startswith('"')
    for one in [typed.strip('"')] if is_quoted else re.split(r"[,|]", typed):
        value = field.read(one)
        if value is None:
            raise _unknown_value(token, field, one)
        values.append(value)
    lacks = op == ":" and all(value == "none" for value in values)
    if op not in field.operators and not lacks:
        said = text(
            "{field} takes no {op} (column {column}). Write for example {example}",
            field=field.name, op=op, column=token.place + 1, example=field.example,
        )  # fmt: skip
        raise FilterError(said, token.place)
    return Is(field.name, tuple(values), op)


def _sort(token: _Token) -> tuple[Sort, ...]:
    keys = []
    for one in token.typed[5:].lower().split(","):
        name = one.lstrip("-")
        if name not in SORTS:
            said = text("One cannot sort by {name}. Try: {known}", name=name or "…", known=", ".join(SORTS))
            raise FilterError(said, token.place)
        keys.append(Sort(name, descending=one.startswith("-")))
    return completed(keys)


def _unknown_field(token: _Token, name: str) -> FilterError:
    meant = next((field.name for field in FIELDS if name in field.near), None)
    near = [meant] if meant else difflib.get_close_matches(name, [*BY_NAME, "sort"], n=1)
    column = token.place + 1
    if near:
        said = text(
            "There is no field {name} (column {column}). Did you mean {near}?", name=name, column=column, near=near[0]
        )
    else:
        known = ", ".join(BY_NAME)
        said = text(
            "There is no field {name} (column {column}). There are: {known}", name=name, column=column, known=known
        )
    return FilterError(said, token.place)


def _unknown_value(token: _Token, field: AnyField, typed: str) -> FilterError:
    near = difflib.get_close_matches(typed.lower(), field.choices, n=1)
    right = near[0] if near else field.example
    said = text(
        "{field} knows no {value} (column {column}). Try: {right}",
        field=field.name, value=typed[:40] or "…", column=token.place + 1, right=right,
    )  # fmt: skip
    return FilterError(said, token.place)


def _stray(token: _Token) -> FilterError:
    return FilterError(text("The bracket in column {column} was never opened.", column=token.place + 1), token.place)
