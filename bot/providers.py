"""Where the mailboxes of well-known providers are, and what has to be done there before a program is let in."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from core.show import Text, text


@dataclass(frozen=True, slots=True)
class Servers:
    """The two servers of a mailbox."""

    imap: str
    smtp: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: the ends of its addresses, its mail exchangers, its servers."""

    name: str
    domains: tuple[str, ...]
    servers: Servers
    exchangers: tuple[str, ...] = ()
    """The ends of the names of the servers that take mails for its customers' own domains."""
    hint: Text | None = None


def _at(imap: str, smtp: str, *, port: int = 465) -> Servers:
    return Servers(f"imaps://{imap}", f"smtps://{smtp}" if port == 465 else f"smtp://{smtp}:{port}")


_APP_PASSWORD = text("{provider} lets programs in only with an app password: {where}")
_BY_TOKEN = text("Microsoft takes no passwords of programs: the mailbox is opened by OAuth (OAuth settings).")
_SWITCHED_OFF = text("At {provider} the mailbox lets programs in only once you switch that on: {where}")


def _app_password(provider: str, where: str) -> Text:
    return Text(_APP_PASSWORD.id, {"provider": provider, "where": where})


def _switch_on(provider: str, where: str) -> Text:
    return Text(_SWITCHED_OFF.id, {"provider": provider, "where": where})


PROVIDERS = (
    Provider(
        "Gmail", ("gmail.com", "googlemail.com"), _at("imap.gmail.com", "smtp.gmail.com"),
        ("google.com", "googlemail.com"),
        _app_password("Google", "https://myaccount.google.com/apppasswords"),
    ),
    Provider(
        "Outlook.com", ("outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "hotmail.de", "live.de"),
        _at("outlook.office365.com", "smtp-mail.outlook.com", port=587), (), _BY_TOKEN,
    ),
    Provider(
        "Microsoft 365", (), _at("outlook.office365.com", "smtp.office365.com", port=587),
        ("mail.protection.outlook.com",), _BY_TOKEN,
    ),
    Provider(
        "Yahoo", ("yahoo.com", "yahoo.de", "yahoo.co.uk", "ymail.com", "rocketmail.com", "aol.com"),
        _at("imap.mail.yahoo.com", "smtp.mail.yahoo.com"), ("yahoodns.net",),
        _app_password("Yahoo", "https://login.yahoo.com/account/security"),
    ),
    Provider(
        "iCloud", ("icloud.com", "me.com", "mac.com"), _at("imap.mail.me.com", "smtp.mail.me.com", port=587),
        ("mail.icloud.com",), _app_password("Apple", "https://account.apple.com"),
    ),
    Provider(
        "GMX", ("gmx.de", "gmx.net", "gmx.at", "gmx.ch"), _at("imap.gmx.net", "mail.gmx.net"), ("gmx.net",),
        _switch_on("GMX", "GMX → E-Mail → POP3/IMAP"),
    ),
    Provider("GMX.com", ("gmx.com", "mail.com"), _at("imap.gmx.com", "mail.gmx.com"), ("gmx.com", "mail.com")),
    Provider(
        "WEB.DE", ("web.de",), _at("imap.web.de", "smtp.web.de", port=587), ("web.de",),
        _switch_on("WEB.DE", "WEB.DE → E-Mail → POP3/IMAP"),
    ),
    Provider(
        "T-Online", ("t-online.de", "magenta.de"), _at("secureimap.t-online.de", "securesmtp.t-online.de"),
        ("t-online.de",),
        text("T-Online wants the password for e-mail programs, which is another one than for the site."),
    ),
    Provider(
        "Fastmail", ("fastmail.com", "fastmail.fm"), _at("imap.fastmail.com", "smtp.fastmail.com"),
        ("messagingengine.com",), _app_password("Fastmail", "Settings → Privacy & Security → App passwords"),
    ),
    Provider(
        "Zoho", ("zoho.com", "zohomail.com"), _at("imap.zoho.com", "smtp.zoho.com"), ("zoho.com",),
        _switch_on("Zoho", "Zoho Mail → Settings → Mail Accounts → IMAP"),
    ),
    Provider("Zoho Europe", ("zoho.eu", "zohomail.eu"), _at("imap.zoho.eu", "smtp.zoho.eu"), ("zoho.eu",)),
    Provider("mailbox.org", ("mailbox.org",), _at("imap.mailbox.org", "smtp.mailbox.org"), ("mailbox.org",)),
    Provider("Posteo", ("posteo.de", "posteo.net"), _at("posteo.de", "posteo.de"), ("posteo.de",)),
    Provider("IONOS", ("online.de", "onlinehome.de"), _at("imap.ionos.de", "smtp.ionos.de"), ("kundenserver.de",)),
    Provider("IONOS", (), _at("imap.ionos.com", "smtp.ionos.com"), ("perfora.net", "ionos.com")),
    Provider("STRATO", (), _at("imap.strato.de", "smtp.strato.de"), ("rzone.de",)),
    Provider("Hetzner", (), _at("mail.your-server.de", "mail.your-server.de"), ("your-server.de",)),
    Provider("OVH", (), _at("ssl0.ovh.net", "ssl0.ovh.net"), ("ovh.net",)),
    Provider("Gandi", (), _at("mail.gandi.net", "mail.gandi.net"), ("gandi.net",)),
    Provider("Infomaniak", ("ik.me",), _at("mail.infomaniak.com", "mail.infomaniak.com"), ("infomaniak.ch",)),
    Provider(
        "Proton", ("proton.me", "protonmail.com", "pm.me"),
        Servers("imap://127.0.0.1:1143?insecure", "smtp://127.0.0.1:1025?insecure"), ("protonmail.ch",),
        text("Proton needs its Bridge on this machine; user and password are those the Bridge shows."),
    ),
)  # fmt: skip


def of_domain(domain: str) -> Provider | None:
    """The provider whose own addresses end so."""
    return next((each for each in PROVIDERS if domain in each.domains), None)


def of_exchanger(name: str) -> Provider | None:
    """The provider that takes the mails of a domain, by the name of the server that does."""
    ends = name.lower().rstrip(".")
    return next((p for p in PROVIDERS for end in p.exchangers if ends == end or ends.endswith(f".{end}")), None)


def of_server(url: str) -> Provider | None:
    """The provider a server belongs to, by its address."""
    return next((p for p in PROVIDERS for own in (p.servers.imap, p.servers.smtp) if _is_at(url, own)), None)


def _is_at(url: str, own: str) -> bool:
    asked, known = urlsplit(url), urlsplit(own)
    return asked.hostname == known.hostname and known.port in (None, asked.port)
