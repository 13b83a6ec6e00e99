"""Who is in the console: a link from the bot brings an admin in once; the session ends by itself.

asked for in the chat ──▶ link (minutes, once) ──▶ session (hours) ──▶ left, ended everywhere, or run out

Of both secrets only a digest is kept: they are random enough that nobody can try them.
"""

import hashlib
import secrets
from typing import NamedTuple

from billing import Connection
from bot.clock import HOUR, MINUTE

LINK_FOR = 5 * MINUTE
SESSION_FOR = 12 * HOUR
SESSIONS_MOST = 20
"""Of one admin; the oldest ends first."""

FIND = "SELECT admin, created_at, told FROM console_session WHERE digest = :digest AND expires_at > :now"


class Entered(NamedTuple):
    admin: int
    secret: str
    """The session's, for the cookie."""


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def make_link(conn: Connection, admin: int, now: int) -> str:
    """The secret of a new link; the one before ends."""
    secret = secrets.token_urlsafe(32)
    conn.run(
        "INSERT INTO console_link (digest, admin, expires_at) VALUES (:digest, :admin, :until)"
        " ON CONFLICT (admin) DO UPDATE SET digest = :digest, expires_at = :until",
        digest=digest(secret), admin=admin, until=now + LINK_FOR,
    )  # fmt: skip
    return secret


def enter(conn: Connection, secret: str, now: int) -> Entered | None:
    """Begin a session by a link, which ends with that; None where it is none, has been used or is too old."""
    link = conn.one(
        "DELETE FROM console_link WHERE digest = :digest RETURNING admin, expires_at", digest=digest(secret)
    )
    if link is None or link.expires_at <= now:
        return None
    session = secrets.token_urlsafe(32)
    conn.run("DELETE FROM console_session WHERE expires_at <= :now", now=now)
    conn.run(
        "DELETE FROM console_session WHERE admin = :admin AND digest NOT IN (SELECT digest FROM"
        " console_session WHERE admin = :admin ORDER BY created_at DESC LIMIT :most)",
        admin=link.admin, most=SESSIONS_MOST - 1,
    )  # fmt: skip
    conn.run(
        "INSERT INTO console_session (digest, admin, created_at, expires_at)"
        " VALUES (:digest, :admin, :now, :until)",
        digest=digest(session), admin=link.admin, now=now, until=now + SESSION_FOR,
    )  # fmt: skip
    return Entered(link.admin, session)


def leave(conn: Connection, session: bytes) -> None:
    conn.run("DELETE FROM console_session WHERE digest = :digest", digest=session)


def leave_everywhere(conn: Connection, admin: int) -> int:
    """End all sessions of an admin, and the link that is still good; how many sessions."""
    conn.run("DELETE FROM console_link WHERE admin = :admin", admin=admin)
    return conn.run("DELETE FROM console_session WHERE admin = :admin", admin=admin)


def tell(conn: Connection, session: bytes, text: str) -> None:
    """Keep a sentence for the next page; "": it has been said."""
    conn.run("UPDATE console_session SET told = :text WHERE digest = :digest", text=text, digest=session)
