"""The desk's own key: from the settings, or made once and kept in a file only we can read."""

import os
import secrets
from pathlib import Path

from core.errors import ConfigurationError
from core.show import text

_SHORTEST = 32


def secret_key(configured: str, folder: Path) -> str:
    """The key everything is signed with; made and kept on the first start."""
    if configured:
        if len(configured) < _SHORTEST:
            raise ConfigurationError(text("SECRET_KEY needs at least {count} characters.", count=_SHORTEST))
        return configured
    path = folder / "secret.key"
    if path.exists():
        return path.read_text().strip()
    folder.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(made + "\n")
    return made
