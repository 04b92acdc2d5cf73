"""Commands on oneself: being away, language, time zone, signature, password, sessions."""

from bot import passwords
from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import teams, zones
from core.errors import UserError
from core.models import Agent
from core.render import LANGUAGES
from core.show import Answer, Text, Tone, text, texts

SHORTEST_PASSWORD = 10


@command("me show", reads=True, example="me show")
def show(call: Call) -> Answer:
    """Show who you are here."""
    agent = call.agent()
    lines = (
        text("Name: {name}; customers see: {public}", name=agent.name, public=agent.public_name),
        text("Role: {role}", role=agent.role.value),
        text("Language: {language}; time zone: {zone}", language=agent.language, zone=agent.time_zone),
        _whether_here(call, agent),
    )
    return Answer(text("This is you."), lines=lines)


def _whether_here(call: Call, agent: Agent) -> Text:
    if not agent.is_away or (agent.away_until is not None and agent.away_until <= call.desk.now):
        return text("You are here.")
    if agent.away_until is None:
        return text("You are away.")
    return text("You are away until {when}.", when=agent.away_until)


@command("me away", example="me away 2h")
def away(call: Call, until: kinds.When | None = None) -> Answer:
    """Say that you are away, until then if you like: no new dialogs count on you meanwhile."""
    agent = call.agent()
    agent.is_away, agent.away_until = True, until
    if until is None:
        return Answer(text("You are away until you say: me back"))
    return Answer(text("You are away until {when}.", when=until))


@command("me back", example="me back")
def back(call: Call) -> Answer:
    """Say that you are here again."""
    agent = call.agent()
    agent.is_away, agent.away_until = False, None
    return Answer(text("Welcome back!"), tone=Tone.GOOD)


@command("me name", example="me name Ines from support")
def name(call: Call, name: kinds.Words) -> Answer:
    """Set the name customers see."""
    agent = call.agent()
    agent.public_name = " ".join(name.split())[:60]
    return Answer(text("Customers see you as {name} now.", name=agent.public_name))


@command("me language", example="me language de")
def language(call: Call, language: kinds.Word) -> Answer:
    """Set your language, for example de."""
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise UserError(text("There is no language {name}. There are: {known}", name=language[:40], known=known))
    call.agent().language = language
    return Answer(text("Your language is {language} from your next page on.", language=language))


@command("me zone", example="me zone Europe/Berlin")
def zone(call: Call, zone: kinds.Word) -> Answer:
    """Set your time zone."""
    call.agent().time_zone = zones.named(zone)
    return Answer(text("Your times are {zone} times now.", zone=zone))


@command("me signature", example="me signature Ines, Support")
def signature(call: Call, signature: kinds.Words = "") -> Answer:
    """Set what stands under your mails."""
    call.agent().signature = signature[:500]
    return Answer(text("Your signature is kept."))


def _password_hash(password: str) -> str:
    if password and len(password) < SHORTEST_PASSWORD:
        raise UserError(text("A password needs at least {count} characters.", count=SHORTEST_PASSWORD))
    return passwords.hashed(password)


@command("me password", prepare=_password_hash, example="me password correct-horse-battery")
def password(call: Call, password: kinds.Words) -> Answer:
    """Set a password to sign in to the team room with."""
    call.agent().password_hash = str(call.prepared)
    return Answer(text("Your password is set. You can sign in with your name and it."), tone=Tone.GOOD)


@command("me signout", example="me signout")
def signout(call: Call) -> Answer:
    """Sign out everywhere, this browser too."""
    count = teams.sign_out_everywhere(call.desk, call.agent().id)
    return Answer(texts("Signed out of {count} browser.", "Signed out of {count} browsers.", count=count))


COMMANDS = (show, away, back, name, language, zone, signature, password, signout)
