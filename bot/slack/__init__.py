"""Slack as a room: wiring, pure rendering, settings."""
