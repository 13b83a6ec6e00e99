"""An audit that cannot fail is worthless: each invariant is broken, and must be the one that is found."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from billing import codes
from billing.debt import repay
from billing.free import gifts
from billing.ledger import balance, capture, hold, open_account, refund, void
from billing.payments import receipts, reconciliation, vouchers
from billing.payments.receipts import Receipt
from billing.payments.reconciliation import StarTransaction
from billing.payments.refunds import refunded, request_refund, returned
from billing.payments.stars import Pack, credit, open_invoice
from billing.payments.vouchers import Voucher
from billing.set_aside import set_aside, take_back
from bot import queue
from bot.audit import INVARIANTS, STALE_NAME, audit
from bot.files import StoredFile
from bot.providers import Answer
from bot.queue import NewJob, Outcome
from bot.storage import Connection, open_storage, prepare
from tests.core.books import ADA, BEN, NOW, person, tokens
from tests.core.engine import PICTURES, QUESTION


def fill(conn: Connection) -> None:
    """Of everything one: jobs in each state, payments, refunds, updates."""
    ada, ben = person(conn, ADA, has=100), person(conn, BEN, has=100)
    for n in range(1, 9):  # 1 answered, 2 failed, 3 cancelled, 4 expired, 5 and 6 running, 7 and 8 queued
        new = NewJob(f"k{n}", ada, "test", "chat", PICTURES if n == 1 else QUESTION, "{}", f"lane {n % 7}")
        queue.submit(conn, new, tokens(2), 100, NOW)
    (pictures,) = queue.claim(conn, "image", 1, 9, "boot", NOW)
    files = [StoredFile("a.png", "image/png", 4, None), StoredFile("b.png", "image/png", 4, None)]
    queue.settle(conn, pictures, Outcome("answered", tokens(1), Answer(), files), NOW)
    failing, _ = queue.claim(conn, "text", 2, 9, "gone", NOW)
    queue.settle(conn, failing, Outcome("failed", error="error-internal"), NOW)
    queue.recover(conn, "boot", NOW)
    queue.cancel(conn, 3, ada, NOW)
    conn.run("UPDATE job SET created_at = 1 WHERE id = 4")
    queue.expire(conn, NOW, NOW)
    queue.claim(conn, "text", 2, 9, "boot", NOW)

    account = open_account(conn, ben)
    for key in ("taken", "given back", "refunded", "open"):
        hold(conn, key, account, tokens(3), NOW)
    capture(conn, "taken", tokens(2), NOW)
    void(conn, "given back")
    capture(conn, "refunded", tokens(3), NOW)
    refund(conn, "refunded", NOW, "sorry")

    for charge in ("kept", "back", "lost", "listed"):
        payload = open_invoice(conn, b"s", ben, Pack("100", tokens(100), 50), NOW)
        credit(conn, b"s", payload, charge, ben, 50, NOW)
    open_invoice(conn, b"s", ben, Pack("100", tokens(100), 50), NOW)
    request_refund(conn, "back", NOW)
    refunded(conn, "back")
    hold(conn, "in use", account, balance(conn, account).available - 5, NOW)
    returned(conn, "lost", NOW)
    void(conn, "in use")
    repay(conn, ben, "test", NOW)
    for number in (1, 2, 3):
        gifts.ask(conn, f"gift {number}", ada, ben, tokens(1), tokens(10), NOW)
    gifts.give(conn, 1, ada, tokens(10), NOW)
    gifts.give(conn, 2, ada, tokens(10), NOW)
    gifts.take_back(conn, 2, ada, NOW)
    code = vouchers.make(conn, b"s", "voucher", Voucher(tokens(1), 2, None), 1, NOW)
    for customer in (ada, ben):
        vouchers.redeem(conn, b"s", str(code), customer, NOW)
    codes.issue(conn, b"s", ben, "phone", NOW)
    set_aside(conn, "one", 1, ben, tokens(5), NOW)
    queue.submit(conn, NewJob("k9", ben, "test", "code:1", QUESTION, "{}", code=1), tokens(2), 100, NOW)
    set_aside(conn, "two", 1, ben, tokens(1), NOW)
    take_back(conn, 1, ben, NOW)
    for number in (1, 2):
        order = receipts.open_order(conn, b"s", ada, Pack("1", tokens(9), 5, prices={"IRT": 7}), "IRT", NOW)
        receipts.submit(conn, ada, Receipt(order, f"123{number}", "file", b"%d" % number), NOW)
    receipts.decide(conn, 1, approve=True, admin=1, most=tokens(9), now=NOW)
    listed = StarTransaction("listed", "in", 50, 0, "invoice_payment", BEN, payload, NOW)
    reconciliation.note(conn, listed, "booked", NOW)
    for update, state in ((1, "received"), (2, "processed")):
        conn.run(
            "INSERT INTO update_received (bot, id, lane, body, state, received_at, processed_at)"
            " VALUES (1, :id, 'l', '{}', :state, 1, :at)", id=update, state=state,
            at=None if state == "received" else 2,
        )  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file of sound books."""
    path = tmp_path_factory.mktemp("sound") / "books.db"
    with closing(prepare(path)) as sqlite:
        sqlite.execute("BEGIN")
        fill(Connection(sqlite))
        sqlite.execute("COMMIT")
    return path.read_bytes()


