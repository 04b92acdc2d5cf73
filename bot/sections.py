"""All sections of `.env`, read together: whatever is wrong in any of them is said at once, and kindly."""

import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings

from bot.discord.settings import Section as DiscordSection
from bot.lookup import Section as LookupSection
from bot.settings import Settings
from bot.slack.settings import Section as SlackSection
from connectors.email.settings import Section as EmailSection
from connectors.telegram.settings import Section as TelegramSection
from connectors.webchat.settings import Options as WebChatOptions
from connectors.webchat.settings import Section as WebChatSection
from core.errors import ConfigurationError
from core.render import Voice
from core.show import Text, text, verbatim

SECTIONS = (Settings, WebChatSection, TelegramSection, EmailSection, LookupSection, SlackSection, DiscordSection)
"""Everything that reads `.env`."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A setting by its name in the environment, and what is wrong with it."""

    setting: str
    said: Text


class WrongSettings(ConfigurationError):
    """Settings are wrong; all of them are named."""

    def __init__(self, wrong: list[Wrong]) -> None:
        lines = "\n".join(f"  {Voice().say(each.said)}" for each in wrong)
        super().__init__(text("Some settings are wrong:\n{lines}", lines=lines))
        self.wrong = wrong


def read(*, serves: bool = False) -> Settings:
    """The desk's settings; where the desk is about to serve, its address is looked at too. Raises WrongSettings."""
    made: dict[type[BaseModel], Any] = {}
    wrong = [each for section in SECTIONS for each in _problems(section, made)]
    wrong += _of_web_chat(made[WebChatSection])
    if serves:
        wrong += _of_address(made[Settings])
    if wrong:
        raise WrongSettings(wrong)
    settings = made[Settings]
    assert isinstance(settings, Settings)
    return settings


def _problems(section: type[BaseModel], made: dict[type[BaseModel], Any]) -> Iterator[Wrong]:
    """What is wrong in one section; with the defaults in its place, the rest of the section is looked at, too."""
    try:
        made[section] = section()
    except ValidationError as error:
        yield from _named(section, _prefix(section), error)
        wrong = {_field(section, each) for each in error.errors()}
        made[section] = section(**{name: section.model_fields[name].default for name in wrong})


def problems(section: type[BaseSettings], fields: Mapping[str, Any]) -> list[Wrong]:
    """What is wrong with values somebody entered for a section."""
    try:
        section(**fields)
    except ValidationError as error:
        return list(_named(section, _prefix(section), error))
    return []


def _prefix(section: type[BaseModel]) -> str:
    return str(section.model_config.get("env_prefix", ""))


def _field(section: type[BaseModel], error: ErrorDetails) -> str:
    return str(error["loc"][0]).lower().removeprefix(_prefix(section).lower())


def _named(model: type[BaseModel], prefix: str, error: ValidationError) -> Iterator[Wrong]:
    for each in error.errors():
        field = _field(model, each)
        name = f"{prefix}{field.upper()}"
        known = model.model_fields.get(field)
        why = _kindly(each, "" if known is None else known.description or "")
        if _is_secret(name):
            yield Wrong(name, text("{name}: {why}", name=name, why=why))
        else:
            yield Wrong(name, text("{name} is “{value}”: {why}", name=name, value=str(each["input"])[:60], why=why))


def _is_secret(name: str) -> bool:
    return any(word in name for word in ("KEY", "SECRET", "TOKEN", "PASSWORD", "IMAP_URL", "SMTP_URL", "DATABASE_URL"))


def _kindly(error: ErrorDetails, description: str) -> Text:
    """What would be right, in words for people who have never heard of patterns and types."""
    context = error.get("ctx", {})
    choices = re.fullmatch(r"\^\(?([\w|]+)\)?\$", str(context.get("pattern", "")))
    match error["type"]:
        case "value_error":
            return verbatim(error["msg"].removeprefix("Value error, "))
        case "string_pattern_mismatch" if choices:
            return text("it must be one of {names}", names=", ".join(choices[1].split("|")))
        case "literal_error":
            return text("it must be one of {names}", names=str(context["expected"]).replace("'", ""))
        case "int_parsing" | "int_from_float":
            return text("it must be a whole number")
        case "bool_parsing":
            return text("it must be true or false")
        case "greater_than_equal":
            return text("it must be at least {least}", least=str(context["ge"]))
        case "less_than_equal":
            return text("it must be at most {most}", most=str(context["le"]))
        case "string_too_long":
            return text("it may have at most {most} characters", most=context["max_length"])
        case _:
            return text("it does not look right. {meaning}", meaning=description)


def _of_web_chat(section: WebChatSection) -> Iterator[Wrong]:
    """What stands in the environment must be right for the channel it describes, too."""
    given = section.given()
    try:
        WebChatOptions(**given)
    except ValidationError as error:
        yield from _named(WebChatOptions, "WEBCHAT_", error)
    for origin in (part.strip() for part in str(given.get("origins", "")).split(",")):
        if origin and origin != "*" and not re.fullmatch(r"https?://[^/\s]+/?", origin):
            said = text("WEBCHAT_ORIGINS has “{origin}”: write for example https://shop.example", origin=origin[:60])
            yield Wrong("WEBCHAT_ORIGINS", said)


def _of_address(settings: Settings) -> Iterator[Wrong]:
    try:
        socket.getaddrinfo(settings.http_host, settings.http_port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        said = text(
            "HTTP_HOST is “{host}”, which is no address of this machine; 0.0.0.0 listens on all.",
            host=settings.http_host[:60],
        )
        yield Wrong("HTTP_HOST", said)
