"""Commands on tickets."""

from bot.commands.ticket import asking, handling, joining, looking, replying, states

COMMANDS = (
    *looking.COMMANDS,
    *handling.COMMANDS,
    *replying.COMMANDS,
    *states.COMMANDS,
    *joining.COMMANDS,
    *asking.COMMANDS,
)
