"""The section of `.env` on looking up mail servers."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Section(BaseSettings):
    """Where the servers of a mailbox are looked up when it is connected."""

    model_config = SettingsConfigDict(env_prefix="MAIL_LOOKUP_", env_file=".env", extra="ignore", frozen=True)

    dns: str = Field(
        "", description="The DNS server asked for a domain's mail servers, host:port. Empty: the system's."
    )
    urls: str = Field(
        "https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address} "
        "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress={address}",
        description="Where a domain publishes its mail servers (autoconfig), with spaces between; only https, and no "
        "private address, where the host is the domain's.",
    )
