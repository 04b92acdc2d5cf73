"""The desk's own key: from the settings, or made once and kept in a file only we can read."""

import os
import secrets
from pathlib import Path

from core.folder import private


def secret_key(configured: str, folder: Path) -> str:
    """The key everything is signed with; made and kept on the first start."""
    if configured:
        return configured
    path = folder / "secret.key"
    if path.exists():
        return path.read_text().strip()
    private(folder)
    made = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(made + "\n")
    return made
