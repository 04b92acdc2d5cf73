"""Every setting of the desk: its name in the environment or `.env`, its default and what it does."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from core import teams, zones
from core.errors import UserError
from core.pace import Pace
from core.render import LANGUAGES, Voice
from core.spans import read_span
from core.store import is_database

SHORTEST_KEY = 32
"""Characters the desk's own key has at least."""


def _span(typed: Any) -> Any:
    if not isinstance(typed, str):
        return typed
    span = read_span(typed)
    if span is None:
        raise ValueError("write a length of time, for example 30s, 5m or 2h")
    return span


def _lasts(span: timedelta) -> timedelta:
    if not span:
        raise ValueError("it must be longer than nothing, for example 30s or 5m")
    return span


Span = Annotated[timedelta, BeforeValidator(_span)]
Lasting = Annotated[Span, AfterValidator(_lasts)]
"""A length of time of which zero makes no sense."""


def _language(typed: str) -> str:
    if typed not in LANGUAGES:
        raise ValueError(f"there are: {', '.join(LANGUAGES)}")
    return typed


def _zone(typed: str) -> str:
    try:
        return zones.named(typed)
    except UserError as error:
        raise ValueError(Voice().say(error.said)) from error


def _handle(typed: str) -> str:
    if not teams.is_handle(typed.lower()):
        raise ValueError("use letters, digits, dot and dash, at most 32 and no spaces")
    return typed


def _proxies(typed: str) -> str:
    for each in filter(None, (part.strip() for part in typed.split(","))):
        try:
            each == "*" or ip_network(each, strict=False)
        except ValueError as error:
            raise ValueError(f"{each} is no address; write for example 127.0.0.1,10.0.0.0/8") from error
    return typed


def _key(typed: str) -> str:
    if typed and len(typed) < SHORTEST_KEY:
        raise ValueError(f"it needs at least {SHORTEST_KEY} characters")
    return typed


def _database(typed: str) -> str:
    if typed and not is_database(typed):
        raise ValueError("write postgresql://user:password@host/name or sqlite:///path")
    return typed


Language = Annotated[str, AfterValidator(_language)]
Zone = Annotated[str, AfterValidator(_zone)]


class Settings(BaseSettings):
    """What is read from the environment and `.env`; names are upper case there."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder of the embedded database, files, keys and the run lock.")
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        "", description="postgresql://user:password@host/name, or sqlite:///path. Empty: deskbell.db in DATA_DIR."
    )
    http_host: str = Field("127.0.0.1", description="Address the web server listens on; 0.0.0.0 for all.")
    http_port: int = Field(8080, ge=1, le=65535, description="Port the web server listens on.")
    public_url: str = Field(
        "",
        description="Address customers reach the desk by, for example https://desk.example.com. Without it no "
        "customer's text carries a link.",
        pattern=r"^(https?://[^/\s]+[^\s]*)?$",
    )
    secret_key: Annotated[str, AfterValidator(_key)] = Field(
        "",
        description="Signs tokens and links, encrypts channels' secrets. Empty: made on first start, kept in DATA_DIR.",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    metrics_token: str = Field(
        "", description="Whoever asks for /metrics must bear this token. Empty: only this machine may ask."
    )
    trusted_proxies: Annotated[str, AfterValidator(_proxies)] = Field(
        "", description="Addresses of reverse proxies whose X-Forwarded-For is believed, by commas."
    )
    admin: Annotated[str, AfterValidator(_handle)] = Field(
        "admin", description="Name of the first agent, made when there is none."
    )
    language: Language = Field("en", description=f"Language of the first team: {', '.join(LANGUAGES)}.")
    time_zone: Zone = Field("UTC", description="Time zone of the first team, for example Europe/Berlin.")

    hold_chat: Span = Field(timedelta(seconds=3), description="How long a reply in a chat may still be withdrawn.")
    hold_mail: Span = Field(timedelta(seconds=20), description="How long a reply by mail may still be withdrawn.")
    still_there: Lasting = Field(
        timedelta(minutes=5), description="After the agent's last word a silent customer is asked: still there?"
    )
    idle_end: Lasting = Field(timedelta(minutes=5), description="After that question the dialog ends.")
    idle_silent: Lasting = Field(
        timedelta(minutes=60),
        description="After the agent's last word a dialog ends without a question where nobody can see whether its "
        "customer is still there (Telegram).",
    )
    gone_grace: Lasting = Field(
        timedelta(minutes=2), description="How long a closed page may be away before its dialog ends."
    )
    call_out: Lasting = Field(timedelta(minutes=3), description="An unanswered dialog is called out to the team again.")
    give_up: Lasting = Field(timedelta(minutes=5), description="An untaken dialog becomes a ticket.")
    close_silent: Lasting = Field(
        timedelta(hours=24), description="A ticket whose customer fell silent after the agent's last words closes."
    )
    relink: Span = Field(
        timedelta(days=14), description="A returning customer's dialog joins their ticket unless closed longer ago."
    )
    pending: Lasting = Field(
        timedelta(days=3), description="How long a ticket is pending when nobody says for how long."
    )
    present: Lasting = Field(
        timedelta(minutes=2), description="An agent whose room was open so lately counts as there."
    )
    says_du: bool = Field(False, description="Whether customers are spoken to by “du” in German, instead of “Sie”.")
    largest_file_mb: int = Field(20, ge=1, le=500, description="Largest file anybody may send, in megabytes.")
    messages_per_minute: int = Field(40, ge=1, description="Messages one visitor may send a minute.")
    visitors_per_minute: int = Field(
        60,
        ge=1,
        description="New visitors one address may bring a minute; more where many share one (an office).",
    )

    def pace(self) -> Pace:
        """The desk's waiting times and limits."""
        return Pace(
            hold_chat=self.hold_chat, hold_mail=self.hold_mail, still_there=self.still_there, idle_end=self.idle_end,
            idle_silent=self.idle_silent, gone_grace=self.gone_grace, call_out=self.call_out, give_up=self.give_up,
            close_silent=self.close_silent, relink=self.relink, pending=self.pending, present=self.present,
            largest_file=self.largest_file_mb * 1024 * 1024, messages_per_minute=self.messages_per_minute,
            visitors_per_minute=self.visitors_per_minute, says_du=self.says_du,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'deskbell.db'}"

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file of ours."""
        return self.url.startswith("sqlite")

    @property
    def address(self) -> str:
        """Where people on this machine reach the desk."""
        host = "127.0.0.1" if self.http_host in ("0.0.0.0", "::") else self.http_host
        return self.public_url.rstrip("/") or f"http://{host}:{self.http_port}"
