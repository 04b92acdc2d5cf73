"""Names for the ids of agents, teams and tags, looked up together and once in a transaction."""

from sqlalchemy import literal, select, union_all

from core.desk import Desk
from core.models import Agent, Tag, Team
from core.show import Text, text, verbatim

_KIND = {"agent": Agent.public_name, "team": Team.title, "tag": Tag.name}


class Names:
    """The public names of agents, the titles of teams, the names of tags."""

    def __init__(self, desk: Desk) -> None:
        parts = [
            select(literal(kind).label("kind"), name.class_.id, name.label("name")) for kind, name in _KIND.items()
        ]
        self._known = {(row.kind, row.id): str(row.name) for row in desk.execute(union_all(*parts))}

    @classmethod
    def of(cls, desk: Desk) -> "Names":
        """The names as this transaction first asked for them."""
        found = desk.once("names", lambda: cls(desk))
        assert isinstance(found, Names)
        return found

    def agent(self, id_: int | None) -> Text:
        """An agent's name, or nobody."""
        return text("nobody") if id_ is None else self._named("agent", id_)

    def team(self, id_: int) -> Text:
        """A team's title."""
        return self._named("team", id_)

    def tag(self, id_: int) -> Text:
        """A tag's name."""
        return self._named("tag", id_) if ("tag", id_) in self._known else text("(no longer there)")

    def actor(self, key: str) -> Text:
        """Who did it: `agent:3`, `channel:1`, `system`."""
        kind, _, id_ = key.partition(":")
        match kind:
            case "agent":
                return self.agent(int(id_))
            case "channel" | "contact":
                return text("the customer")
            case _:
                return text("Deskbell")

    def _named(self, kind: str, id_: int) -> Text:
        return verbatim(self._known.get((kind, id_), "?"))
