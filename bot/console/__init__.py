"""The team room: a web page that is a room like Slack or Discord, built in and always there."""
