"""Commands on tickets."""

from bot.commands.ticket import handling, joining, looking, replying, states

COMMANDS = (
    *looking.COMMANDS,
    *handling.COMMANDS,
    *replying.COMMANDS,
    *states.COMMANDS,
    *joining.COMMANDS,
)
