"""Everything that moves money, as single acts on books in which each has something to do.

An act is a function over an open connection, as the bot's writer runs it. Done again after it was done, it
does nothing (`repeatable`). A new way to pay comes here as one more function.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from billing import codes, set_aside
from billing.free import gifts, invites, refills
from billing.ledger import GRANT, SALES, account_of, capture, hold, refund, transfer, void
from billing.payments import provider, receipts, reconciliation, refunds, stars, vouchers
from billing.payments.orders import Pack, Paid
from billing.payments.receipts import Decided, Receipt
from billing.payments.reconciliation import StarTransaction
from billing.payments.vouchers import Voucher
from bot import queue
from bot.clock import HOUR
from bot.customers import meet, remember_inviter
from bot.files import StoredFile
from bot.providers import Answer, ImageRequest, TextRequest, Usage
from bot.queue import Job, NewJob, Outcome
from bot.writer import Connection
from proof.books import NOW, Books

SECRET = b"a secret"
ADA, BEN, CYD = 1, 2, 3
BOSS = 77
"""An admin."""
MONEY = "EUR"
QUESTION = TextRequest(question="How high is Damavand?", conversation="tg:1:0")
PICTURES = ImageRequest(prompt="Damavand at dawn", count=4)
ANSWER = Answer("5,609 metres.", usage=Usage(20, 8), engine="a model")
FILES = (StoredFile("a.png", "image/png", 4, None), StoredFile("b.png", "image/png", 4, None))
LATER = NOW + HOUR
GIVEN_PER_DAY = 10**9


class World(NamedTuple):
    """What there is before the acts: payloads of invoices, jobs that run, all with amounts of their own."""

    price: int
    open_invoice: str
    running: Job
    failing: Job
    stale: Job
    voucher: str
    asked: int
    given: int
    """Numbers of gifts."""
    receipt: int
    money: str
    """The payload of an order in money."""


class Flow(NamedTuple):
    name: str
    act: Callable[[Connection, World], Any]
    repeatable: bool = True


def fill(books: Books, seed: int) -> World:
    """Two customers who have bought and spent; jobs in every state, one of them left by a crash."""
    price = random.Random(seed).randrange(1, 9_000)
    for number in (ADA, BEN):
        books.write(meet, 1000 + number, NOW, name="Somebody", signup=10 * price)
    pack = Pack("100", 100_000 + price, 50)
    for charge in ("kept", "asked back", "given back", "refused"):
        payload = books.write(stars.open_invoice, SECRET, ADA, pack, NOW)
        books.write(stars.credit, SECRET, payload, charge, ADA, 50, NOW)
    for charge in ("asked back", "given back", "refused"):
        books.write(refunds.request_refund, charge, NOW)
    books.write(refunds.refunded, "given back")
    for key, ender in (("taken", capture), ("freed", void), ("open", None), ("still", None)):
        books.write(hold, key, account_of(ADA), price, NOW)
        if ender is capture:
            books.write(capture, key, price, NOW)
        elif ender is void:
            books.write(void, key)
    for number in range(3):
        books.write(queue.submit, _wish(f"early {number}", PICTURES), price, 99, NOW - 9 * HOUR)
    stale, running, failing = books.write(queue.claim, "image", 9, 9, "gone", NOW)
    books.write(queue.recover, "this run", NOW)
    running, failing = books.write(queue.claim, "image", 2, 9, "this run", NOW)
    for number in range(3):
        books.write(queue.submit, _wish(f"text {number}"), price, 99, NOW)
    books.write(queue.claim, "text", 1, 9, "this run", NOW)
    _somebody_due(books, price)
    invoice = books.write(stars.open_invoice, SECRET, ADA, pack, NOW)
    voucher = books.write(vouchers.make, SECRET, "a voucher", Voucher(price, 1, None), 1, NOW)
    asked, given = (
        books.write(gifts.ask, key, ADA, BEN, price, GIVEN_PER_DAY, LATER) for key in ("one", "two")
    )
    books.write(gifts.give, given, ADA, GIVEN_PER_DAY, LATER)
    receipt, money = _money(books, price)
    assert books.wrong() == []
    return World(price, invoice, running, failing, stale, voucher, asked, given, receipt, money)


def _money(books: Books, price: int) -> tuple[int, str]:
    """Orders in money: a receipt that waits for an admin, after one that was approved; an invoice of the
    provider. And codes with tokens of their own."""
    pack, numbers = Pack("100", 100_000 + price, 50, prices={MONEY: 500}), []
    for reference in ("paid", "waiting"):
        order = books.write(receipts.open_order, SECRET, ADA, pack, MONEY, NOW)
        receipt = Receipt(order, reference, "a photo", reference.encode())
        numbers.append(books.write(receipts.submit, ADA, receipt, NOW))
    books.write(receipts.decide, numbers[0], approve=True, admin=BOSS, most=10**9, now=NOW)
    for _ in range(2):
        books.write(codes.issue, SECRET, ADA, "a code", NOW)
    books.write(set_aside.set_aside, "one", 1, ADA, price, NOW)
    return numbers[1], books.write(provider.open_invoice, SECRET, ADA, pack, MONEY, NOW)


def _somebody_due(books: Books, price: int) -> None:
    """Who was invited, has bought and spent it, and has little left: for an invite's pay and for a refill."""
    cyd = books.write(meet, 1000 + CYD, NOW, name="Cyd").id
    books.write(remember_inviter, cyd, BEN)
    payload = books.write(stars.open_invoice, SECRET, cyd, Pack("100", price, 50), NOW)
    books.write(stars.credit, SECRET, payload, "of Cyd", cyd, 50, NOW)
    books.write(hold, "of Cyd", account_of(cyd), price, NOW)
    books.write(capture, "of Cyd", price, NOW)


