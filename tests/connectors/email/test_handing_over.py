"""`deskbell mail`: mails out of files and pipes, as mail servers and imports hand them over."""

import json
import sqlite3
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from connectors.email import mbox
from tests.connectors.email.conftest import ADDRESS, letter
from tests.server import Server

_FROM = b"From ana@example.com Mon Jan  5 10:00:00 2026\n"


@pytest.fixture
def desk(tmp_path: Path) -> Server:
    """A desk with a mailbox, which does not run."""
    return Server(tmp_path, {"EMAIL_ADDRESS": ADDRESS, "EMAIL_ACK": "false", "EMAIL_LISTEN": ""})


def pipe(desk: Server, raw: bytes, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """A mail server hands a mail over."""
    command = [sys.executable, "-m", "bot", "mail", "-", *arguments]
    return subprocess.run(
        command, input=raw, cwd=desk.folder, env=desk.environment(), capture_output=True, timeout=90, check=False
    )


def tickets(desk: Server) -> list[str]:
    """The subjects of the desk's tickets."""
    found = json.loads(desk.does("do", "ticket list", "--json").stdout)
    return sorted(line for line in json.dumps(found).split('"') if "amp" in line)


def test_a_mail_from_a_pipe_is_a_ticket_once(desk: Server) -> None:
    first, again = pipe(desk, letter("Hello"), "--json"), pipe(desk, letter("Hello"), "--json")
    assert (first.returncode, again.returncode) == (0, 0), (first.stderr, again.stderr)
    assert json.loads(first.stdout) == {
        "mails": [{"file": "-", "number": 1, "channel": "email", "outcome": "taken"}], "again": "",
    }  # fmt: skip
    assert json.loads(again.stdout)["mails"][0]["outcome"] == "known"
    assert any("My lamp" in line for line in tickets(desk))


def test_while_the_desk_cannot_be_written_the_mail_has_to_come_again(desk: Server) -> None:
    assert pipe(desk, letter("Hello")).returncode == 0
    busy = sqlite3.connect(desk.folder / "data" / "deskbell.db")
    busy.execute("BEGIN IMMEDIATE")
    try:
        refused = pipe(desk, letter("Hello again", message_id="<2@example.com>"), "--json")
    finally:
        busy.close()
    assert refused.returncode == 75, refused.stderr
    told = json.loads(refused.stdout)
    assert (told["mails"], bool(told["again"])) == ([], True)
    assert pipe(desk, letter("Hello again", message_id="<2@example.com>")).returncode == 0


def test_a_wrong_setting_or_name_costs_no_mail(desk: Server) -> None:
    assert pipe(desk, letter("Hello"), "--to", "nothing").returncode == 75
    desk.settings["EMAIL_SINCE"] = "yesterday"
    assert pipe(desk, letter("Hello")).returncode == 75


def test_an_mbox_is_taken_mail_by_mail_also_beside_a_running_desk(desk: Server) -> None:
    box = desk.folder / "old.mbox"
    mails = [letter(f"Number {n}", message_id=f"<{n}@example.com>", subject=f"Lamp {n}", **{"from": f"c{n}@x.example"})
             for n in range(3)]  # fmt: skip
    box.write_bytes(b"\n".join(_FROM + mail for mail in mails))
    desk.start()
    done = desk.does("mail", str(box), "--since-history")
    assert done.returncode == 0, done.stderr
    assert "3 taken in, 0 known already, 0 in quarantine." in done.stdout
    desk.ends_well()


def pieces(raw: bytes) -> list[bytes]:
    """The mails of a file."""
    return [piece.raw for piece in mbox.mails(BytesIO(raw))]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", []),
        (b"Subject: one\n\nwords\n\n", [b"Subject: one\n\nwords\n\n"]),
        (_FROM + b"Subject: one\n\nwords\n\n" + _FROM + b"Subject: two\n\nmore\n", [b"Subject: one\n\nwords\n",
                                                                                    b"Subject: two\n\nmore\n"]),
        (_FROM + b"a: b\n\n>From me\n>>From her\n", [b"a: b\n\nFrom me\n>From her\n"]),
        (_FROM + b"a: b\n\nFrom here on.\n\nFrom now on.\n", [b"a: b\n\nFrom here on.\n\nFrom now on.\n"]),
        (_FROM + b"a: b\n\nwords\n" + _FROM + b"more\n", [b"a: b\n\nwords\n" + _FROM + b"more\n"]),
        (_FROM.replace(b"\n", b"\r\n") + b"a: b\r\n\r\nx\r\n\r\n" + _FROM + b"c: d\r\n", [b"a: b\r\n\r\nx\r\n",
                                                                                         b"c: d\r\n"]),
    ],
)  # fmt: skip
def test_an_mbox_is_cut_where_a_mail_begins_and_nowhere_else(raw: bytes, found: list[bytes]) -> None:
    assert pieces(raw) == found


def test_of_a_mail_too_large_only_the_beginning_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "LARGEST", 200_000)
    raw = _FROM + b"Subject: one\n\n" + b"A long story.\n" * 20_000 + b"\n" + _FROM + b"Subject: two\n\nx\n"
    large, small = mbox.mails(BytesIO(raw))
    assert (large.is_whole, len(large.raw) <= mbox.HEAD, large.raw.startswith(b"Subject: one")) == (False, True, True)
    assert small.raw == b"Subject: two\n\nx\n"
