"""The web chat at the wire: forged, broken, huge, repeated and foreign input, against the desk as its owner runs it."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as sync_connect

from connectors.webchat import connector
from core.models import File
from tests.connectors.webchat.page import Visitor, until, visitor
from tests.contracts.desk import beside
from tests.server import Server

pytestmark = pytest.mark.xdist_group("webchat")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running desk for all of these, somebody there: what one test does to it must not disturb the next."""
    running = Server(tmp_path_factory.mktemp("webchat"), {"MESSAGES_PER_MINUTE": "120", "PRESENT": "2h"})
    running.start()
    cookie = httpx.post(running.sign_in_link(), headers={"Origin": running.base}).cookies["deskbell"]
    headers = {"Cookie": f"deskbell={cookie}", "Origin": running.base}
    with sync_connect(f"{running.base.replace('http', 'ws')}/room/ws", additional_headers=headers) as room:
        room.send(json.dumps({"type": "open", "view": "live", "thread": ""}))
        room.recv()
    yield running
    assert httpx.get(f"{running.base}/readyz").json() == {"ready": True, "failing": []}
    running.ends_well()


async def test_a_forged_or_foreign_token_is_replaced_and_opens_nothing(desk: Server) -> None:
    ana = await visitor(desk)
    forged = ana.token[:-4] + ("aaaa" if not ana.token.endswith("aaaa") else "bbbb")
    async with httpx.AsyncClient(base_url=desk.base) as web:
        for token in (forged, "x", "", 7, None, "é" * 3000):
            told = (await web.post("/chat/session", json={"channel": "shop", "token": token})).json()
            assert told["token"] != token
        answer = await web.post("/chat/frames", json={"channel": "shop", "token": forged, "frames": []})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed_out")
    with pytest.raises(ConnectionClosed) as closed:
        async with Visitor(desk.base, forged).socket() as socket:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize(("origin", "status"), [("https://evil.example", 403), ("null", 403), ("", 200)])
async def test_only_allowed_pages_get_a_session(desk: Server, origin: str, status: int) -> None:
    headers = {"Origin": origin} if origin else {}
    async with httpx.AsyncClient(base_url=desk.base) as web:
        assert (await web.post("/chat/session", json={"channel": "shop"}, headers=headers)).status_code == status


async def test_a_foreign_pages_socket_is_closed(desk: Server) -> None:
    address = f"{desk.base.replace('http', 'ws')}/chat/ws?channel=shop"
    with pytest.raises(ConnectionClosed) as closed:
        async with connect(address, origin="https://evil.example") as socket:  # type: ignore[arg-type]
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_a_channel_that_is_not_there_is_said_so(desk: Server) -> None:
    async with httpx.AsyncClient(base_url=desk.base) as web:
        for name in ("nowhere", "shop' OR 1=1 --", "", "😀"):
            answer = await web.post("/chat/session", json={"channel": name})
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "channel")


MALFORMED = [
    "", "nonsense", "[]", "null", "7", '"hello"', "{}", '{"type": 5}', '{"type": "say"}', "[" * 5000, '{"a":' * 2000,
    '{"type": "say", "client_id": "short", "text": "x"}', '{"type": "say", "client_id": "long-enough", "text": 5}',
    '{"type": "ack", "dialog": true, "delivered": 1, "seen": 1}', '{"type": "ack", "dialog": 1e9, "delivered": -1}',
    '{"type": "rate", "dialog": 1, "score": 99}', '{"type": "unknown", "x": 1}', "\x00\x01",
    '{"type": "typing", "on": 1}',
]  # fmt: skip


async def test_malformed_frames_are_refused_and_the_next_one_is_heard(desk: Server) -> None:
    ana = await visitor(desk)
    async with ana.socket() as socket:
        for raw in MALFORMED:
            await socket.send(raw)
            assert (await until(socket, "refused"))["code"] == "unreadable", raw
        assert (await ana.says(socket, "I am still here"))["type"] == "said"


async def test_a_hello_that_is_none_ends_the_socket(desk: Server) -> None:
    for raw, code in (("nonsense", 4400), ('{"type": "ping"}', 4400), ('{"type": "hello", "version": 9}', 4409)):
        async with connect(f"{desk.base.replace('http', 'ws')}/chat/ws?channel=shop") as socket:
            await socket.send(raw)
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code


async def test_ten_megabytes_of_text_disturb_nobody(desk: Server) -> None:
    ana, ben = await visitor(desk), await visitor(desk)
    async with ben.socket() as calm:
        with pytest.raises(ConnectionClosed):
            async with ana.socket() as socket:
                await ana.says(socket, "x" * 10_000_000)
        async with httpx.AsyncClient(base_url=desk.base) as web:
            answer = await web.post("/chat/frames", content=b"x" * 10_000_000)
            assert answer.status_code == 413
        assert (await ben.says(calm, "Hello"))["type"] == "said"


