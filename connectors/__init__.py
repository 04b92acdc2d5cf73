"""The customers' side: one folder a kind of channel."""
