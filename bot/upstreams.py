"""The pool's rows: servers and their credentials, encrypted at rest, masked wherever they are shown."""

import json
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from billing import Connection, Row
from bot.clock import now
from bot.credential_lines import NewCredential, Secret
from bot.providers.pool.credential import SETTINGS, Credential
from bot.providers.pool.pool import State
from bot.sealed import Seal, WrongKey
from bot.storage import Storage

PURPOSE = b"credentials"


class Loaded(NamedTuple):
    credentials: list[Credential]
    """The enabled ones, and those that were refused."""
    refused: set[int]


class Upstreams:
    """What an operator does with them: the same from a chat and from the command line."""

    def __init__(self, storage: Storage, encryption_key: bytes) -> None:
        self.changed: Callable[[int | None], Awaitable[None]] = _nobody
        """Called after each change, with the credential that was enabled: the running pool takes it up."""
        self.live: Callable[[], list[State]] = list
        """How each of them does, where a pool runs."""
        self.test: Callable[[int], Awaitable[str | None]] = _untested
        """Ask one for its models, which costs nothing: what is wrong with it, or None."""
        self._storage = storage
        self._seal = Seal(encryption_key, PURPOSE)
        self._of_settings = Secret()

    async def take_settings(self, base_url: str, key: str, proxy: str) -> None:
        """OPENAI_API_KEY is the pool's first credential. Another one than last time begins anew."""
        self._of_settings = Secret(key, proxy)
        new = NewCredential(self._of_settings)
        await self._storage.write(_take_settings, base_url, self._digest(base_url, new), new.shown, now())

    async def add(self, name: str, base_url: str, new: list[NewCredential]) -> int:
        """Add what is not there yet; how many. Raises ValueError where the name means another server."""
        base_url = checked_url(base_url)
        if not name.isprintable() or not 1 <= len(name) <= 40 or name == SETTINGS:
            raise ValueError("a name of 1 to 40 characters is needed, other than settings")
        rows = [
            (self._digest(base_url, one), self._seal.seal(one.secret.stored()), one.shown, one) for one in new
        ]

        def add(conn: Connection) -> int:
            upstream = _upstream(conn, name, base_url, now())
            return sum(
                conn.run(
                    "INSERT INTO credential (upstream, digest, secret, shown, weight, models, created_at)"
                    " VALUES (:upstream, :digest, :secret, :shown, :weight, :models, :now)"
                    " ON CONFLICT DO NOTHING",
                    upstream=upstream, digest=digest, secret=secret, shown=shown, weight=one.weight,
                    models=one.models, now=now(),
                )
                for digest, secret, shown, one in rows
            )  # fmt: skip

        added = await self._storage.write(add)
        await self.changed(None)
        return added

    async def listed(self) -> list[Row]:
        return await self._storage.fetch(_LISTED)

    async def set_state(self, credential: int, state: str) -> bool:
        """`enabled`, `disabled` (by an admin) or `refused` (by the upstream). False: there is none."""
        done = await self._storage.write(_set_state, credential, state)
        await self.changed(credential if state == "enabled" else None)
        return done

    async def remove(self, credential: int) -> bool:
        """Forget its secret for good; that of the settings can only be disabled."""
        done = await self._storage.write(_remove, credential)
        await self.changed(None)
        return done

    async def clear(self) -> int:
        """Forget the secrets of all but that of the settings; how many."""
        cleared = await self._storage.write(_clear)
        await self.changed(None)
        return cleared

    async def note(self, credential: int, error: str | None) -> None:
        """The last thing that went wrong with it; None: it is well."""
        await self._storage.write(_note, credential, error, now())

    async def keep_refresh_token(self, credential: int, refresh_token: str) -> None:
        """The server has given another, and may not take the old one any more."""

        def keep(conn: Connection) -> None:
            row = conn.one("SELECT secret FROM credential WHERE id = :id", id=credential)
            if row is None or row.secret is None:
                return
            secret = self._open(row.secret)
            secret.grant["refresh_token"] = refresh_token
            sealed = self._seal.seal(secret.stored())
            conn.run("UPDATE credential SET secret = :secret WHERE id = :id", secret=sealed, id=credential)

        await self._storage.write(keep)

    async def load(self) -> Loaded:
        """What the pool may use."""
        credentials, refused = [], set()
        for row in await self._storage.fetch(f"{_LOAD} WHERE state <> 'disabled' ORDER BY credential.id"):
            try:
                credentials.append(self._opened(row))
            except WrongKey as error:
                await self.note(row.id, str(error))
                continue
            if row.state == "refused":
                refused.add(row.id)
        return Loaded(credentials, refused)

    async def credential(self, credential: int) -> Credential | None:
        """One, whatever its state; None: there is none. Raises WrongKey."""
        row = await self._storage.fetch_one(f"{_LOAD} WHERE credential.id = :id", id=credential)
        return row and self._opened(row)

    def _opened(self, row: Row) -> Credential:
        secret = self._open(row.secret)
        return secret.credential(row.id, row.name, row.base_url, row.weight, row.models)

    def _open(self, sealed: bytes | None) -> Secret:
        if sealed is None:
            return self._of_settings
        return Secret(**json.loads(self._seal.open(sealed)))

    def _digest(self, base_url: str, new: NewCredential) -> bytes:
        return self._seal.digest(base_url + "\n" + new.secret.stored())


