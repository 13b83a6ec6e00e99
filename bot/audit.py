"""The audit: every invariant of the books, the jobs, the deliveries and the inbox.

Run at start, every minute, and after every test; what it finds must never be there.
"""

from typing import NamedTuple

from billing.audit import INVARIANTS as MONEY
from bot.storage import Storage

INVARIANTS = MONEY | {
    "I7 a job waits on an open hold, and ends with it": """
        SELECT hold.key, job.state, hold.state AS hold FROM hold
        LEFT JOIN job ON job.id = CAST(substr(hold.key, 5) AS INTEGER) AND hold.key = 'job:' || job.id
        WHERE substr(hold.key, 1, 4) = 'job:' AND (job.id IS NULL
            OR hold.amount <> job.price OR hold.captured <> job.charged
            OR (job.state IN ('queued', 'running')) <> (hold.state = 'open')
            OR (job.state = 'answered') <> (hold.state = 'captured')
            OR hold.account NOT IN ('customer:' || job.customer, 'code:' || coalesce(job.code, 0)))
        UNION ALL SELECT 'job:' || id, state, NULL FROM job WHERE id NOT IN
            (SELECT CAST(substr(key, 5) AS INTEGER) FROM hold WHERE substr(key, 1, 4) = 'job:')""",
    "I43 a code's day has what its jobs and relays were charged and hold": """
        WITH used AS (SELECT code, created_at / 86400000 AS day, count(*) AS jobs,
            sum(CASE WHEN ended_at IS NULL THEN price ELSE charged END) AS committed
            FROM (SELECT code, created_at, ended_at, price, charged FROM job WHERE code IS NOT NULL
                UNION ALL SELECT code, started_at, ended_at, held, charged FROM relay) AS asked
            GROUP BY code, created_at / 86400000)
        SELECT * FROM (SELECT code, day, jobs, committed FROM code_day EXCEPT SELECT * FROM used) AS more
        UNION ALL SELECT * FROM
            (SELECT * FROM used EXCEPT SELECT code, day, jobs, committed FROM code_day) AS less""",
    "I13 a final job has one delivery, another has none": """
        SELECT job.id FROM job LEFT JOIN delivery ON delivery.job = job.id
        WHERE (job.delivers = 1 AND job.state NOT IN ('queued', 'running')) <> (delivery.job IS NOT NULL)""",
    "I14 a running job has its intent, an answered one its one good call, others neither": """
        SELECT job FROM call WHERE state = 'ok' GROUP BY job HAVING count(*) > 1
        UNION ALL SELECT call.job FROM call JOIN job ON job.id = call.job
            WHERE (call.state = 'intent' AND (job.state <> 'running' OR job.attempt <> call.attempt))
            OR (call.state = 'ok' AND (job.state <> 'answered' OR job.attempt <> call.attempt))
        UNION ALL SELECT job.id FROM job
            LEFT JOIN call ON call.job = job.id AND call.attempt = job.attempt
            WHERE (job.state = 'running' AND coalesce(call.state, '') <> 'intent')
            OR (job.state = 'answered' AND coalesce(call.state, '') <> 'ok')""",
    "I16 a processed update says when": """
        SELECT id FROM update_received WHERE (state = 'received') <> (processed_at IS NULL)""",
    "I17 one job at a time in a lane": """
        SELECT lane FROM job WHERE state = 'running' AND lane IS NOT NULL
        GROUP BY lane HAVING count(*) > 1""",
    "I40 a relayed request has its hold, which ends as it does": """
        SELECT relay.id, relay.state, hold.state AS hold FROM relay
        LEFT JOIN hold ON hold.key = 'relay:' || relay.id
        WHERE hold.key IS NULL OR hold.amount <> relay.held OR hold.captured <> relay.charged
            OR hold.account <> relay.account OR (relay.state = 'running') <> (hold.state = 'open')
        UNION ALL SELECT 0, key, state FROM hold
            WHERE substr(key, 1, 6) = 'relay:'
            AND CAST(substr(key, 7) AS INTEGER) NOT IN (SELECT id FROM relay)""",
    "I19 a file has the answer of its job or relay": """
        SELECT file.name FROM file JOIN job ON job.id = file.job WHERE job.state <> 'answered'
        UNION ALL SELECT file.name FROM file JOIN relay ON relay.id = file.relay
            WHERE relay.state NOT IN ('answered', 'left')""",
}

STALE_NAME = "I18 no running job belongs to another run of the program, once `recover` is through"
STALE = "SELECT id FROM job WHERE state = 'running' AND (boot IS NULL OR boot <> :boot) LIMIT 3"


class Violation(NamedTuple):
    invariant: str
    rows: list[tuple[object, ...]]


async def audit(storage: Storage, boot: str | None = None) -> list[Violation]:
    """What is wrong with the books: nothing. At most three rows of each invariant."""
    found = []
    for name, sql in INVARIANTS.items():
        if rows := await storage.fetch(f"{sql} LIMIT 3"):
            found.append(Violation(name, [tuple(row) for row in rows]))
    if boot is not None and (rows := await storage.fetch(STALE, boot=boot)):
        found.append(Violation(STALE_NAME, [tuple(row) for row in rows]))
    return found
