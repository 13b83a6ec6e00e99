"""Secrets that the operator does not give are made once, and kept under DATA_DIR for the owner alone."""

import os
import secrets
from pathlib import Path


def kept_secret(folder: Path, name: str, given: str = "") -> str:
    """The given secret, or the one kept in `folder/name`, made if there is none."""
    if given:
        return given
    path = folder / name
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(file, "w") as out:
        secret = secrets.token_urlsafe(32)
        out.write(secret + "\n")
        out.flush()
        os.fsync(out.fileno())
    return secret
