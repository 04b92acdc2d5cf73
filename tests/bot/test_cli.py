"""The command line as its user types it, beside a running desk and without one."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from core import schema
from tests.server import Server

pytestmark = pytest.mark.xdist_group("cli")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Server]:
    """A running desk."""
    running = Server(tmp_path)
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end(signal.SIGKILL)


def test_run_says_what_is_on_and_how_to_sign_in(desk: Server) -> None:
    for _ in range(50):
        if "/room/sign-in/" in desk.said():
            break
        time.sleep(0.1)
    said = desk.said()
    assert f"Deskbell is open on {desk.base}" in said
    assert "WEBCHAT_ORIGINS" in said
    assert "PUBLIC_URL" in said
    link = said.split("once):")[1].split()[0]
    page = httpx.get(link)
    assert page.status_code == 200
    with httpx.Client(headers={"Origin": desk.base}) as browser:
        assert browser.post(link).headers["location"] == "/room"
        assert browser.get(f"{desk.base}/room").status_code == 200
        assert browser.post(link).status_code == 404


def test_a_form_of_another_page_signs_nobody_in(desk: Server) -> None:
    link = desk.sign_in_link()
    assert httpx.post(link, headers={"Origin": "https://evil.example"}).status_code == 403
    assert httpx.post(link).status_code == 403


def test_sigterm_stops_it_within_seconds(desk: Server) -> None:
    assert desk.end(signal.SIGTERM) == 0


_STARTED = """
import asyncio, sys
from bot import app, sections

async def started():
    async with app.opened(sections.read()) as house:
        await app.prepare(house)
        app.assemble(house)

