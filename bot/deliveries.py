"""The rows of deliveries to programs' addresses, as their owners see them: looked at, repeated, resumed."""

from billing import Connection, Row

DOOR = "callback_api"

_LISTED = (
    "SELECT delivery.job, delivery.state, attempts, status, delivery.error, next_at, delivery.target,"
    " telegram_id FROM delivery JOIN job ON job.id = delivery.job JOIN customer ON customer.id = job.customer"
    " WHERE delivery.door = :door AND (:customer IS NULL OR job.customer = :customer)"
    " ORDER BY delivery.job DESC LIMIT :most"
)
UNFINISHED = (
    "SELECT delivery.job, delivery.door, delivery.state, attempts, status, delivery.error, next_at,"
    " delivery.target, telegram_id FROM delivery JOIN job ON job.id = delivery.job"
    " JOIN customer ON customer.id = job.customer WHERE delivery.job IN ("
    "   SELECT job FROM delivery WHERE state = 'pending'"
    "   UNION ALL SELECT job FROM delivery WHERE state = 'dead'"
    ") ORDER BY delivery.job DESC LIMIT :most"
)
"""Those that wait or have been given up, of all doors."""
_PAUSED = (
    "SELECT target, paused_until, (SELECT max(delivery.job) FROM delivery JOIN job ON job.id = delivery.job"
    "   WHERE delivery.target = endpoint.target AND job.customer = endpoint.customer) AS job"
    " FROM endpoint WHERE (:customer IS NULL OR customer = :customer) AND paused_until > :now"
    " ORDER BY paused_until DESC LIMIT :most"
)
_MINE = (
    "SELECT job.customer, delivery.target FROM delivery JOIN job ON job.id = delivery.job"
    " WHERE delivery.job = :job AND delivery.door = :door AND (:customer IS NULL OR job.customer = :customer)"
)


def listed(conn: Connection, customer: int | None, most: int = 10) -> list[Row]:
    """The last ones; of all customers where `customer` is None."""
    return conn.all(_LISTED, door=DOOR, customer=customer, most=most)


def paused(conn: Connection, customer: int | None, now: int, most: int = 10) -> list[Row]:
    """The addresses that are left alone for a time, each with a job that was to go there."""
    return conn.all(_PAUSED, customer=customer, now=now, most=most)


def repeat(conn: Connection, job: int, customer: int | None, now: int) -> bool:
    """One more try, now, though its address is paused; False where it is on its way or not theirs."""
    mine = conn.one(_MINE, job=job, door=DOOR, customer=customer)
    if mine is None:
        return False
    _unpause(conn, mine)
    return bool(
        conn.run(
            "UPDATE delivery SET state = 'pending', next_at = :now, ended_at = NULL"
            " WHERE job = :job AND state <> 'sending'",
            job=job,
            now=now,
        )  # fmt: skip
    )


def resume(conn: Connection, job: int, customer: int | None, now: int) -> bool:
    """Send what waits for this job's address now; False where it is not theirs."""
    mine = conn.one(_MINE, job=job, door=DOOR, customer=customer)
    if mine is None:
        return False
    _unpause(conn, mine)
    conn.run(
        "UPDATE delivery SET next_at = :now WHERE state = 'pending' AND target = :target AND next_at > :now"
        " AND job IN (SELECT id FROM job WHERE customer = :customer)",
        now=now, target=mine.target, customer=mine.customer,
    )  # fmt: skip
    return True


def _unpause(conn: Connection, mine: Row) -> None:
    conn.run(
        "UPDATE endpoint SET paused_until = NULL, failed = 0 WHERE customer = :customer AND target = :target",
        customer=mine.customer, target=mine.target,
    )  # fmt: skip
