"""The desk: what it decides and remembers. No SDK, no network, no clock of its own."""