_LISTED = (
    "SELECT credential.id, upstream.name, base_url, shown, weight, models, state, error, error_at"
    " FROM credential JOIN upstream ON upstream.id = credential.upstream ORDER BY credential.id LIMIT 1000"
)
_LOAD = (
    "SELECT credential.id, name, base_url, secret, weight, models, state"
    " FROM credential JOIN upstream ON upstream.id = credential.upstream"
)


async def _nobody(enabled: int | None) -> None:
    """No pool runs."""


async def _untested(credential: int) -> str | None:
    return "no pool runs"


def checked_url(base_url: str) -> str:
    """Without a slash at its end. Raises ValueError."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("the address looks like https://api.openai.com/v1")
    if parts.username or parts.password:
        raise ValueError("an address holds no secrets: give them on standard input")
    return base_url.rstrip("/")


def _upstream(conn: Connection, name: str, base_url: str, now: int) -> int:
    conn.run(
        "INSERT INTO upstream (name, base_url, created_at) VALUES (:name, :base_url, :now)"
        " ON CONFLICT DO NOTHING",
        name=name, base_url=base_url, now=now,
    )  # fmt: skip
    known = conn.only("SELECT id, base_url FROM upstream WHERE name = :name", name=name)
    if known.base_url != base_url:
        raise ValueError(f"{name} is {known.base_url}; take another name, or remove its credentials first")
    return int(known.id)


def _take_settings(conn: Connection, base_url: str, digest: bytes, shown: str, now: int) -> None:
    conn.run("UPDATE upstream SET base_url = :url WHERE name = :name", url=base_url, name=SETTINGS)
    upstream = _upstream(conn, SETTINGS, base_url, now)
    known = conn.one("SELECT id, digest FROM credential WHERE upstream = :upstream", upstream=upstream)
    if known is None:
        conn.run(
            "INSERT INTO credential (upstream, digest, shown, created_at)"
            " VALUES (:upstream, :digest, :shown, :now)",
            upstream=upstream, digest=digest, shown=shown, now=now,
        )  # fmt: skip
    elif known.digest != digest:
        conn.run(
            "UPDATE credential SET digest = :digest, shown = :shown, state = 'enabled', error = NULL,"
            " error_at = NULL WHERE id = :id",
            digest=digest, shown=shown, id=known.id,
        )  # fmt: skip


def _set_state(conn: Connection, credential: int, state: str) -> bool:
    return bool(conn.run("UPDATE credential SET state = :state WHERE id = :id", state=state, id=credential))


def _remove(conn: Connection, credential: int) -> bool:
    row = conn.one("SELECT upstream, secret FROM credential WHERE id = :id", id=credential)
    if row is None or row.secret is None:
        return False
    conn.run("DELETE FROM credential WHERE id = :id", id=credential)
    conn.run(
        "DELETE FROM upstream WHERE id = :id AND id NOT IN (SELECT upstream FROM credential)", id=row.upstream
    )
    return True


def _clear(conn: Connection) -> int:
    cleared = conn.run("DELETE FROM credential WHERE secret IS NOT NULL")
    conn.run("DELETE FROM upstream WHERE id NOT IN (SELECT upstream FROM credential)")
    return cleared


def _note(conn: Connection, credential: int, error: str | None, now: int) -> None:
    conn.run(
        "UPDATE credential SET error = :error, error_at = :at WHERE id = :id",
        error=error, at=now if error else None, id=credential,
    )  # fmt: skip
