"""Telegram: customers write to a bot."""
