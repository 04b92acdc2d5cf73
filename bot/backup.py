"""Saves the embedded desk into one file while it runs, and brings it back."""

import errno
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from bot.runlock import only_one
from bot.settings import Settings
from core.errors import ConfigurationError, TemporaryError, UserError
from core.show import text
from core.store import file_of

_DATABASE = "deskbell.db"
_FILES = "files"
_KEY = "secret.key"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What passes when somebody makes room."""


def save(settings: Settings, target: Path) -> int:
    """Writes database, files and key into one archive; returns its size in bytes. The desk may run meanwhile."""
    _must_be_embedded(settings)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            os.replace(_packed(settings, Path(folder)), target)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _no_room(target, error.strerror or str(error)) from error
    except sqlite3.OperationalError as error:
        raise _no_room(target, str(error)) from error
    return target.stat().st_size


def _no_room(target: Path, why: str) -> TemporaryError:
    return TemporaryError(text("Nothing was saved to {path}: {why}", path=str(target), why=why))


def _packed(settings: Settings, folder: Path) -> Path:
    copy, made = folder / _DATABASE, folder / "backup"
    _copy_database(_database(settings), copy)
    with tarfile.open(made, "w:gz") as archive:
        archive.add(copy, _DATABASE)
        for name in (_FILES, _KEY):
            if (settings.data_dir / name).exists():
                archive.add(settings.data_dir / name, name)
    made.chmod(0o600)
    return made


def _database(settings: Settings) -> Path:
    return Path(file_of(settings.url))


def _copy_database(source: Path, target: Path) -> None:
    """SQLite copies a consistent state beside whoever writes; files of its messages are written before their rows."""
    if not source.exists():
        raise UserError(text("There is no database at {path} yet.", path=str(source)))
    origin, copy = sqlite3.connect(source), sqlite3.connect(target)
    try:
        origin.backup(copy)
    finally:
        origin.close()
        copy.close()


def bring_back(settings: Settings, source: Path, *, replace: bool) -> None:
    """Unpacks an archive into the data folder; what is there is only replaced when that was asked for."""
    _must_be_embedded(settings)
    database = _database(settings)
    with only_one(settings.data_dir, "restore"):
        if database.exists() and not replace:
            raise UserError(text("There is a desk in {path}. Replace it with: --replace", path=str(settings.data_dir)))
        with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
            _unpack(source, Path(folder))
            for ending in ("-wal", "-shm"):
                database.with_name(database.name + ending).unlink(missing_ok=True)
            (Path(folder) / _DATABASE).chmod(0o600)
            os.replace(Path(folder) / _DATABASE, database)
            _put_files(Path(folder), settings.data_dir)


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UserError(text("{path} is no backup of Deskbell.", path=str(source))) from error
    if not (folder / _DATABASE).exists():
        raise UserError(text("{path} is no backup of Deskbell.", path=str(source)))


def _put_files(folder: Path, data: Path) -> None:
    """Files lie under their hash: putting one there twice changes nothing."""
    for file in (folder / _FILES).rglob("*") if (folder / _FILES).exists() else ():
        if file.is_file():
            target = data / _FILES / file.relative_to(folder / _FILES)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
    if (folder / _KEY).exists():
        os.replace(folder / _KEY, data / _KEY)


def _must_be_embedded(settings: Settings) -> None:
    if not settings.is_embedded:
        raise ConfigurationError(text("PostgreSQL is saved with pg_dump; copy the folder {folder} beside it.",
                                      folder=str(settings.data_dir)))  # fmt: skip
