"""Which servers are proposed for an address: known providers, what the DNS says, what a domain publishes."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import dns.message
import dns.rrset
import pytest
from aiohttp import web

from bot.email import IMAP, SMTP
from bot.lookup import Section
from bot.proposing import proposed, read
from bot.providers import PROVIDERS
from core.render import Voice

Zone = Mapping[tuple[str, str], list[str]]
NOWHERE = "127.0.0.1:9"
GOOD = """<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="shop.test">
  <incomingServer type="pop3"><hostname>pop.shop.test</hostname><port>995</port><socketType>SSL</socketType>
  </incomingServer>
  <incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
  </incomingServer>
  <outgoingServer type="smtp"><hostname>smtp.shop.test</hostname><port>587</port><socketType>STARTTLS</socketType>
  </outgoingServer></emailProvider></clientConfig>"""


class _Names(asyncio.DatagramProtocol):
    """A DNS server that knows a few names."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        asked = question.question[0]
        answer = dns.message.make_response(question)
        kind = dns.rdatatype.to_text(asked.rdtype)
        records = self._zone.get((str(asked.name).rstrip("."), kind))
        if records:
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *records))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), addr)  # type: ignore[attr-defined]


@asynccontextmanager
async def names(zone: Zone) -> AsyncIterator[str]:
    """A DNS server on this machine, as host:port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Names(zone), local_addr=("127.0.0.1", 0))
    try:
        yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()


@asynccontextmanager
async def published(answer: web.Response) -> AsyncIterator[str]:
    """A web server that answers everything the same."""

    async def said(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        return web.Response(status=answer.status, text=answer.text, headers=answer.headers)

    asked: list[str] = []
    app = web.Application()
    app.router.add_get("/{rest:.*}", said)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/{{domain}}/config.xml?emailaddress={{address}}"
        assert asked
    finally:
        await runner.cleanup()


def at(servers: str = NOWHERE, urls: str = "") -> Section:
    """Where things are looked up."""
    return Section(dns=servers, urls=urls)


async def test_a_known_providers_address_asks_nobody() -> None:
    found = await proposed("Ana@GMail.com", at())
    assert found.values == {
        IMAP: "imaps://imap.gmail.com", SMTP: "smtps://smtp.gmail.com", "EMAIL_USER": "Ana@GMail.com",
    }  # fmt: skip
    assert Voice().say(found.notes[0]) == (
        "Google lets programs in only with an app password: https://myaccount.google.com/apppasswords"
    )


async def test_a_domain_whose_mails_a_provider_takes_gets_its_servers() -> None:
    zone = {("shop.test", "MX"): ["20 other.test.", "10 shop-test.mail.protection.outlook.com."]}
    async with names(zone) as servers:
        found = await proposed("support@shop.test", at(servers))
    assert found.values[IMAP] == "imaps://outlook.office365.com"
    assert "OAuth" in Voice().say(found.notes[0])


async def test_service_records_win_over_everything_but_a_known_provider() -> None:
    zone = {
        ("_imaps._tcp.shop.test", "SRV"): ["20 1 993 backup.shop.test.", "10 1 1993 imap.shop.test."],
        ("_submissions._tcp.shop.test", "SRV"): ["0 1 0 ."],
        ("_submission._tcp.shop.test", "SRV"): ["0 1 587 smtp.shop.test."],
        ("shop.test", "MX"): ["10 aspmx.l.google.com."],
    }
    async with names(zone) as servers:
        found = await proposed("support@shop.test", at(servers))
    assert (found.values[IMAP], found.values[SMTP]) == ("imaps://imap.shop.test:1993", "smtp://smtp.shop.test:587")


async def test_what_a_domain_publishes_is_read() -> None:
    async with names({}) as servers, published(web.Response(text=GOOD)) as url:
        found = await proposed("support@shop.test", at(servers, url))
    assert (found.values[IMAP], found.values[SMTP]) == ("imaps://imap.shop.test", "smtp://smtp.shop.test:587")


async def test_what_comes_in_pieces_is_read_whole() -> None:
    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = GOOD.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        for begin in range(0, len(body), 100):
            await asyncio.sleep(0.01)  # so that each piece is one
            writer.write(body[begin : begin + 100])
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{{domain}}"
    async with server, names({}) as servers:
        found = await proposed("support@shop.test", at(servers, url))
    assert found.values[IMAP] == "imaps://imap.shop.test"


async def test_nothing_found_is_said() -> None:
    async with names({}) as servers, published(web.Response(status=404)) as url:
        found = await proposed("support@shop.test", at(servers, url))
    assert not found.values
    assert Voice().say(found.notes[0]) == "No mail servers are known for shop.test; ask its provider."


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/x", "https://127.0.0.1:1/x", "https://[::1]/x", "https://10.0.0.8/x", "file:///etc/passwd"],
)
async def test_nobody_is_led_to_a_machine_of_ours(target: str) -> None:
    reached = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(1)
        writer.close()

    listening = await asyncio.start_server(hear, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    away = web.Response(status=302, headers={"location": target.replace(":1/", f":{port}/")})
    async with names({}) as servers, published(away) as url:
        found = await proposed("support@shop.test", at(servers, url))
    listening.close()
    assert not found.values
    assert reached == []


async def test_an_address_on_this_machine_is_never_asked_for_a_domains_own_document() -> None:
    reached = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(1)
        writer.close()

    listening = await asyncio.start_server(hear, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with names({}) as servers:
        found = await proposed("a@localhost", at(servers, f"https://{{domain}}:{port}/config.xml"))
    listening.close()
    assert (dict(found.values), reached) == ({}, [])


@pytest.mark.parametrize(
    "body",
    [
        b"no xml at all",
        b"\xff\xfe<\x00",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><clientConfig>&a;</clientConfig>',
        GOOD.replace("993", "99999999").encode(),
        GOOD.replace("imap.%EMAILDOMAIN%", "imap.test/../x").encode(),
        GOOD.replace("<socketType>SSL", "<socketType>plain").encode(),
        b"",
    ],
)
def test_a_document_that_is_none_proposes_nothing(body: bytes) -> None:
    assert read(body, "support@shop.test") is None


def test_all_known_servers_are_addresses_the_form_takes() -> None:
    from bot.connecting import fits
    from bot.guides import GUIDES

    keys = {key.setting: key for key in GUIDES["email"].keys}
    for provider in PROVIDERS:
        assert fits(keys[IMAP], provider.servers.imap), provider.name
        assert fits(keys[SMTP], provider.servers.smtp), provider.name
