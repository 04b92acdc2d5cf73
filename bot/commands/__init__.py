"""The commands, each declared once; every room, the terminal, the help and the manual take them from here."""

from bot.commands import alert, channels, customer, desk, dialog, groups, help, me, message, rooms, ticket
from bot.commands.registry import Command

_SPOKEN = (
    *ticket.COMMANDS,
    *dialog.COMMANDS,
    *customer.COMMANDS,
    *alert.COMMANDS,
    *message.COMMANDS,
    *me.COMMANDS,
    *rooms.MY_COMMANDS,
    *desk.COMMANDS,
    *channels.COMMANDS,
    *groups.COMMANDS,
    *rooms.DESK_COMMANDS,
)

COMMANDS: tuple[Command, ...] = (*_SPOKEN, help.declare(_SPOKEN))

__all__ = ["COMMANDS", "Command"]
