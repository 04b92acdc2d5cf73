"""The desk's folder: a database that is open is left alone."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from core import folder


def test_a_database_that_is_open_keeps_its_journal_when_the_folder_is_made_private_again(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    folder.private_file(path)
    store = sqlite3.connect(path)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("CREATE TABLE one (id INTEGER)")
    folder.private_file(path)
    visits = f"import sqlite3; s = sqlite3.connect({str(path)!r}); s.execute('SELECT * FROM one'); s.close()"
    subprocess.run([sys.executable, "-c", visits], check=True)
    assert path.with_name("desk.db-wal").exists()
    store.close()
