"""What a person sees after a command, a press or a form: an answer, perhaps a form, or that nobody answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tests.platforms.discord_component_rules import LABEL, ROW
from tests.platforms.discord_errors import Json
from tests.platforms.discord_interactions import DEFERRED_UPDATE, Interaction
from tests.platforms.discord_reading import shown
from tests.platforms.discord_world import Message

NO_ANSWER = "The application did not respond"


@dataclass(frozen=True)
class Reply:
    """The state of an interaction, read anew at each look."""

    interaction: Interaction

    @property
    def failed(self) -> bool:
        """Nobody answered in time."""
        return self.interaction.answered_with is None

    @property
    def text(self) -> str:
        """What stands there, with buttons; a form by its title; nothing where only the pressed message stays."""
        if self.failed:
            return NO_ANSWER
        if self.interaction.form is not None:
            return str(self.interaction.form["title"])
        if self.interaction.thinks:
            return shown(self.interaction.original) if self.interaction.original else ""
        return shown(self.message) if self.message is not None else ""

    @property
    def message(self) -> Message | None:
        """The answering message; nothing after a deferred update, or once it is deleted."""
        original = self.interaction.original
        if (
            original is None
            or original.deleted
            or self.interaction.thinks
            or self.interaction.answered_with == DEFERRED_UPDATE
        ):
            return None
        return original

    @property
    def ephemeral(self) -> bool:
        """Only this person sees it."""
        return self.interaction.original is not None and self.interaction.original.is_ephemeral

    @property
    def followups(self) -> list[Message]:
        """What came after the answer."""
        return [message for message in self.interaction.followups if not message.deleted]

    @property
    def history(self) -> list[str]:
        """All texts the answer has had."""
        return self.interaction.history

    @property
    def form(self) -> "Form":
        """The form that opened."""
        assert self.interaction.form is not None, f"No form opened, but: {self.text!r}"
        return Form(self.interaction, self.interaction.form)

    async def until(self, question: "Callable[[Reply], bool]", *, within_s: float = 5.0) -> "Reply":
        """Waits until something is so; an AssertionError tells what is there instead."""
        if not await _until(self.interaction, lambda: question(self), within_s):
            raise AssertionError(f"Still: {self.text!r}, then {[shown(message) for message in self.followups]}")
        return self

    async def followed_up(self, count: int = 1, *, within_s: float = 5.0) -> list[Message]:
        """Waits for that many follow-ups."""
        await self.until(lambda reply: len(reply.followups) >= count, within_s=within_s)
        return self.followups


@dataclass(frozen=True)
class Form:
    """A form (modal) that opened."""

    interaction: Interaction
    modal: Json

    @property
    def title(self) -> str:
        """What stands above it."""
        return str(self.modal["title"])

    @property
    def fields(self) -> list[Json]:
        """Its inputs, each with its label."""
        found = []
        for part in self.modal["components"]:
            if part["type"] == LABEL:
                found.append({"label": part["label"]} | part["component"])
            elif part["type"] == ROW:
                found += part["components"]
        return found

    @property
    def labels(self) -> list[str]:
        """The labels of its inputs."""
        return [str(each.get("label") or each["custom_id"]) for each in self.fields]

    @property
    def filled_in(self) -> dict[str, str]:
        """What text inputs held when it opened, by label."""
        return {str(each["label"]): each.get("value") or "" for each in self.fields if each["type"] == 4}


async def first_answer(interaction: Interaction, *, answer_within_s: float, patience_s: float) -> Reply:
    """Waits as a person does: for the first answer, and through "is thinking" for what comes of it."""
    if await _until(interaction, lambda: interaction.answered_with is not None, answer_within_s):
        await _until(interaction, lambda: not interaction.thinks, patience_s)
    return Reply(interaction)


async def _until(interaction: Interaction, question: Callable[[], bool], within_s: float) -> bool:
    ends = asyncio.get_running_loop().time() + within_s
    while not question():
        left = ends - asyncio.get_running_loop().time()
        if left <= 0:
            return False
        interaction.changed.clear()
        try:
            await asyncio.wait_for(interaction.changed.wait(), left)
        except TimeoutError:
            return question()
    return True
