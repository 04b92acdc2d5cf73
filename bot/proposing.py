"""Proposes the servers of a mail address: known providers, then DNS, then what the domain itself publishes."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urljoin, urlsplit
from xml.etree import ElementTree

import aiohttp
import dns.asyncresolver
import dns.exception
import dns.resolver
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot import providers
from bot.connecting import Proposed
from bot.email import IMAP, SMTP, USER
from bot.lookup import Section
from bot.providers import Servers
from core.show import text

_DNS_S, _WEB_S, _ALL_S = 3.0, 4.0, 10.0
_LARGEST = 64 * 1024
_HOPS = 3
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


async def proposed(address: str, section: Section | None = None) -> Proposed:
    """What can be proposed for an address, within ten seconds; nothing found is no mistake."""
    found, provider = None, None
    try:
        async with asyncio.timeout(_ALL_S):
            found, provider = await _found(address.strip().lower(), section or Section())
    except TimeoutError:
        pass
    if found is None:
        domain = address.rpartition("@")[2]
        return Proposed(notes=(text("No mail servers are known for {domain}; ask its provider.", domain=domain),))
    notes = () if provider is None or provider.hint is None else (provider.hint,)
    return Proposed({IMAP: found.imap, SMTP: found.smtp, USER: address.strip()}, notes)


async def _found(address: str, section: Section) -> tuple[Servers | None, providers.Provider | None]:
    domain = address.rpartition("@")[2]
    provider = providers.of_domain(domain)
    if provider is not None:
        return provider.servers, provider
    resolver = _resolver(section.dns)
    servers = await _by_service(resolver, domain) or await _published(section.urls, domain, address)
    if servers is not None:
        return servers, providers.of_server(servers.imap)
    for name in await _names(resolver, domain, "MX"):
        provider = providers.of_exchanger(name)
        if provider is not None:
            return provider.servers, provider
    return None, None


def _resolver(server: str) -> dns.asyncresolver.Resolver:
    host, _, port = server.rpartition(":")
    made = dns.asyncresolver.Resolver(configure=not server)
    made.lifetime = _DNS_S
    if server:
        made.nameservers, made.port = [host], int(port)
    return made


async def _by_service(resolver: dns.asyncresolver.Resolver, domain: str) -> Servers | None:
    """What the domain's SRV records say (RFC 6186, RFC 8314)."""
    imap, sealed, plain = await asyncio.gather(
        *(_service(resolver, f"_{name}._tcp.{domain}") for name in ("imaps", "submissions", "submission"))
    )
    smtp = f"smtps://{sealed}" if sealed else f"smtp://{plain}" if plain else ""
    return Servers(f"imaps://{imap}", smtp) if imap and smtp else None


async def _service(resolver: dns.asyncresolver.Resolver, name: str) -> str:
    """The host and port of a service; nothing where the domain has none."""
    try:
        answer = await resolver.resolve(name, "SRV")
    except (dns.exception.DNSException, OSError):
        return ""
    best = min(answer, key=lambda each: (each.priority, -each.weight))
    host = str(best.target).rstrip(".")
    return f"{host}:{best.port}" if host else ""


async def _names(resolver: dns.asyncresolver.Resolver, domain: str, kind: str) -> Sequence[str]:
    try:
        answer = await resolver.resolve(domain, kind)
    except (dns.exception.DNSException, OSError):
        return ()
    return [str(each.exchange) for each in sorted(answer, key=lambda each: int(each.preference))]


async def _published(urls: str, domain: str, address: str) -> Servers | None:
    """What the domain publishes for mail programs, asked in the order of the settings."""
    for template in urls.split():
        is_ours = "{domain}" not in urlsplit(template).netloc
        url = template.replace("{domain}", domain).replace("{address}", quote(address))
        body = await _fetched(url, is_trusted=is_ours)
        servers = None if body is None else read(body, address)
        if servers is not None:
            return servers
    return None


async def _fetched(url: str, *, is_trusted: bool) -> bytes | None:
    """A document from the web: only by https and from public addresses, unless the desk's owner named its host."""
    patience = aiohttp.ClientTimeout(total=_WEB_S)
    for _ in range(_HOPS):
        if not is_trusted and not _may_be_asked(url):
            return None
        resolver = ThreadedResolver() if is_trusted else _Public()
        try:
            async with (
                aiohttp.TCPConnector(resolver=resolver) as connector,
                aiohttp.ClientSession(connector=connector, timeout=patience, trust_env=False) as web,
                web.get(url, allow_redirects=False) as got,
            ):
                if got.status in (301, 302, 303, 307, 308):
                    url, is_trusted = urljoin(url, got.headers.get("location", "")), False
                    continue
                return await _body(got.content) if got.status == 200 else None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None
    return None


async def _body(content: aiohttp.StreamReader) -> bytes:
    """All that comes, in however many pieces; of what is too large only a beginning."""
    body = bytearray()
    async for piece in content.iter_any():
        body += piece
        if len(body) > _LARGEST:
            break
    return bytes(body)


def _may_be_asked(url: str) -> bool:
    """Whether a stranger's address may be asked at all: https, and no address of a machine nearby."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    try:
        return parts.scheme == "https" and ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        return parts.scheme == "https"


class _Public(AbstractResolver):
    """Finds only addresses that are on the public internet: nobody is led to a machine of ours."""

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        found = await ThreadedResolver().resolve(host, port, socket.AF_UNSPEC)
        public = [each for each in found if ipaddress.ip_address(each["host"].partition("%")[0]).is_global]
        if not public:
            raise OSError(f"{host} is no public address")
        return public

    async def close(self) -> None:
        """There is nothing to close."""


def read(body: bytes, address: str) -> Servers | None:
    """The servers an autoconfig document names; nothing for what is none, or says more than a document should."""
    try:
        words = body.decode()
        if "<!DOCTYPE" in words or "<!ENTITY" in words:
            return None
        told = ElementTree.fromstring(words)
    except (UnicodeDecodeError, ElementTree.ParseError):
        return None
    imap = _server(told.iter("incomingServer"), "imap", "imaps", 993, address)
    smtp = _server(told.iter("outgoingServer"), "smtp", "smtps", 465, address)
    return Servers(imap, smtp) if imap and smtp else None


def _server(among: Iterable[ElementTree.Element], kind: str, sealed: str, usual: int, address: str) -> str:
    """The first of them that encrypts, as an address."""
    for each in among:
        host, port = (each.findtext("hostname") or "").strip(), (each.findtext("port") or "").strip()
        host = host.replace("%EMAILDOMAIN%", address.rpartition("@")[2])
        how = (each.findtext("socketType") or "").strip().upper()
        if each.get("type") != kind or not _HOST.fullmatch(host) or not port.isdecimal() or int(port) > 65535:
            continue
        if how == "SSL":
            return f"{sealed}://{host}" if int(port) == usual else f"{sealed}://{host}:{port}"
        if how == "STARTTLS":
            return f"{kind}://{host}:{port}"
    return ""
