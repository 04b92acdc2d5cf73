"""A server's word that a mail came wakes who waits for it, whenever it is said."""

import asyncio
import socket
import threading

import pytest

from connectors.email.account import Server
from connectors.email.imap import Link, Login

PATIENCE_S = 5.0


class Talk:
    """A mail server that says that a mail came before it answers IDLE, and waits only so long for DONE."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        line, _ = self._listening.accept()
        line.settimeout(PATIENCE_S)
        with line, line.makefile("rb") as said:
            line.sendall(b"* OK ready\r\n")
            for words in said:
                tag, word = words.split()[0], words.split()[1].upper()
                if word == b"IDLE":
                    line.sendall(b"* 1 EXISTS\r\n+ idling\r\n")
                    try:
                        assert said.readline() == b"DONE\r\n"
                    except OSError:
                        return
                elif word == b"CAPABILITY":
                    line.sendall(b"* CAPABILITY IMAP4rev1 IDLE\r\n")
                line.sendall(tag + b" OK done\r\n")

    def end(self) -> None:
        """Hears nobody any more."""
        self._listening.close()
        self._thread.join(2 * PATIENCE_S)


def _waits(port: int) -> bool:
    link = Link(Server("127.0.0.1", port, "", "", is_sealed=False, seals=False))
    link.enter(Login("ana", "secret"))
    try:
        link.idle(10 * PATIENCE_S)
        return link.idles
    finally:
        link.cut()


@pytest.mark.xdist_group("email")
async def test_what_comes_before_the_server_begins_to_tell_is_heard() -> None:
    server = Talk()
    try:
        assert await asyncio.to_thread(_waits, server.port)
    finally:
        await asyncio.to_thread(server.end)