@pytest.fixture
def path(sound: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "books.db"
    path.write_bytes(sound)
    return path


async def found_after(path: Path, *statements: str, boot: str | None = "boot") -> dict[str, int]:
    """Break the books behind the storage's back, past every guard; what the audit then finds."""
    async with open_storage(path) as storage:
        await asyncio.to_thread(break_books, path, statements)
        return {
            violation.invariant.split()[0]: len(violation.rows) for violation in await audit(storage, boot)
        }


def break_books(path: Path, statements: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA ignore_check_constraints = ON")
        for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            raw.execute(statement)


async def test_sound_books_are_found_sound(path: Path) -> None:
    assert await found_after(path) == {}


async def test_the_sound_books_have_one_of_everything(path: Path) -> None:
    async with open_storage(path) as storage:
        rows = await storage.fetch("SELECT state, group_concat(id) AS ids FROM job GROUP BY state")
        states = {row.state: row.ids for row in rows}
        calls = [row.state for row in await storage.fetch("SELECT DISTINCT state FROM call ORDER BY state")]

    assert states == {
        "answered": "1", "failed": "2", "cancelled": "3", "expired": "4", "running": "5,6", "queued": "7,8,9",
    }  # fmt: skip
    assert calls == ["error", "intent", "ok", "unknown"]


BREAKS = [
    # Money from nowhere shows in the sum and in the account that has it.
    ("I1 I4", "UPDATE account SET posted = posted + 1 WHERE id = 'sales'"),
    ("I4", "UPDATE account SET posted = posted + CASE id WHEN 'sales' THEN 5 ELSE -5 END"
           " WHERE id IN ('sales', 'world:grant')"),
    ("I2", "INSERT INTO transfer VALUES (99, 'x', 'gift', 'sales', 'sales', 1, NULL, 1)"),
    ("I2", "INSERT INTO transfer VALUES (99, 'x', 'gift', 'sales', 'world:grant', 0, NULL, 1)"),
    ("I3", "INSERT INTO transfer VALUES (99, 'x', 'gift', 'nobody', 'no one', 1, NULL, 1)"),
    ("I5", "UPDATE account SET held = held + 1 WHERE id = 'customer:1'"),
    ("I5", "UPDATE account SET held = held - 1 WHERE id = 'customer:2'"),
    ("I5", "UPDATE hold SET amount = 1 WHERE key = 'open'"),
    ("I5", "UPDATE hold SET state = 'voided' WHERE key = 'open'"),
    ("I6", "INSERT INTO hold VALUES ('huge', 'customer:2', 999999, 'open', 0, 1);"
           " UPDATE account SET held = held + 999999 WHERE id = 'customer:2'"),
    ("I5 I6", "UPDATE account SET held = -1 WHERE id = 'sales'"),
    ("I7", "UPDATE job SET price = price + 1 WHERE id = 7"),
    ("I7", "UPDATE job SET charged = 1 WHERE id = 1"),
    ("I7", "UPDATE job SET customer = 2 WHERE id = 7"),
    ("I7", "UPDATE job SET state = 'queued' WHERE id = 2; DELETE FROM delivery WHERE job = 2"),
    ("I7", "UPDATE job SET id = 70 WHERE id = 7"),
    ("I7", "INSERT INTO job (id, key, customer, door, scope, lane, kind, request, place, delivers,"
           " price, state, attempt, boot, charged, answer, error, created_at, started_at, ended_at)"
           " SELECT 99, 'new', customer, door, scope, 'l', kind, request, place, delivers,"
           " price, state, attempt, boot, charged, answer, error, created_at, started_at, ended_at"
           " FROM job WHERE id = 7"),
    ("I5 I7", "UPDATE hold SET state = 'voided' WHERE key = 'job:5'"),
    ("I7 I13 I14", "UPDATE job SET state = 'failed' WHERE id = 5"),
    ("I8", "UPDATE hold SET captured = captured - 1 WHERE key = 'taken'"),
    ("I8", "UPDATE hold SET state = 'voided', captured = 0 WHERE key = 'taken'"),
    ("I8", "UPDATE hold SET state = 'captured', captured = 1 WHERE key = 'given back'"),
    ("I8", "UPDATE hold SET amount = captured - 1 WHERE key = 'taken'"),
    ("I8", "UPDATE hold SET account = 'customer:1' WHERE key = 'taken'"),
    ("I8", "UPDATE transfer SET kind = 'gift' WHERE key = 'capture:taken'"),
    ("I8", "UPDATE transfer SET key = 'capture:nothing' WHERE key = 'capture:taken'"),
    ("I8", "UPDATE transfer SET key = 'Capture:taken' WHERE key = 'capture:taken'"),
    ("I8", "UPDATE transfer SET kind = 'capture' WHERE kind = 'grant'"),
    ("I9", "UPDATE payment SET amount = amount + 1 WHERE charge = 'kept'"),
    ("I9", "UPDATE payment SET price = price + 1 WHERE charge = 'kept'"),
    ("I9", "UPDATE payment SET customer = 1 WHERE charge = 'kept'"),
    ("I9", "UPDATE payment SET invoice = 3 WHERE charge = 'kept'"),
    ("I9", "UPDATE invoice SET amount = amount * 2 WHERE id = 1"),
    ("I9", "UPDATE invoice SET customer = 1 WHERE id = 1"),
    ("I9", "UPDATE invoice SET state = 'open' WHERE id = 1"),
    ("I9", "UPDATE invoice SET state = 'paid' WHERE id = 5"),
    ("I9", "DELETE FROM payment WHERE charge = 'kept'"),
    ("I9", "UPDATE transfer SET kind = 'stars' WHERE kind = 'grant'"),
    ("I9", "UPDATE transfer SET key = 'pay:stars:other' WHERE key = 'pay:stars:kept'"),
    ("I10", "UPDATE payment SET state = 'refunded' WHERE charge = 'kept'"),
    ("I10", "UPDATE payment SET state = 'credited' WHERE charge = 'back'"),
    ("I10", "UPDATE transfer SET key = 'refund:stars:other' WHERE key = 'refund:stars:back'"),
    ("I10", "UPDATE transfer SET kind = 'stars_refund' WHERE kind = 'grant'"),
    ("I10", "UPDATE transfer SET kind = 'refund' WHERE kind = 'grant'"),
    ("I10", "UPDATE transfer SET key = 'refund:taken' WHERE key = 'refund:refunded'"),
    ("I10", "UPDATE transfer SET key = 'refund:open' WHERE key = 'refund:refunded'"),
    ("I4 I6", "UPDATE account SET posted = posted + CASE id WHEN 'debt:2' THEN 5 ELSE -5 END"
           " WHERE id IN ('debt:2', 'world:grant')"),
    ("I9 I10", "UPDATE payment SET customer = 1 WHERE charge = 'lost'"),
    ("I4 I10", "UPDATE transfer SET destination = 'world:grant' WHERE key = 'rest:stars:lost'"),
    ("I4 I10", "UPDATE transfer SET source = 'sales' WHERE key = 'rest:stars:lost'"),
    ("I21", "UPDATE star_transaction SET id = 'of nobody'"),
    ("I21", "UPDATE star_transaction SET stars = stars + 1"),
    ("I21", "UPDATE star_transaction SET direction = 'out'"),
    ("I4 I22", "UPDATE transfer SET destination = 'world:grant' WHERE kind = 'repay'"),
    ("I4 I22", "UPDATE transfer SET source = 'customer:1' WHERE kind = 'repay'"),
    ("I23", "INSERT INTO refund_request SELECT 1, id, 'approved', 1, 1, 1"
           " FROM payment WHERE charge = 'kept'"),
    ("I24", "UPDATE gift SET state = 'returned' WHERE id = 1"),
    ("I24", "UPDATE gift SET amount = amount + 1 WHERE id = 2"),
    ("I24", "UPDATE gift SET state = 'asked', given_at = NULL WHERE id = 1"),
    ("I24", "UPDATE gift SET receiver = 9 WHERE id = 1"),
    ("I24", "UPDATE transfer SET kind = 'gift_given' WHERE kind = 'grant'"),
    ("I11", "UPDATE voucher SET used = used - 1"),
    ("I11", "UPDATE voucher SET most = 1"),
    ("I11", "UPDATE voucher SET amount = amount + 1"),
    ("I11", "UPDATE transfer SET key = 'voucher:9:9' WHERE key = 'voucher:1:1'"),
    ("I11", "UPDATE transfer SET kind = 'voucher' WHERE kind = 'grant'"),
    ("I11", "DELETE FROM redemption WHERE customer = 1"),
    ("I4 I11", "UPDATE transfer SET source = 'world:grant' WHERE key = 'voucher:1:1'"),
    ("I12", "UPDATE receipt SET state = 'rejected' WHERE id = 1"),
    ("I12", "UPDATE receipt SET state = 'approved', decided_by = 1, decided_at = 1 WHERE id = 2"),
    ("I12", f"UPDATE receipt SET decided_by = {ADA} WHERE id = 1"),
    ("I12", "UPDATE receipt SET invoice = 1 WHERE id = 1"),
    ("I12", "DELETE FROM receipt WHERE id = 1"),
    ("I4 I9", "UPDATE transfer SET source = 'world:stars' WHERE key = 'pay:card:receipt:1'"),
    ("I9", "UPDATE payment SET currency = 'USD' WHERE charge = 'receipt:1'"),
    ("I13", "DELETE FROM delivery WHERE job = 2"),
    ("I13", "INSERT INTO delivery (job, door, next_at, created_at) VALUES (7, 'test', 1, 1)"),
    ("I13", "UPDATE job SET delivers = 0 WHERE id = 2"),
    ("I14", "UPDATE call SET state = 'error' WHERE job = 1"),
    ("I14", "DELETE FROM call WHERE job = 5"),
    ("I14", "UPDATE call SET state = 'ok' WHERE job = 2"),
    ("I14", "UPDATE call SET state = 'intent' WHERE job = 2"),
    ("I14", "INSERT INTO call (job, attempt, state, price, started_at) VALUES (1, 2, 'ok', 1, 1)"),
    ("I14", "INSERT INTO call (job, attempt, price, started_at) VALUES (7, 1, 1, 1)"),
    ("I14", "INSERT INTO call (job, attempt, price, started_at) VALUES (5, 7, 1, 1)"),
    ("I16", "UPDATE update_received SET processed_at = NULL WHERE id = 2"),
    ("I16", "UPDATE update_received SET processed_at = 5 WHERE id = 1"),
    ("I17", "DROP INDEX job_lane; UPDATE job SET lane = 'one' WHERE id IN (5, 6)"),
    ("I18", "UPDATE job SET boot = 'gone' WHERE id = 5"),
    ("I18", "UPDATE job SET boot = NULL WHERE id = 5"),
    ("I19", "UPDATE file SET job = 2 WHERE name = 'a.png'"),
    ("I4 I41", "UPDATE transfer SET source = 'customer:1' WHERE kind = 'set_aside' AND amount = 5000"),
    ("I4 I41", "UPDATE transfer SET destination = 'customer:1' WHERE kind = 'set_back'"),
    ("I41", "UPDATE transfer SET kind = 'set_aside' WHERE kind = 'grant'"),
    ("I41", "UPDATE transfer SET kind = 'gift' WHERE kind = 'set_back'"),
    ("I42", "UPDATE api_code SET committed = committed + 1"),
    ("I42 I43", "UPDATE code_day SET committed = committed + 1"),
    ("I43", "UPDATE code_day SET jobs = 2"),
    ("I42 I43", "DELETE FROM code_day"),
    ("I43 I7", "UPDATE job SET code = NULL"),
]  # fmt: skip


@pytest.mark.parametrize(("invariants", "damage"), BREAKS, ids=[damage[:70] for _, damage in BREAKS])
async def test_the_audit_finds(path: Path, invariants: str, damage: str) -> None:
    assert sorted(await found_after(path, *damage.split("; "))) == sorted(invariants.split())


def test_every_invariant_is_broken_above() -> None:
    broken = {name for invariants, _ in BREAKS for name in invariants.split()}

    assert broken == {name.split()[0] for name in [*INVARIANTS, STALE_NAME]}


async def test_the_audit_shows_at_most_three_rows(path: Path) -> None:
    assert await found_after(path, "UPDATE job SET price = price + 1") == {"I7": 3, "I43": 2}


async def test_another_runs_jobs_are_nothing_wrong_before_they_are_recovered(path: Path) -> None:
    assert await found_after(path, "UPDATE job SET boot = 'gone' WHERE state = 'running'", boot=None) == {}
