"""The desk's folder and what lies in it: for nobody's eyes but the desk's."""

import contextlib
import os
from pathlib import Path

from core.errors import ConfigurationError
from core.show import Text, text


def private(folder: Path) -> None:
    """Makes a folder only we may enter; one that is there keeps its rights. Raises ConfigurationError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise ConfigurationError(_unusable(folder, error)) from error
    if not folder.is_dir():
        raise ConfigurationError(text("{folder} is no folder. Set DATA_DIR to one.", folder=str(folder)))


def private_file(path: Path) -> None:
    """Makes an empty file only we may read, in a folder of the same kind; what is there stays as it is.

    A file that is there is not even opened: closing it again would let go of SQLite's locks on it in this process, and
    another process that then closes the database would take its journal away from under us.
    """
    private(path.parent)
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise ConfigurationError(_unusable(path, error)) from error


def _unusable(path: Path, error: OSError) -> Text:
    return text("{path} cannot be used ({why}). Set DATA_DIR to another folder.", path=str(path), why=error.strerror)