asyncio.run(started())
print(sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[1:])))
"""


def test_a_start_imports_only_what_is_switched_on(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    assert desk.does("migrate").returncode == 0
    off = ["alembic", "asyncpg", "PIL", "boto3", "whisper", "matplotlib"]
    started = [sys.executable, "-c", _STARTED, *off]
    ran = subprocess.run(started, env=desk.environment(), capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_a_second_run_on_the_same_folder_is_refused(desk: Server) -> None:
    second = desk.does("run")
    assert second.returncode == 2
    assert "already runs" in second.stderr
    assert httpx.get(f"{desk.base}/healthz").status_code == 200


def test_lines_done_beside_a_running_desk_are_there_at_once(desk: Server) -> None:
    assert desk.does("do", "--as", "admin", "ticket new internal Order more coffee").returncode == 0
    listed = json.loads(desk.does("do", "--json", "ticket list").stdout)
    assert [card["title"] for card in listed["cards"]] == ["#1 Order more coffee"]
    refused = desk.does("do", "ticket close 99")
    assert refused.returncode == 1
    assert "There is no ticket #99. Try: ticket list" in refused.stderr


def test_health_and_metrics(desk: Server) -> None:
    assert httpx.get(f"{desk.base}/healthz").text == "ok\n"
    assert httpx.get(f"{desk.base}/readyz").json() == {"ready": True, "failing": []}
    assert "deskbell_dialogs" in httpx.get(f"{desk.base}/metrics").text
    assert httpx.get(f"{desk.base}/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 403


def test_metrics_with_a_token_ask_for_it(tmp_path: Path) -> None:
    guarded = Server(tmp_path, {"METRICS_TOKEN": "let-me-in"})
    guarded.start()
    try:
        assert httpx.get(f"{guarded.base}/metrics").status_code == 403
        headers = {"Authorization": "Bearer let-me-in"}
        assert httpx.get(f"{guarded.base}/metrics", headers=headers).status_code == 200
    finally:
        guarded.end()


def test_check_names_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    wrong = Server(tmp_path, {"LOG_LEVEL": "LOUD", "HOLD_CHAT": "soon", "WEBCHAT_COLOUR": "red"})
    names = ("LOG_LEVEL", "HOLD_CHAT", "WEBCHAT_COLOUR")
    checked, asked, started = wrong.does("check"), wrong.does("check", "--json"), wrong.does("run")
    assert (checked.returncode, asked.returncode, started.returncode) == (2, 2, 2)
    assert all(name in checked.stdout and name in started.stderr for name in names)
    assert {each["setting"] for each in json.loads(asked.stdout)} == set(names)
    away = Server(tmp_path, {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}).does("check", "--json")
    assert away.returncode == 2
    assert json.loads(away.stdout)[0]["severity"] == "error"


def test_agents_are_added_listed_and_linked(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    added = desk.does("agent", "add", "ines", "--role", "supervisor", "--public-name", "Ines")
    again = desk.does("agent", "add", "ines")
    assert ("/room/sign-in/" in again.stdout, "there already, as supervisor" in again.stderr) == (True, True)
    assert "last admin" in desk.does("agent", "add", "admin", "--role", "agent").stderr
    assert "/room/sign-in/" in added.stdout
    listed = json.loads(desk.does("agent", "list", "--json").stdout)
    assert {"name": "ines", "public_name": "Ines", "role": "supervisor"} in listed
    assert desk.does("agent", "link", "nobody").returncode == 1


def test_the_setup_goes_out_and_in_again(tmp_path: Path) -> None:
    one, other = Server(tmp_path / "one"), Server(tmp_path / "other")
    one.does("do", "desk set team tech = Technical support language:de")
    one.does("do", "desk set text still-there de = Noch da?")
    one.does("do", "desk set reply hello = Hello {{contact.name}}")
    file = tmp_path / "setup.txt"
    assert one.does("export", str(file)).returncode == 0
    assert other.does("apply", str(file)).returncode == 0
    assert other.does("export").stdout == file.read_text()
    file.write_text(file.read_text() + "view broken = stats:new\n")
    wrong = other.does("apply", str(file))
    assert wrong.returncode == 1
    assert "Line" in wrong.stderr


def test_a_backup_taken_while_it_runs_brings_everything_back(desk: Server, tmp_path: Path) -> None:
    desk.does("demo")
    before = desk.does("do", "ticket list").stdout
    target = tmp_path / "backup.tar.gz"
    assert desk.does("backup", str(target)).returncode == 0
    assert target.stat().st_mode & 0o077 == 0
    assert desk.does("restore", str(target)).returncode == 2, "it must not run meanwhile"
    fresh = Server(tmp_path / "elsewhere")
    assert fresh.does("restore", str(target)).returncode == 0
    assert fresh.does("do", "ticket list").stdout == before
    assert fresh.does("restore", str(target)).returncode == 1
    assert fresh.does("restore", "--replace", str(target)).returncode == 0


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    (tmp_path / "a.tar.gz").write_bytes(b"nonsense")
    assert desk.does("restore", str(tmp_path / "a.tar.gz")).returncode == 1
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.tar.gz", "../../outside")
    assert desk.does("restore", str(tmp_path / "b.tar.gz")).returncode == 1
    assert not (tmp_path.parent / "outside").exists()


def test_the_demo_goes_without_a_trace(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    desk.does("migrate")
    desk.does("do", "--as", "admin", "ticket new internal Mine")
    before = _rows(tmp_path)
    assert "Made" in desk.does("demo").stdout
    assert desk.does("demo").returncode == 1
    assert _rows(tmp_path) != before
    assert "team lamps" in desk.does("demo", "--remove").stdout
    assert _rows(tmp_path) == before


def _rows(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "data" / "deskbell.db") as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in names if not name.startswith(("said", "sqlite", "kept"))]
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in kept}


def test_migrate_goes_there_and_back(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    assert f"at {schema.head()}" in desk.does("migrate").stdout
    refused = desk.does("migrate", "base")
    assert (refused.returncode, "Nothing was changed" in refused.stderr) == (1, True)
    assert f"at {schema.head()}" in desk.does("migrate").stdout
    assert "at 0003" in desk.does("migrate", "0003", "--yes").stdout
    assert "nothing" in desk.does("migrate", "base", "--yes").stdout
    unknown = desk.does("migrate", "nonsense")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert "0001" in unknown.stderr


def test_nobody_goes_back_while_the_desk_runs(desk: Server) -> None:
    refused = desk.does("migrate", "base", "--yes")
    assert (refused.returncode, "already runs" in refused.stderr) == (2, True)
    assert desk.does("do", "ticket list").returncode == 0


def test_the_key_is_made_once_and_only_ours_to_read(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    first = desk.does("identify-key", "shop").stdout
    assert desk.does("identify-key", "shop").stdout == first
    assert os.stat(tmp_path / "data" / "secret.key").st_mode & 0o077 == 0
    short = Server(tmp_path, {"SECRET_KEY": "short"}).does("identify-key", "shop")
    assert short.returncode == 2


ONE_LINE = [
    ({"DATA_DIR": "/dev/null/desk"}, ("do", "ticket list"), 2),
    ({}, ("export", "/nonexistdir/setup.txt"), 2),
    ({}, ("backup", "/dev/null/desk.tar.gz"), 2),
    ({"DATABASE_URL": "mysql://desk"}, ("agent", "list"), 2),
]


@pytest.mark.parametrize(("given", "line", "code"), ONE_LINE)
def test_what_goes_wrong_outside_is_one_line_with_its_code(
    tmp_path: Path, given: dict[str, str], line: tuple[str, ...], code: int
) -> None:
    desk = Server(tmp_path, given)
    if not given:
        assert desk.does("migrate").returncode == 0
    said = desk.does(*line)
    assert (said.returncode, said.stderr.startswith("deskbell: "), "Traceback" in said.stderr) == (code, True, False)


def test_a_backup_without_room_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    desk.does("migrate")
    line = f"ulimit -f 200; exec {sys.executable} -m bot backup there.tar.gz"
    said = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, env=desk.environment(), capture_output=True, text=True, check=False
    )
    assert (said.returncode, "Traceback" in said.stderr) == (75, False)
    assert "Nothing was saved to there.tar.gz" in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_setup_that_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "setup.txt").write_bytes(b"view a = \xff")
    said = Server(tmp_path).does("apply", str(tmp_path / "setup.txt"))
    assert (said.returncode, said.stderr) == (2, "deskbell: The file is not UTF-8 (byte 10).\n")


def test_a_script_reads_errors_and_questions_as_json(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    away = Server(tmp_path, {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}).does("do", "--json", "desk health")
    assert (away.returncode, list(json.loads(away.stdout))) == (75, ["error"])
    refused = desk.does("do", "--json", "ticket close 99")
    assert (refused.returncode, list(json.loads(refused.stdout))) == (1, ["error"])
    for subject in ("Coffee", "Tea"):
        desk.does("do", "--as", "admin", f"ticket new internal {subject}")
    asked = desk.does("do", "--json", "ticket close 1,2")
    assert (asked.returncode, json.loads(asked.stdout)["asked"]) == (3, True)
    yes = json.loads(asked.stdout)["buttons"][0]["line"]
    assert desk.does("do", yes).returncode == 0


def test_a_port_that_is_taken_is_named(desk: Server, tmp_path: Path) -> None:
    second = Server(tmp_path / "other", port=desk.port).does("run")
    assert (second.returncode, "Traceback" in second.stderr) == (2, False)
    assert f"Port {desk.port} is taken" in second.stderr
    assert "HTTP_PORT" in second.stderr


def test_an_agent_is_refused_in_their_language(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    desk.does("do", "--as", "admin", "me language de")
    assert "Es gibt kein Ticket #99" in desk.does("do", "--as", "admin", "ticket close 99").stderr


def test_a_locked_database_can_be_read_and_is_waited_for(tmp_path: Path) -> None:
    desk = Server(tmp_path)
    desk.does("do", "--as", "admin", "ticket new internal Coffee")
    with sqlite3.connect(tmp_path / "data" / "deskbell.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert desk.does("do", "ticket list").returncode == 0
        assert desk.does("do", "ticket close 1").returncode == 75
        other.execute("ROLLBACK")
    assert desk.does("do", "ticket close 1").returncode == 0


def test_what_the_desk_keeps_is_for_nobody_elses_eyes(desk: Server, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    databases = sorted(data.glob("deskbell.db*"))
    assert len(databases) == 3
    assert {path.stat().st_mode & 0o777 for path in databases} == {0o600}
