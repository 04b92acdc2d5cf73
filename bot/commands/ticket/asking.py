"""The command that asks somebody who is no agent."""

import re

from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import accounts, asking, contacts, teams
from core.asking import Whom
from core.errors import UserError
from core.show import Answer, Tone, text

_WHO = re.compile(r"@?(slack|discord):(\w+)(?:\|(.{1,60}))?")
"""A mention as rooms hand it on: the account, and what they are called."""
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHOWN = re.compile(r"\s*with:(\d+(?:,\d+)*)\s+")


@command("ticket ask", example="ticket ask 42 @slack:U012AB3CD with:812 Is this ours?")
def ask(call: Call, ticket: kinds.Ticket, who: kinds.Word, question: kinds.Body) -> Answer:
    """Ask somebody who is no agent; their answer comes back as a note, and they see nothing else.

    `with:812,813` before the question shows them these messages. In a team chat just mention the person;
    elsewhere write their e-mail address.
    """
    whom = _whom(call, who)
    shown = _SHOWN.match(question)
    ids = [int(each) for each in shown[1].split(",")] if shown else []
    words = question[shown.end() :] if shown else question
    asking.ask(call.desk, ticket, call.agent(), whom, words, ids)
    said = text("Asked {who}. The answer comes back here as a note.", who=whom.shown)
    return Answer(said, tone=Tone.GOOD)


def _whom(call: Call, who: str) -> Whom:
    """Somebody who is no agent."""
    if _ADDRESS.fullmatch(who):
        address = contacts.normal_address("email", who)
        if teams.agent_of_address(call.desk, address) is not None:
            raise UserError(_AN_AGENT)
        return Whom(asking.LETTER, address)
    match = _WHO.fullmatch(who)
    if match is None and teams.is_any_agent(call.desk, {who.lower().removeprefix("@")}):
        raise UserError(_AN_AGENT)
    if match is None:
        raise UserError(
            text(
                "{who} is nobody in a team chat. Mention them there, or write @slack:ID or an e-mail address.",
                who=who[:60],
            )
        )
    if accounts.agent_at(call.desk, match[1], match[2]) is not None:
        raise UserError(_AN_AGENT)
    return Whom(match[1], match[2], match[3] or "")


_AN_AGENT = text("They are an agent of this desk: mention them in the thread instead.")


COMMANDS = (ask,)
