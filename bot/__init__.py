"""The agents' side: rooms, commands, the command line, and the composition root."""