async def test_a_text_that_is_too_long_is_refused_with_its_id(desk: Server) -> None:
    ana = await visitor(desk)
    async with ana.socket() as socket:
        refused = await ana.says(socket, "x" * 20_001, client_id="much-too-long")
        assert (refused["code"], refused["client_id"], refused["retry_after"]) == ("too_long", "much-too-long", None)
        assert (await ana.says(socket, "y" * 20_000))["type"] == "said"


async def test_a_thousand_files_are_refused(desk: Server) -> None:
    ana = await visitor(desk)
    async with ana.socket() as socket:
        assert (await ana.says(socket, "look", files=["x"] * 1000))["type"] == "refused"
        assert (await ana.says(socket, "look", files=["x"] * 11))["code"] == "file"
        assert (await ana.says(socket, "look", files=["not-mine"]))["code"] == "file"


STRANGE = (
    "\x00NUL", "\ud800 lone", "\u202ereversed", "😀👩‍👩‍👧‍👦", "<script>alert(1)</script>", "'; DROP TABLE message; --",
    "status:open tag:x", "{0.__class__}", "%s %d", "\r\nSet-Cookie: a=b", "a\u0300" * 50,
)  # fmt: skip


async def test_strange_signs_are_kept_as_words(desk: Server) -> None:
    ana = await visitor(desk)
    async with ana.socket() as socket:
        for words in STRANGE:
            assert (await ana.says(socket, words))["type"] == "said"
    clean = [words.replace("\x00", "").replace("\ud800", "?").replace("\r\n", "\n").strip() for words in STRANGE]
    assert await ana.read() == clean


async def test_strange_signs_in_every_other_field_break_nothing(desk: Server) -> None:
    strange = "\x00\ud800'\";<b>😀" * 20
    ana = await visitor(desk)
    async with httpx.AsyncClient(base_url=desk.base) as web:
        body = json.dumps({"channel": "shop", "language": strange, "identify": None, "token": strange})
        assert (await web.post("/chat/session", content=body)).status_code == 200
    async with ana.socket(language=strange) as socket:
        details = {"name": strange, "email": strange}
        assert (await ana.says(socket, "Hello", details=details))["type"] == "said"
        await socket.send(json.dumps({"type": "details", "name": strange, "email": "a@b.example"}))
        answer = await ana.says(socket, "Again")
        assert answer["type"] == "said", answer


async def test_the_same_message_sent_ten_times_at_once_is_stored_once(desk: Server) -> None:
    ana = await visitor(desk)
    say = {"type": "say", "client_id": "the-same-one", "text": "Only once", "files": []}
    answers = await asyncio.gather(*(ana.frames(say) for _ in range(10)))
    seqs = {frame["seq"] for frames in answers for frame in frames if frame["type"] == "said"}
    assert len(seqs) == 1
    assert (await ana.read()).count("Only once") == 1


async def test_another_visitor_cannot_use_my_message_ids_or_see_my_dialog(desk: Server) -> None:
    ana, eve = await visitor(desk), await visitor(desk)
    async with ana.socket() as socket:
        said = await ana.says(socket, "My secret", client_id="guessable-id")
    dialog = said["dialog"]
    async with eve.socket(dialog=dialog, seq=0) as socket:
        assert (await until(socket, "dialog"))["dialog"] is None
        await socket.send(json.dumps({"type": "ack", "dialog": dialog, "delivered": 99, "seen": 99}))
        for deed in ({"type": "end", "dialog": dialog}, {"type": "rate", "dialog": dialog, "score": 1}):
            await socket.send(json.dumps(deed))
            assert (await until(socket, "refused"))["text"] == "There is no such conversation."
        assert (await eve.says(socket, "Mine", client_id="guessable-id"))["dialog"] != dialog
    async with httpx.AsyncClient(base_url=desk.base, headers={"Authorization": f"Bearer {eve.token}"}) as web:
        assert (await web.get(f"/chat/transcript?channel=shop&dialog={dialog}")).status_code == 404
    assert "My secret" not in await eve.read()
    assert (await ana.read())[0] == "My secret"


async def _upload(ana: Visitor, name: str, content: bytes) -> httpx.Response:
    headers = {"Authorization": f"Bearer {ana.token}"}
    async with httpx.AsyncClient(base_url=ana.base, headers=headers) as web:
        return await web.post("/chat/files", params={"channel": "shop", "name": name}, content=content)


