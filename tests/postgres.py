"""A PostgreSQL of our own for one test run: started on a free port, thrown away afterwards."""

import glob
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

_SUPERUSER = "deskbell"


def binaries() -> Path | None:
    """Where the server's binaries are; None when this machine has none."""
    found = [shutil.which("initdb") or "", *sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))]
    real = [Path(path).parent for path in found if path and (Path(path).parent / "postgres").exists()]
    return real[-1] if real else None


class Cluster:
    """One running server."""

    def __init__(self, bin_: Path) -> None:
        self._bin = bin_
        self._folder = Path(tempfile.mkdtemp(prefix="deskbell-pg-"))
        self._prefix: list[str] = []
        if os.geteuid() == 0:  # the server refuses to run as root
            self._folder.chmod(0o777)
            self._prefix = ["runuser", "-u", "postgres", "--"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._made = 0

    def start(self) -> None:
        """Makes the cluster and starts it; durability is off, since it is thrown away."""
        data = self._folder / "data"
        self._do("initdb", "-D", str(data), "-U", _SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = (
            f"-p {self.port} -h 127.0.0.1 -k {self._folder} -c fsync=off -c synchronous_commit=off "
            "-c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB"
        )
        self._do("pg_ctl", "-D", str(data), "-o", options, "-w", "-l", str(self._folder / "log"), "start")

    def stop(self) -> None:
        """Stops it and removes everything."""
        self._do("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")
        for _ in range(20):
            shutil.rmtree(self._folder, ignore_errors=True)
            if not self._folder.exists():
                return
            time.sleep(0.1)

    def url(self, database: str) -> str:
        """The URL of a database."""
        return f"postgresql://{_SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def new_database(self, *, like: str = "template1") -> str:
        """Makes a database and returns its URL."""
        self._made += 1
        name = f"desk_{self._made}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE {like}")
        return self.url(name)

    def name_of(self, url: str) -> str:
        """The database a URL of ours names."""
        return url.rpartition("/")[2]

    def drop(self, url: str) -> None:
        """Removes a database, whoever is still connected to it."""
        self._sql(f"DROP DATABASE IF EXISTS {self.name_of(url)} WITH (FORCE)")

    def _sql(self, statement: str) -> None:
        self._do("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", _SUPERUSER, "-d", "postgres", "-qc", statement)

    def _do(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._prefix, str(self._bin / program), *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", timeout=120, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr[-500:]}")
