"""One connection to an IMAP server. Every call waits for the network, so they belong into a thread of their own."""

import re
import select
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from imaplib import IMAP4, Internaldate2tuple
from io import BufferedReader
from time import mktime

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError, MailboxStarttlsError

from connectors.email.account import Server
from connectors.email.troubles import ImapUnsafe, NoSuchFolder, NotGiven

_PATIENCE_S = 30
_A_HEAD = 64 * 1024
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_NEWS = re.compile(rb"\* \d+ ")
"""What a server says of a folder's mails, unasked."""
_CONTENT = re.compile(rb'BODY\[[^\]]*\](?:<\d+>)? "(.*)"')
"""What is so short that the server does not count its bytes."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are, and what proves it: a password or an access token."""

    user: str
    password: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder as the server told of it when it was opened."""

    folder: str
    validity: int
    last: int
    """The highest UID it has ever given."""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a mail, and when it came."""

    raw: bytes
    arrived: float
    """Seconds since 1970."""


class Link:
    """The connection. What it raises is named by `troubles.asking`."""

    def __init__(self, server: Server) -> None:
        self._box = _connected(server)
        self._client = self._box.client
        _kept_alive(self._client.sock)
        self.selected: Selected | None = None
        self.idles = False
        """Whether the server says by itself that something came."""

    def enter(self, login: Login) -> None:
        """Signs in. Raises MailboxLoginError where the server does not let us in."""
        try:
            if login.token:
                said = f"user={login.user}\1auth=Bearer {login.token}\1\1".encode()
                self._client.authenticate("XOAUTH2", lambda challenge: b"" if challenge else said)
            elif login.user.isascii() and login.password.isascii():
                self._box.login(login.user, login.password, initial_folder=None)
            else:
                self._box.login_utf8(login.user, login.password, initial_folder=None)
        except IMAP4.abort:
            raise
        except IMAP4.error as error:
            raise MailboxLoginError(("NO", [str(error)[:200]]), "OK") from None
        self.idles = b"IDLE" in b" ".join(self._client.capability()[1]).upper().split()

    def select(self, folder: str, *, writes: bool = False) -> Selected:
        """Opens a folder. Without `writes` nothing in it is changed, whatever is asked."""
        self.selected = None
        try:
            self._box.folder.set(folder, readonly=not writes)
        except MailboxFolderSelectError:
            raise NoSuchFolder(folder) from None
        validity, following = self._number("UIDVALIDITY"), self._number("UIDNEXT")
        last = following - 1 if following else max(map(int, self._box.uids("UID *", charset=None)), default=0)
        self.selected = Selected(folder, validity, last)
        return self.selected

    def _number(self, name: str) -> int:
        said = self._client.response(name)[1]
        return int(said[-1]) if said and said[-1] and said[-1].isdigit() else 0

    def ahead(self, folder: str) -> tuple[int, int]:
        """The validity of a folder that is not open, and its next UID."""
        found = self._box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        return found.get("UIDVALIDITY", 0), found.get("UIDNEXT", 0)

    def after(self, uid: int) -> list[int]:
        """The UIDs behind one, ascending: asked for anew, whatever was pushed."""
        self._client.noop()
        return self._found(f"UID {uid + 1}:*", uid)

    def between(self, uid: int, end: int, since: date) -> list[int]:
        """The UIDs behind one up to another whose mails came on a day or later, ascending."""
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        return [each for each in self._found(f"UID {uid + 1}:{end} SINCE {day}", uid) if each <= end]

    def _found(self, criteria: str, uid: int) -> list[int]:
        """A range that ends with `*` holds the last mail, too, when that stands before its beginning."""
        return sorted(each for each in map(int, self._box.uids(criteria, charset=None)) if each > uid)

    def has(self, message_id: str) -> bool:
        """Whether the open folder has a mail of this id, which is one of ours."""
        return bool(self._box.uids(f'HEADER Message-ID "{message_id}"', charset=None))

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The sizes in bytes of those that are still there."""
        return {
            int(uid[1]): int(size[1])
            for words, _ in self._fetched(uids, "(UID RFC822.SIZE)")
            if (uid := _UID.search(words)) and (size := _SIZE.search(words))
        }

    def mails(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The mails as they came, unread ones staying so; those that are gone lack.

        Raises NotGiven where the server does not give one: ask for it alone.
        """
        return {
            int(uid[1]): content
            for words, content in self._fetched(uids, "(UID BODY.PEEK[])")
            if content is not None and (uid := _UID.search(words))
        }

    def heads(self, uids: Sequence[int], *, whole: bool = False) -> dict[int, Head]:
        """The ids and dates of mails, or the beginning of all their headers."""
        asked = f"BODY.PEEK[HEADER]<0.{_A_HEAD}>" if whole else "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)]"
        found = {}
        for words, content in self._fetched(uids, f"(UID INTERNALDATE {asked})"):
            came = Internaldate2tuple(words)
            if uid := _UID.search(words):
                found[int(uid[1])] = Head(content or b"", mktime(came) if came else 0.0)
        return found

    def _fetched(self, uids: Sequence[int], parts: str) -> Iterator[tuple[bytes, bytes | None]]:
        kind, said = self._client.uid("FETCH", ",".join(map(str, uids)), parts)
        if kind != "OK":
            raise NotGiven(uids[0])
        begun: tuple[bytes, bytes] | None = None
        for item in said or ():
            if isinstance(item, tuple):
                begun = (item[0], item[1])
            elif item is not None:
                words = begun[0] + b" " + item if begun else item
                short = _CONTENT.search(words)
                yield words, begun[1] if begun else short[1] if short else None
                begun = None

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Marks mails of the open folder as read."""
        self._client.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Seen)")

    def sent_folder(self) -> str:
        """The folder the server marks as that of sent mails; nothing where it marks none."""
        return next((each.name for each in self._box.folder.list() if r"\sent" in map(str.lower, each.flags)), "")

    def file(self, folder: str, raw: bytes) -> None:
        """Puts a mail of ours into a folder, as read."""
        self._box.append(raw, folder, flag_set=[r"\Seen"])

    def idle(self, most_s: float) -> None:
        """Waits until the server says anything or the time is over."""
        tag, is_news = self._client._command("IDLE"), False
        while (told := self._client._get_response()) is not None:  # what came meanwhile may be told before the answer
            if self._client.tagged_commands.get(tag):
                self.idles = False
                self._client.tagged_commands.pop(tag)
                return
            is_news = is_news or _NEWS.match(told) is not None
        if not is_news and not self._has_more():
            watched = select.poll()
            watched.register(self._client.sock, select.POLLIN)
            watched.poll(most_s * 1000)
        self._client.send(b"DONE\r\n")
        self._box.consume_until_tagged_response(tag)

    def _has_more(self) -> bool:
        """Whether more was read than the answer to IDLE: it lies in a buffer where watching the socket misses it."""
        self._client.sock.settimeout(0)
        try:
            buffer = self._client.file
            return isinstance(buffer, BufferedReader) and bool(buffer.peek(1))
        except OSError:
            return False
        finally:
            self._client.sock.settimeout(_PATIENCE_S)

    def leave(self) -> None:
        """Says goodbye."""
        self._client.logout()

    def cut(self) -> None:
        """Ends the connection from any thread: whoever waits for it is woken by an error."""
        with suppress(OSError):
            socket.socket.shutdown(self._client.sock, socket.SHUT_RDWR)  # TLS's own would wait for the other side


def _connected(server: Server) -> BaseMailBox:
    if server.is_sealed:
        safe = ssl.create_default_context()
        return MailBox(server.host, server.port, timeout=_PATIENCE_S, ssl_context=safe)
    if not server.seals:
        return MailBoxUnencrypted(server.host, server.port, timeout=_PATIENCE_S)
    try:
        safe = ssl.create_default_context()
        return MailBoxStartTls(server.host, server.port, timeout=_PATIENCE_S, ssl_context=safe)
    except (MailboxStarttlsError, IMAP4.abort, ValueError):
        raise
    except IMAP4.error:
        raise ImapUnsafe from None


def _kept_alive(connection: socket.socket) -> None:
    """Has a lost link noticed within minutes also while nothing is said."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
