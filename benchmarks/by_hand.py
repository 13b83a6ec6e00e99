"""The statements of a job's three transactions as one would write them by hand in plain sqlite3.

They are those of bot/queue.py and billing/ledger.py, in their order: change them together.
"""

import json
import sqlite3
from typing import Any

from bot.providers import Answer

Job = tuple[Any, ...]


class ByHand:
    def __init__(self, sqlite: sqlite3.Connection, request: str, answer: Answer) -> None:
        self._execute = sqlite.execute
        self._encode = json.JSONEncoder(ensure_ascii=False).encode
        self._request = request
        self._answer = answer

    def submit(self, key: str, customer: int, price: int, now: int) -> None:
        """The job and its hold."""
        execute, scope = self._execute, f"chat:{customer}"
        if execute(f"SELECT {COLUMNS} FROM job WHERE key = ?", (key,)).fetchone():
            return
        banned_at, queued = execute(
            "SELECT banned_at, (SELECT count(*) FROM job WHERE state = 'queued' AND kind = ?) AS queued"
            " FROM customer WHERE id = ?",
            ("text", customer),
        ).fetchone()
        assert banned_at is None
        assert queued < 1_000
        execute(
            "SELECT kind, count(*) FROM job WHERE scope = ? AND ended_at IS NULL GROUP BY kind", (scope,)
        ).fetchall()
        job = execute(
            "INSERT INTO job (key, customer, door, scope, lane, kind, request, place, delivers, price,"
            f" created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {COLUMNS}",
            (key, customer, "bench", scope, None, "text", self._request, "{}", 1, price, now),
        ).fetchone()
        hold, account = f"job:{job[0]}", f"customer:{customer}"
        assert not execute("SELECT account, amount FROM hold WHERE key = ?", (hold,)).fetchone()
        assert execute(
            "UPDATE account SET held = held + ? WHERE id = ? AND posted - held >= ?", (price, account, price)
        ).rowcount
        execute(
            "INSERT INTO hold (key, account, amount, created_at) VALUES (?, ?, ?, ?)",
            (hold, account, price, now),
        )

    def claim(self, per_customer: int, now: int) -> Job:
        """The oldest job, with the intent to call."""
        execute = self._execute
        oldest = execute(NEXT, ("text", per_customer)).fetchone()[0]
        job: Job = execute(
            "UPDATE job SET state = 'running', attempt = attempt + 1, boot = ?, started_at = ?"
            f" WHERE id = ? AND state = 'queued' RETURNING {COLUMNS}",
            ("boot", now, oldest),
        ).fetchone()
        execute(
            "INSERT INTO call (job, attempt, price, started_at) VALUES (?, ?, ?, ?)",
            (oldest, job[9], job[7], now),
        )
        return job

    def settle(self, claimed: Job, now: int) -> None:
        """Its answer, its capture, and its delivery, which is due."""
        execute = self._execute
        job, _, _, _, _, _, _, price, _, attempt, _ = claimed
        stored = self._encode({"text": self._answer.text, "stopped": self._answer.stopped})
        door, delivers = execute(
            "UPDATE job SET state = ?, charged = ?, answer = ?, error = ?, ended_at = ?"
            " WHERE id = ? AND state = 'running' AND attempt = ? RETURNING door, delivers",
            ("answered", price, stored, None, now, job, attempt),
        ).fetchone()
        self._capture(f"job:{job}", price, now)
        if delivers:
            execute(
                "INSERT INTO delivery (job, door, next_at, created_at) VALUES (?, ?, ?, ?)",
                (job, door, now, now),
            )
        assert self._answer.usage
        execute(
            "UPDATE call SET state = ?, engine = ?, prompt_tokens = ?, completion_tokens = ?, ended_at = ?"
            " WHERE job = ? AND attempt = ? AND state IN ('intent', 'unknown')",
            ("ok", self._answer.engine, *self._answer.usage, now, job, attempt),
        )

    def _capture(self, hold: str, price: int, now: int) -> None:
        execute = self._execute
        account, held = execute(
            "UPDATE hold SET state = 'captured', captured = ? WHERE key = ? AND state = 'open'"
            " AND amount >= ? RETURNING account, amount",
            (price, hold, price),
        ).fetchone()
        execute(
            "UPDATE account SET held = held - ?, posted = posted - ? WHERE id = ?", (held, price, account)
        )
        execute("UPDATE account SET posted = posted + ? WHERE id = ?", (price, "sales"))
        execute(
            "INSERT INTO transfer (key, kind, source, destination, amount, reason, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (f"capture:{hold}", "capture", account, "sales", price, None, now),
        )


COLUMNS = "id, key, customer, door, kind, request, place, price, state, attempt, lane"

NEXT = (
    "SELECT id, customer, code FROM job AS next WHERE state = 'queued' AND kind = ?1"
    " AND (code IS NOT NULL OR customer NOT IN (SELECT customer FROM job"
    "   WHERE state = 'running' AND kind = ?1 AND code IS NULL"
    "   GROUP BY customer HAVING count(*) >= ?2))"
    " AND (code IS NULL OR code NOT IN (SELECT code FROM job"
    "   WHERE state = 'running' AND kind = ?1 AND code IS NOT NULL"
    "   GROUP BY code HAVING count(*) >= 30))"
    " AND NOT EXISTS (SELECT 1 FROM job AS earlier WHERE earlier.lane = next.lane"
    "   AND earlier.ended_at IS NULL AND earlier.id < next.id)"
    " ORDER BY id LIMIT 1"
)