def _png(width: int, height: int) -> bytes:
    """A picture that says it is so large, in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


async def test_a_picture_that_would_unfold_to_gigabytes_is_never_opened(desk: Server) -> None:
    ana = await visitor(desk)
    told = (await _upload(ana, "bomb.png", _png(60_000, 60_000))).json()
    assert (told["type"], told["width"]) == ("application/octet-stream", None)
    assert (await _upload(ana, "small.png", _png(8, 8))).json()["width"] == 8


async def test_a_page_that_calls_itself_a_picture_is_only_downloaded(desk: Server) -> None:
    ana = await visitor(desk)
    told = (await _upload(ana, "../../evil\u202egpj.html", b"<script>alert(1)</script>")).json()
    assert "/" not in told["name"]
    assert "\u202e" not in told["name"]
    async with ana.socket() as socket:
        await ana.says(socket, "look", files=[told["id"]])
        url = next(m["files"][0]["url"] for m in (await until(socket, "messages"))["messages"] if m["files"])
    async with httpx.AsyncClient(base_url=desk.base) as web:
        answer, forged = await web.get(url), await web.get(url.replace("/files/", "/files/x"))
    assert forged.status_code == 404
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_file_that_is_too_large_is_refused_while_it_comes(desk: Server) -> None:
    ana = await visitor(desk)
    assert (await _upload(ana, "big", b"x" * (20 * 2**20 + 1))).status_code == 413


async def test_my_file_is_of_no_use_to_another_visitor(desk: Server) -> None:
    ana, eve = await visitor(desk), await visitor(desk)
    told = (await _upload(ana, "a.txt", b"mine")).json()
    async with eve.socket() as socket:
        assert (await eve.says(socket, "steal", files=[told["id"]]))["code"] == "file"


async def test_a_file_is_its_senders_from_when_the_desk_knows_them(desk: Server) -> None:
    ana = await visitor(desk)
    await _upload(ana, "early.txt", b"one")
    async with ana.socket() as socket:
        await ana.says(socket, "Here I am")
    await _upload(ana, "late.txt", b"two")
    async with beside(desk) as shop:
        owned = select(File.name, File.identity_id.is_not(None)).where(File.name.in_(("early.txt", "late.txt")))
        found = await shop.read(lambda desk: {row[0]: row[1] for row in desk.execute(owned)})
    assert found == {"early.txt": False, "late.txt": True}


async def test_who_writes_too_fast_is_slowed_down_and_loses_nothing(desk: Server) -> None:
    ana = await visitor(desk)
    slowed = number = 0
    async with ana.socket() as socket:
        while number < 25 or slowed == 0:
            client_id = f"fast-{number:04}"
            while (answer := await ana.says(socket, str(number), client_id=client_id))["type"] == "refused":
                assert answer["code"] == "too_many"
                slowed += 1
                await asyncio.sleep(0.1)
            number += 1
            assert number < 500, "nobody is slowed down"
    words = [words for words in await ana.read() if words.isdigit()]
    assert words == [str(each) for each in range(number)]


async def test_without_a_socket_news_come_when_they_happen(desk: Server) -> None:
    ana = await visitor(desk)
    first = await ana.frames({"type": "say", "client_id": "first-words", "text": "Hello", "files": []})
    assert {frame["type"] for frame in first} == {"said", "dialog", "messages"}
    seq = next(frame["seq"] for frame in first if frame["type"] == "messages")
    dialog = next(frame["dialog"] for frame in first if frame["type"] == "messages")
    asked = {"channel": "shop", "token": ana.token, "dialog": dialog, "seq": seq, "wait": 20, "frames": []}
    async with httpx.AsyncClient(base_url=desk.base, timeout=30) as web:
        waiting = asyncio.create_task(web.post("/chat/frames", json=asked))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        taken = await asyncio.to_thread(desk.does, "do", "--as", "admin", f"dialog take {dialog}")
        assert taken.returncode == 0
        answer = (await waiting).json()["frames"]
    assert [frame["agent"] for frame in answer if frame["type"] == "dialog"][-1] == "Admin"


async def test_a_customers_address_is_never_believed(desk: Server) -> None:
    ana, eve = await visitor(desk), await visitor(desk)
    for who in (ana, eve):
        async with who.socket() as socket:
            await who.says(socket, "Hello", details={"name": "The boss", "email": "boss@example.com"})
    found = json.loads(desk.does("do", "customer find boss@example.com", "--json").stdout)
    assert len(found["cards"]) + len(found["lines"]) >= 2
    assert "not verified" in json.dumps(found)


def test_the_widget_weighs_little() -> None:
    script = Path(connector.__file__).parent / "static" / "widget.js"
    assert len(gzip.compress(script.read_bytes())) <= 20 * 1024
