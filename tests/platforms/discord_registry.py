"""The application's commands as Discord keeps them: everywhere, and for the server alone."""

from dataclasses import dataclass, field

from tests.platforms.discord_command_rules import CHAT, check_commands
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_world import World

CREATES_A_DAY = 200
EVERYWHERE = 0
"""The scope of global commands; others are a server's id."""


@dataclass
class Commands:
    """What is registered, by scope."""

    world: World
    by_scope: dict[int, list[Json]] = field(default_factory=dict)
    created_at: list[float] = field(default_factory=list)

    def replace(self, scope: int, bodies: list[Json]) -> list[Json]:
        """Registers exactly these; a command of the same kind and name keeps its id."""
        check_commands(bodies)
        known = {_key(command): command for command in self.by_scope.get(scope, [])}
        self._count_creates(sum(_key(body) not in known for body in bodies))
        self.by_scope[scope] = [self._stored(scope, body, known.get(_key(body))) for body in bodies]
        return self.by_scope[scope]

    def put(self, scope: int, body: Json) -> Json:
        """Registers one beside the others."""
        others = [command for command in self.by_scope.get(scope, []) if _key(command) != _key(body)]
        return self.replace(scope, [*others, body])[-1]

    def named(self, kind: int, name: str) -> Json | None:
        """What a member of the server finds under a name; the server's own commands come first."""
        for scope in (self.world.id, EVERYWHERE):
            for command in self.by_scope.get(scope, []):
                if _key(command) == (kind, name):
                    return command
        return None

    def numbered(self, scope: int, command_id: int) -> Json:
        """The command with that id; raises 10063."""
        for command in self.by_scope.get(scope, []):
            if command["id"] == str(command_id):
                return command
        raise Refused(10063)

    def remove(self, scope: int, command_id: int) -> None:
        """Takes a command away."""
        self.by_scope[scope].remove(self.numbered(scope, command_id))

    def _count_creates(self, number: int) -> None:
        now = self.world.clock.now()
        self.created_at = [at for at in self.created_at if at > now - 86_400]
        if len(self.created_at) + number > CREATES_A_DAY:
            raise Refused(30034)
        self.created_at += [now] * number

    def _stored(self, scope: int, body: Json, old: Json | None) -> Json:
        new_id = str(self.world.new_id())
        stored = {"type": CHAT, "description": "", "options": [], "nsfw": False, "default_member_permissions": None}
        stored |= {"contexts": None, "integration_types": [0], "dm_permission": True} | body
        stored |= {"id": old["id"] if old else new_id, "application_id": str(self.world.bot.id), "version": new_id}
        return stored | {"guild_id": str(scope)} if scope else stored


def _key(command: Json) -> tuple[int, str]:
    return command.get("type", CHAT), command["name"]
