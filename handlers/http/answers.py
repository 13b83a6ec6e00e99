"""The answer to a job as programs get it, by callback and by asking: the same object."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from billing import Row
from billing.ledger import MILLI
from handlers.http.codes import said_of
from handlers.http.contract import IMAGE, VOICE
from handlers.http.site import Site

COLUMNS = "job.id, job.kind, job.state, job.answer, job.error, job.charged, job.code"
FILES = "SELECT name, media FROM file WHERE job = :job AND expires_at > :now ORDER BY position"


def answer_of(row: Row, files: Iterable[Row], site: Site) -> dict[str, Any]:
    """`status` is 1 or 0 and never false: the common client drops such an answer in silence."""
    code, detail = said_of(row.state, row.error)
    stored = json.loads(row.answer) if row.answer else {}
    return {
        "id": row.id,
        "status": int(row.state == "answered"),
        "code": code,
        "detail": detail,
        "text": stored.get("text", "") if row.kind != "image" else "",
        "files": _addresses(files, site) or [],
        "token": -(-row.charged // MILLI),
    }


def _addresses(files: Iterable[Row], site: Site) -> dict[str, list[str]]:
    addresses: dict[str, list[str]] = {}
    for file in files:
        kind = IMAGE if file.media.startswith("image/") else VOICE
        addresses.setdefault(kind, []).append(site.file(file.name))
    return addresses
