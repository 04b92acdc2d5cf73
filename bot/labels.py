"""What forms are called, and their fields: words for people in place of the names commands and parameters have."""

from bot import cards
from bot.commands.registry import Command, Parameter
from core.models import Priority, Role, Status
from core.show import Text, text, together, verbatim

_NOUNS: dict[str, Text] = {
    "ticket": text("Ticket"),
    "dialog": text("Dialog"),
    "customer": text("Customer"),
    "alert": text("Alert"),
    "message": text("Message"),
    "me": text("Your settings"),
    "desk": text("The desk"),
}
_TITLES: dict[str, Text] = {
    "ticket reply": text("Answer"),
    "ticket reply-close": text("Answer and close"),
    "ticket reply-pending": text("Answer and wait"),
    "ticket note": text("Note"),
    "ticket mail": text("Answer by e-mail"),
    "ticket answered": text("Answered elsewhere"),
    "ticket cc": text("Who else gets it"),
    "ticket macro": text("Prepared reply"),
    "ticket close": text("Close"),
    "ticket close-in": text("Close later"),
    "ticket pending": text("Wait"),
    "ticket snooze": text("Snooze"),
    "ticket remind": text("Remind me"),
    "ticket due": text("Deadline"),
    "ticket tag": text("Tags"),
    "ticket assign": text("Assign"),
    "ticket move": text("Move"),
    "ticket title": text("Subject"),
    "ticket priority": text("Priority"),
    "ticket status": text("Status"),
    "ticket merge": text("Merge"),
    "ticket link": text("Link"),
    "ticket unlink": text("Unlink"),
    "ticket new": text("New ticket"),
    "ticket ask": text("Ask somebody"),
    "ticket find": text("Search"),
    "ticket customer": text("Whose it is"),
    "dialog say": text("Answer"),
    "dialog transfer": text("Hand over"),
    "dialog move": text("Move"),
    "dialog tag": text("Tags"),
    "dialog title": text("Subject"),
    "dialog priority": text("Priority"),
    "customer block": text("Block"),
    "customer merge": text("Merge"),
    "customer note": text("Note"),
    "alert snooze": text("Snooze"),
    "alert silence": text("No calls"),
    "alert escalate": text("Ask supervisors"),
    "alert oncall": text("On call"),
}
"""What the forms of commands are called; Slack takes 24 characters, a number behind it included."""
_LABELS: dict[str, Text] = {
    "about": text("About what"),
    "account": text("Account"),
    "address": text("Address"),
    "agent": text("Agent"),
    "alert": text("Alert"),
    "body": text("Text"),
    "changes": text("Tags"),
    "channel": text("Channel"),
    "code": text("Code"),
    "customer": text("Customer"),
    "dialog": text("Dialog"),
    "filter": text("Filter"),
    "group": text("Group"),
    "into": text("Into which ticket"),
    "kind": text("Kind"),
    "language": text("Language"),
    "line": text("Line"),
    "name": text("Name"),
    "note": text("Note"),
    "number": text("Number"),
    "on": text("On or off"),
    "other": text("The other one"),
    "password": text("Password"),
    "priority": text("Priority"),
    "public": text("Only what the customer sees"),
    "question": text("Question"),
    "reason": text("Why"),
    "role": text("Role"),
    "room": text("Team chat"),
    "setting": text("Setting"),
    "signature": text("Signature"),
    "status": text("Status"),
    "subject": text("Subject"),
    "tag": text("Tag"),
    "team": text("Team"),
    "ticket": text("Ticket"),
    "title": text("Title"),
    "until": text("Until when"),
    "value": text("New value"),
    "what": text("What"),
    "when": text("When"),
    "where": text("Where"),
    "who": text("Who"),
    "why": text("Why"),
    "zone": text("Time zone"),
}
"""What fields are called, by their parameters' names."""
_HINTS: dict[str, Text] = {
    "tags": text("+billing puts a tag on, -new takes one off"),
    "when": text("2h, mon 9:00, tomorrow"),
    "until": text("2h, mon 9:00, tomorrow"),
    "agent": text("@name, or me"),
    "agents": text("@name @name, or nobody"),
    "other": text("A ticket's number"),
    "contact": text("A number, an address or a name"),
    "customer": text("A number, an address or a name"),
    "towards": text("A number, an address or a name"),
}
"""What is typed into an empty field, by kind."""
_CHOICES: dict[str, dict[str, Text]] = {
    "priority": {each.name.lower(): cards.PRIORITY_WORDS[each] for each in Priority},
    "status": {each.value: cards.STATUS_WORDS[each] for each in Status},
    "switch": {"on": text("on"), "off": text("off")},
    "role": {
        Role.AGENT.value: text("agent"),
        Role.SUPERVISOR.value: text("supervisor"),
        Role.ADMIN.value: text("admin"),
    },
    "about": {
        "name": text("Name"),
        "language": text("Language"),
        "address": text("Address"),
        "note": text("Note"),
    },
}
"""What values of some kinds are called where one chooses among them."""


def title(command: Command, number: str = "") -> Text:
    """What a command's form is called; with the number of what it is about."""
    named = _TITLES.get(command.name) or _NOUNS.get(command.noun) or verbatim(command.name)
    return together([named, verbatim(f"#{number}")], " ") if number else named


def label(command: Command, parameter: Parameter) -> Text:
    """What a parameter's field is called."""
    if command.name == "ticket macro" and parameter.name == "name":
        return text("Prepared reply")
    return _LABELS.get(parameter.name) or verbatim(parameter.name.capitalize())


def hint(parameter: Parameter) -> Text | None:
    """What stands in its field while it is empty."""
    return _HINTS.get(parameter.takes.kind)


def choice(kind: str, value: str, meaning: str) -> Text:
    """What a value is called where it is chosen."""
    named = _CHOICES.get(kind, {}).get(value)
    return named or verbatim(f"{value} – {meaning}" if meaning else value)
