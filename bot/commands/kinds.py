"""The kinds of parameters commands have; each is a type with what it takes."""

from datetime import datetime
from typing import Annotated

from bot.commands.registry import Takes
from core import models
from core.query import Query

Ticket = Annotated[models.Ticket, Takes("ticket", "ID")]
"""A ticket by its number; in its thread it may be left out."""
Either = tuple[models.Ticket | None, models.Dialog | None]
TicketOrDialog = Annotated[Either, Takes("either", "ID")]
"""A ticket by its number; in a thread its ticket, its dialog, or both."""
OtherTicket = Annotated[models.Ticket, Takes("other", "OTHER")]
"""Another ticket, always by its number."""
Dialog = Annotated[models.Dialog, Takes("dialog", "DIALOG")]
"""A dialog by its number; in its thread it may be left out."""
Alert = Annotated[models.Alert, Takes("alert", "N")]
"""An alert nobody has yet, by its number."""
Agent = Annotated[models.Agent, Takes("agent", "@WHO")]
Agents = Annotated[tuple[models.Agent, ...], Takes("agents", "@WHO …")]
"""Several agents; `nobody` is none."""
Team = Annotated[models.Team, Takes("team", "TEAM")]
OfTeam = Annotated[models.Team | None, Takes("ofteam", "TEAM", may_lack=True)]
"""A team that may be left out though more follows."""
Contact = Annotated[models.Contact, Takes("contact", "WHO")]
"""A customer by id, address or name; in a thread it may be left out."""
Customer = Annotated[str, Takes("customer", "WHO")]
"""Who somebody means: a customer's id, address or name, offered while one types."""
Towards = Annotated[str, Takes("towards", "WHO")]
"""The same, or `internal`."""
When = Annotated[datetime, Takes("when", "WHEN")]
"""`2h`, `mon 9:00`, `tomorrow`, in the typist's zone."""
Until = Annotated[datetime, Takes("until", "WHEN")]
"""The same where words may follow without it."""
Priority = Annotated[models.Priority, Takes("priority", "low|normal|high|urgent")]
Status = Annotated[models.Status, Takes("status", "open|pending|closed")]
Tags = Annotated[tuple[str, ...], Takes("tags", "+TAG -TAG")]
Number = Annotated[int, Takes("number", "N")]
Word = Annotated[str, Takes("word")]
Sure = Annotated[str, Takes("sure", "yes")]
"""The word itself, typed where something cannot be undone."""
Public = Annotated[str, Takes("word", "public")]
Template = Annotated[str, Takes("template", "NAME")]
"""A prepared reply by its name."""
About = Annotated[str, Takes("about", "name|language|address|note")]
"""What of a customer is changed."""
Switch = Annotated[bool, Takes("switch", "on|off")]
Role = Annotated[models.Role, Takes("role", "agent|supervisor|admin")]
Filter = Annotated[Query, Takes("filter", "FILTER")]
"""A saved view's name or a filter."""
Words = Annotated[str, Takes("rest")]
"""Everything up to the end of the line, as it was typed."""
Body = Annotated[str, Takes("rest", "TEXT")]
"""The same where it is what somebody will read."""
