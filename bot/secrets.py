"""Secrets that the operator does not give are made once, and kept under DATA_DIR for the owner alone."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def kept_secret(folder: Path, name: str, given: str = "") -> str:
    """The given secret, or the one kept in `folder/name`, made if there is none."""
    if given:
        return given
    path = folder / name
    if not path.exists():
        _make(path)
    secret = path.read_text("ascii").strip()
    if not secret:
        raise ValueError(f"{path} is empty. Put the secret back, or remove the file to have a new one made")
    return secret


def _make(path: Path) -> None:
    """Written whole and durably before it has its name: half a secret would be kept for ever."""
    descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(32) + "\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):  # another process has just made it: theirs is the one
            path.hardlink_to(part)
    finally:
        os.unlink(part)
