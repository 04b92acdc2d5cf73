"""The web chat: a widget in a shop's page, talking with the desk by WebSocket or plain HTTP."""
