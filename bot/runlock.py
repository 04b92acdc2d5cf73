"""Lets one `run` work on a data folder: a second one is refused and told who is first."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ConfigurationError
from core.folder import private
from core.show import text


@contextmanager
def only_one(folder: Path, address: str) -> Iterator[None]:
    """Holds the folder's lock; it ends with the process, however that ends."""
    private(folder)
    with (folder / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise ConfigurationError(
                text(
                    "Deskbell already runs on {folder} ({who}). Stop it first, or set another DATA_DIR.",
                    folder=str(folder), who=file.read().strip() or "?",
                )
            ) from error  # fmt: skip
        file.truncate(0)
        file.write(f"process {os.getpid()}, {address}\n")
        file.flush()
        yield
