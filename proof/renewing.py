"""Subscriptions: months paid one after the other, told of late, twice or never, cancelled, gone on with."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.payments import stars, subscriptions
from billing.payments.subscriptions import MONTH, Month
from proof.acting import SECRET, amounts, any_one, person
from proof.model import ModelPayment, Sold, invoice_of
from proof.paying import Paying

PLAN_STARS = 250
STATES = ("active", "canceled", "failed")


class Renewing(Paying):
    def _plan(self, number: int) -> Sold:
        return self.plans[number % len(self.plans)]

    @rule(who=any_one, amount=amounts)
    def is_offered_a_plan(self, who: int, amount: int) -> None:
        pack = stars.Pack("a plan", amount, PLAN_STARS, period=MONTH)
        payload = self.books.write(stars.open_invoice, SECRET, person(who), pack, self.now)
        self.plans.append((payload, person(who), amount, PLAN_STARS))

    @precondition(lambda self: self.plans)
    @rule(which=any_one, told=st.integers(0, 2))
    def a_month_is_paid(self, which: int, told: int) -> None:
        """The first or a renewal, each a charge of its own."""
        plan = self._plan(which)
        self.months[plan[0]] += 1
        at = self.now + self.months[plan[0]] * MONTH * 1000
        paid = ModelPayment(*plan, month=Month(at, at + MONTH * 1000))
        charge = f"charge {self.next()}"
        self._listed(charge, paid, "in")
        self._tell(charge, paid, told)

    @precondition(lambda self: self.plans)
    @rule(which=any_one, state=st.sampled_from(STATES))
    def telegram_tells_of_a_plan(self, which: int, state: str) -> None:
        """The person has cancelled it or goes on, or could not pay."""
        invoice = invoice_of(self._plan(which)[0])
        known = self.model.plans.get(invoice)
        heard = self.books.write(subscriptions.heard, invoice, state)
        assert (heard and tuple(heard)) == (known and (known.customer, known.paid_until))
        if known:
            known.state = state

    @precondition(lambda self: self.model.plans)
    @rule(which=any_one, canceled=st.booleans())
    def is_cancelled_here(self, which: int, canceled: bool) -> None:
        invoice, known = list(self.model.plans.items())[which % len(self.model.plans)]
        ((number,),) = self.books.rows("SELECT id FROM subscription WHERE invoice = :i", i=invoice)
        self.books.write(subscriptions.edited, number, canceled=canceled)
        known.by_us = int(canceled)
        known.state = "canceled" if canceled else known.state

    @rule()
    def telegram_has_cancelled_what_is_due(self) -> None:
        due = [invoice for invoice, known in self.model.plans.items() if known.cancel_due]
        rows = self.books.rows(f"SELECT id, invoice FROM ({subscriptions.DUE}) JOIN subscription USING (id)")
        assert sorted(invoice for _, invoice in rows) == sorted(due)
        for number, invoice in rows:
            self.books.write(subscriptions.ended, number)
            self.model.plans[invoice].cancel_due = 0
