"""What the books should say: the rules of the money once more, in plain dicts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from billing.payments.reconciliation import StarTransaction
from billing.payments.subscriptions import Month
from billing.payments.vouchers import GUESSES
from bot.clock import DAY
from bot.queue import ATTEMPTS, RERUN_BUDGET

Sold = tuple[str, int, int, int]
"""An invoice: its payload, whose it is, millitokens, Stars."""
WAITING = ("queued", "running")


@dataclass(slots=True)
class ModelJob:
    id: int
    key: str
    customer: int
    kind: str
    price: int
    lane: str | None
    created: int
    state: str = "queued"
    attempt: int = 0
    charged: int = 0
    given_back: bool = False


@dataclass(slots=True)
class ModelPayment:
    payload: str
    customer: int
    amount: int
    stars: int
    state: str = "credited"
    taken: int = 0
    """From the customer, for a refund."""
    other: str = ""
    """Who the rest was taken from."""
    month: Month | None = None


@dataclass(slots=True)
class ModelPlan:
    """A subscription."""

    customer: int
    charge: str
    first_at: int
    paid_until: int
    state: str = "active"
    by_us: int = 0
    cancel_due: int = 0
    """Telegram must be asked to cancel it: a month of it went back."""

    def extend(self, charge: str, month: Month) -> None:
        if month.until > self.paid_until:
            self.paid_until = month.until
            if not self.cancel_due:
                self.state, self.by_us = "active", 0
        if month.at < self.first_at:
            self.charge, self.first_at = charge, month.at


@dataclass(slots=True)
class ModelVoucher:
    code: str
    amount: int
    most: int
    expires_at: int | None
    redeemed: set[int] = field(default_factory=set)


@dataclass(slots=True)
class ModelGift:
    sender: int
    receiver: int
    amount: int
    asked_at: int
    given_at: int = 0
    state: str = "asked"


def invoice_of(payload: str) -> int:
    return int(payload.partition(".")[0])


@dataclass(slots=True)
class Model:
    posted: Counter[str] = field(default_factory=Counter)
    jobs: dict[int, ModelJob] = field(default_factory=dict)
    payments: dict[str, ModelPayment] = field(default_factory=dict)
    plans: dict[int, ModelPlan] = field(default_factory=dict)
    """By their invoices' numbers."""
    unknown: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """Calls of which nobody knows how they ended, by job and attempt: their price, since when."""
    sold: list[tuple[int, int]] = field(default_factory=list)
    """What was captured: when, how much."""

    vouchers: list[ModelVoucher] = field(default_factory=list)
    guesses: list[tuple[int, int]] = field(default_factory=list)
    """Wrong codes: whose, when."""
    gifts: dict[int, ModelGift] = field(default_factory=dict)
    uses: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of each customer the last use: which, when."""
    refilled: set[tuple[int, int]] = field(default_factory=set)
    orphans: set[str] = field(default_factory=set)
    """Charges whose refund was heard of before them."""

    def move(self, source: str, destination: str, amount: int) -> None:
        self.posted[source] -= amount
        self.posted[destination] += amount

    def held(self, customer: int) -> int:
        return sum(
            job.price for job in self.jobs.values() if job.customer == customer and job.state in WAITING
        )

    def available(self, customer: int) -> int:
        return self.posted[f"customer:{customer}"] - self.held(customer)

    def owed(self, customer: int) -> int:
        return -self.posted[f"debt:{customer}"]

    def repay(self, customer: int) -> None:
        amount = min(self.owed(customer), self.available(customer))
        if amount > 0:
            self.move(f"customer:{customer}", f"debt:{customer}", amount)

    def pay(self, charge: str, paid: ModelPayment) -> None:
        self.payments[charge] = paid
        if paid.month:
            first = ModelPlan(paid.customer, charge, *paid.month)
            self.plans.setdefault(invoice_of(paid.payload), first).extend(charge, paid.month)
        self.move("world:stars", f"customer:{paid.customer}", paid.amount)
        if charge in self.orphans:
            self.returned(paid)
        self.repay(paid.customer)

    def take_back(self, paid: ModelPayment, taken: int, state: str, other: str = "") -> None:
        """`taken` from the customer, the rest from somebody else, or it is owed."""
        other = other or f"debt:{paid.customer}"
        self.move(f"customer:{paid.customer}", "world:stars", taken)
        self.move(other, "world:stars", paid.amount - taken)
        paid.state, paid.taken, paid.other = state, taken, other
        if plan := self.plans.get(invoice_of(paid.payload)):
            plan.state, plan.by_us, plan.cancel_due = "canceled", 1, 1

    def undo_refund(self, paid: ModelPayment) -> None:
        self.move("world:stars", f"customer:{paid.customer}", paid.taken)
        self.move("world:stars", paid.other, paid.amount - paid.taken)
        paid.state = "refund_failed"

    def redeem(self, voucher: ModelVoucher | None, customer: int, now: int) -> str:
        """The word of the refusal; none where the customer gets its tokens."""
        mine = [at for who, at in self.guesses if who == customer]
        if any(sum(at > now - span for at in mine) >= most for span, most in GUESSES):
            return "voucher-too-many-guesses"
        if voucher is None:
            self.guesses.append((customer, now))
            return "voucher-unknown"
        if customer in voucher.redeemed:
            return "voucher-yours-already"
        if voucher.expires_at is not None and voucher.expires_at <= now:
            return "voucher-expired"
        if len(voucher.redeemed) == voucher.most:
            return "voucher-used-up"
        voucher.redeemed.add(customer)
        self.move("world:voucher", f"customer:{customer}", voucher.amount)
        self.repay(customer)
        return ""

    def may_give(self, sender: int, amount: int, per_day: int, now: int) -> bool:
        given = [
            gift.amount
            for gift in self.gifts.values()
            if gift.sender == sender and gift.state == "given" and gift.given_at > now - DAY
        ]
        return sum(given) + amount <= per_day

    def due_for_refill(self, level: int, before: int) -> list[int]:
        return [
            customer
            for customer, (use, at) in self.uses.items()
            if self.posted[f"customer:{customer}"] < level
            and not self.held(customer)
            and not self.owed(customer)
            and at <= before
            and (customer, use) not in self.refilled
        ]

    def returned(self, paid: ModelPayment) -> None:
        if paid.state in ("credited", "refund_failed"):
            self.take_back(paid, min(paid.amount, self.available(paid.customer)), "refunded")
        paid.state = "refunded"

    def reconcile(self, listed: Sequence[StarTransaction], sold: Sequence[Sold]) -> list[str]:
        """Book what the list has and the books have not; the charges credited."""
        packs = {invoice[0]: invoice for invoice in sold}
        credited = []
        for one in listed:
            if one.direction == "out":
                self.returned(self.payments[one.id])
            elif one.id not in self.payments:
                month = Month(one.at, one.at + one.period * 1000) if one.period else None
                self.pay(one.id, ModelPayment(*packs[one.payload or ""], month=month))
                credited.append(one.id)
        return credited

    def in_state(self, *states: str) -> list[ModelJob]:
        return [job for job in self.jobs.values() if job.state in states]

    def may_run(self, kind: str, per_customer: int) -> list[ModelJob]:
        running = Counter(job.customer for job in self.in_state("running") if job.kind == kind)
        waiting = self.in_state(*WAITING)
        return [
            job
            for job in self.in_state("queued")
            if job.kind == kind
            and running[job.customer] < per_customer
            and not any(job.lane and other.lane == job.lane and other.id < job.id for other in waiting)
        ]

    def end(self, job: ModelJob, state: str, charged: int, now: int) -> None:
        job.state, job.charged = state, charged
        if charged:
            self.move(f"customer:{job.customer}", "sales", charged)
            self.sold.append((now, charged))
            self.uses[job.customer] = (len(self.sold), now)

    def recover(self, now: int) -> None:
        """The house calls once more what a crash cut off, while its budget of the day lasts."""
        spent = sum(price for price, since in self.unknown.values() if since > now - DAY)
        sold = sum(amount for at, amount in self.sold if now - 2 * DAY <= at <= now - DAY)
        budget = max(RERUN_BUDGET, sold // 50) - spent
        for job in sorted(self.in_state("running"), key=lambda job: job.id):
            self.unknown[job.id, job.attempt] = (job.price, now)
            budget -= job.price
            if job.attempt < ATTEMPTS and budget >= 0:
                job.state = "queued"
            else:
                self.end(job, "failed", 0, now)
