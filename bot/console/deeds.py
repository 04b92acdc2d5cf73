"""What an admin's form on the page “Channels” does: what is shown around it, what is kept of it, what is switched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import standings
from bot.console.keys import Entered, Subject
from core import channels, clientsecrets, roomkeys, teams
from core.actor import Actor
from core.desk import Desk
from core.show import Text
from core.vault import Vault


@dataclass(frozen=True, slots=True)
class Asked:
    """What an admin asks of a channel or team chat."""

    actor: Actor
    subject: Subject
    form: Mapping[str, str]
    said: Text | None
    """What was just done, where their page was sent on."""
    base: str
    """The desk's address as their browser knows it."""

    @property
    def what(self) -> str:
        """The button they pressed."""
        return self.form.get("do", "")


def row(desk: Desk, name: str) -> tuple[str, dict[str, Any]]:
    """A channel's kind and what is kept of it. Raises NotFound."""
    channel = channels.named(desk, name)
    return channel.kind, channel.settings


def around(desk: Desk, subject: Subject) -> dict[str, Any]:
    """What stands around the form: how it stands, and the teams there are."""
    on = [subject.name] if subject.env is not None else []
    told = standings.of_rooms(desk, on) if subject.guide.is_room else standings.of_channels(desk)
    return {"told": next((each for each in told if each.name == subject.name), None), "teams": teams.known(desk)}


def as_kept(subject: Subject, vault: Vault) -> Entered:
    """A form nobody has entered anything into."""
    return Entered(subject.known(vault))


def keep(desk: Desk, asked: Asked, settings: Mapping[str, Any]) -> bool:
    """Keeps settings; says whether they are in use from now on."""
    subject = asked.subject
    if subject.guide.is_room:
        if settings:
            roomkeys.keep(desk, subject.name, settings)
        return True
    channel = channels.named(desk, subject.name)
    if settings:
        channels.set_up(desk, channel, settings)
    if clientsecrets.SETTING in settings:
        clientsecrets.expect(desk, channel)
    if asked.what == "start":
        channels.switch(desk, channel, on=True)
    return channel.is_on


def switch(desk: Desk, asked: Asked) -> None:
    """Switches a channel, gives it to another team, or leaves a team chat. Raises UserError for what lacks its keys."""
    subject = asked.subject
    if subject.guide.is_room:
        if asked.what == "leave":
            roomkeys.forget(desk, subject.name)
        return
    channel = channels.named(desk, subject.name)
    match asked.what:
        case "move":
            channels.give(desk, channel, teams.team_named(desk, asked.form.get("team", "")))
        case "off":
            channels.switch(desk, channel, on=False)
        case "on":
            standings.must_have_keys(subject.guide, channel.settings, has_env=subject.env is not None)
            channels.switch(desk, channel, on=True)