def _wish(key: str, request: TextRequest | ImageRequest = QUESTION) -> NewJob:
    return NewJob(key, ADA, "test", f"chat:{ADA}", request, "{}")


def _pay(conn: Connection, world: World) -> None:
    stars.check(conn, SECRET, world.open_invoice, ADA, "XTR", 50, LATER) if not _paid(conn) else None
    stars.credit(conn, SECRET, world.open_invoice, "new", ADA, 50, LATER)


def _paid(conn: Connection) -> bool:
    return conn.one("SELECT 1 FROM payment WHERE charge = 'new'") is not None


def _listed(charge: str, world: World, direction: str) -> StarTransaction:
    return StarTransaction(charge, direction, 50, 0, "invoice_payment", 1000 + ADA, world.open_invoice, LATER)


def _answer(conn: Connection, world: World) -> None:
    outcome = Outcome("answered", world.price, ANSWER, FILES, conversation=("tg:1:0", "How high?"))
    queue.settle(conn, world.running, outcome, LATER)


def _fail(conn: Connection, world: World) -> None:
    queue.settle(conn, world.failing, Outcome("failed", error="error-internal"), LATER)


def _late(conn: Connection, world: World) -> None:
    queue.settle(conn, world.stale, Outcome("answered", world.price, ANSWER), LATER)


def _take_back(conn: Connection, world: World) -> None:
    transfer(conn, "admin:1", "grant", account_of(BEN), GRANT, world.price, LATER, "a mistake")


def _approve(conn: Connection, world: World) -> None:
    with suppress(Decided):
        receipts.decide(conn, world.receipt, approve=True, admin=BOSS, most=10**9, now=LATER)


FLOWS: tuple[Flow, ...] = (
    Flow("sign up", lambda conn, world: meet(conn, 1004, LATER, name="Dee", signup=world.price)),
    Flow("credit by hand", lambda conn, world: transfer(
        conn, "admin:2", "grant", GRANT, account_of(BEN), world.price, LATER, "sorry")),
    Flow("take back by hand", _take_back),
    Flow("open an invoice", lambda conn, world: stars.open_invoice(
        conn, SECRET, BEN, Pack("100", 100_000, 50), LATER), repeatable=False),
    Flow("pay", _pay),
    Flow("ask Stars back", lambda conn, world: refunds.request_refund(conn, "kept", LATER)),
    Flow("Stars given back", lambda conn, world: refunds.refunded(conn, "asked back")),
    Flow("Stars not given back", lambda conn, world: refunds.failed(conn, "refused", LATER)),
    Flow("taken back by the bank", lambda conn, world: reconciliation.hear_of_refund(
        conn, _listed("kept", world, "out"), LATER)),
    Flow("refund before its payment", lambda conn, world: reconciliation.hear_of_refund(
        conn, _listed("new", world, "out"), LATER)),
    Flow("reconcile", lambda conn, world: reconciliation.enter(conn, SECRET, 0, (
        _listed("kept", world, "in"), _listed("new", world, "in"), _listed("kept", world, "out"),
        _listed("asked back", world, "out")), LATER)),
    Flow("given back with a loss", lambda conn, world: refunds.refund_with_loss(
        conn, "kept", world.price, LATER)),
    Flow("approve a receipt", _approve),
    Flow("reverse a receipt", lambda conn, world: refunds.returned(conn, "receipt:1", LATER, "bounced")),
    Flow("pay in money", lambda conn, world: provider.credit(
        conn, SECRET, world.money, ADA, Paid("in money", MONEY, 500), LATER)),
    Flow("set aside for a code", lambda conn, world: set_aside.set_aside(
        conn, "new", 2, ADA, world.price, LATER)),
    Flow("take back from a code", lambda conn, world: set_aside.take_back(conn, 1, ADA, LATER)),
    Flow("redeem a voucher", lambda conn, world: vouchers.redeem(conn, SECRET, world.voucher, BEN, LATER)),
    Flow("give", lambda conn, world: gifts.give(conn, world.asked, ADA, GIVEN_PER_DAY, LATER)),
    Flow("take a gift back", lambda conn, world: gifts.take_back(conn, world.given, ADA, LATER)),
    Flow("refill", lambda conn, world: refills.refill(conn, 10**9, LATER, LATER)),
    Flow("pay for invites", lambda conn, world: invites.pay(conn, world.price, 9, LATER)),
    Flow("hold", lambda conn, world: hold(conn, "new", account_of(BEN), world.price, LATER)),
    Flow("capture", lambda conn, world: capture(conn, "open", (world.price + 1) // 2, LATER)),
    Flow("void", lambda conn, world: void(conn, "still")),
    Flow("give back what was taken", lambda conn, world: refund(conn, "taken", LATER, "undeliverable")),
    Flow("submit", lambda conn, world: queue.submit(conn, _wish("new"), world.price, 99, LATER)),
    Flow("claim", lambda conn, world: queue.claim(conn, "text", 9, 9, "this run", LATER)),
    Flow("answer", _answer),
    Flow("answer late", _late),
    Flow("fail", _fail),
    Flow("cancel", lambda conn, world: queue.cancel(conn, world.failing.id + 2, ADA, LATER)),
    Flow("expire", lambda conn, world: queue.expire(conn, LATER, LATER)),
    Flow("recover", lambda conn, world: queue.recover(conn, "next run", LATER)),
)  # fmt: skip


def neighbour(number: int) -> Callable[[Connection], Any]:
    """Another customer's work in the same COMMIT."""
    key = f"neighbour {number}"
    return lambda conn: transfer(conn, key, "grant", GRANT, SALES, number, LATER)
