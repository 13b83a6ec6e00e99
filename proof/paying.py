"""Stars: invoices paid, told of thrice or never, forged, asked back, taken back; Telegram's list."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.debt import repay
from billing.errors import KeyReused, PaymentRefused
from billing.ledger import GRANT
from billing.payments import reconciliation, refunds, stars
from billing.payments.reconciliation import StarTransaction
from billing.payments.subscriptions import MONTH
from bot import queue
from proof.acting import SECRET, Acting, amounts, any_one, person
from proof.model import ModelPayment

PAGE = 100


class Paying(Acting):
    def _payment(self, number: int) -> tuple[str, ModelPayment]:
        return list(self.model.payments.items())[number % len(self.model.payments)]

    def _listed(self, charge: str, paid: ModelPayment, direction: str) -> StarTransaction:
        """A line of Telegram's list."""
        at, period = (paid.month.at, MONTH) if paid.month and direction == "in" else (self.now, None)
        one = StarTransaction(
            charge, direction, paid.stars, 0, "invoice_payment", 1000 + paid.customer, paid.payload, at,
            period,
        )  # fmt: skip
        self.listed.append(one)
        return one

    def _tell(self, charge: str, paid: ModelPayment, times: int) -> None:
        """Telegram's update comes so many times, or later."""
        if not times:
            self.untold.append((charge, paid))
        for _ in range(times):
            credit = self.books.write(
                stars.credit, SECRET, paid.payload, charge, paid.customer, paid.stars, self.now, paid.month
            )
            assert credit == (paid.amount, charge not in self.model.payments)
            if credit.fresh:
                self.model.pay(charge, paid)

    @rule(who=any_one, amount=amounts, price=st.integers(1, 500))
    def opens_invoice(self, who: int, amount: int, price: int) -> None:
        pack = stars.Pack("a pack", amount, price)
        payload = self.books.write(stars.open_invoice, SECRET, person(who), pack, self.now)
        self.payloads.append((payload, person(who), amount, price))

    @precondition(lambda self: self.payloads)
    @rule(which=any_one, told=st.integers(0, 3))
    def pays(self, which: int, told: int) -> None:
        """Telegram tells of one payment so many times; another charge is another payment."""
        charge = f"charge {self.next()}"
        paid = ModelPayment(*self.payloads[which % len(self.payloads)])
        self._listed(charge, paid, "in")
        self._tell(charge, paid, told)

    @precondition(lambda self: self.untold)
    @rule(which=any_one)
    def update_comes_late(self, which: int) -> None:
        """After others, in any order, perhaps after the list was read or the Stars are back."""
        charge, paid = self.untold.pop(which % len(self.untold))
        self._tell(charge, self.model.payments.get(charge, paid), 1)

    @precondition(lambda self: self.payloads)
    @rule(which=any_one)
    def refund_comes_before_its_payment(self, which: int) -> None:
        charge = f"charge {self.next()}"
        paid = ModelPayment(*self.payloads[which % len(self.payloads)])
        self._listed(charge, paid, "in")
        self.untold.append((charge, paid))
        back = self._listed(charge, paid, "out")
        assert self.books.write(reconciliation.hear_of_refund, back, self.now) is None
        self.model.orphans.add(charge)

    @rule()
    def reconciles(self) -> None:
        """Reads Telegram's list, page by page: what nobody was told of is booked, in the list's order."""
        offset = self.books.write(reconciliation.start)
        credited: list[str] = []
        while page := self.listed[offset : offset + PAGE]:
            credited += self.books.write(reconciliation.enter, SECRET, offset, page, self.now).credited
            offset += len(page)
        assert credited == self.model.reconcile(self.listed, [*self.payloads, *self.plans])

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one)
    def payment_is_told_again(self, which: int) -> None:
        self._tell(*self._payment(which), 1)

    @precondition(lambda self: self.payloads)
    @rule(which=any_one, how=st.integers(0, 4))
    def forges_payment(self, which: int, how: int) -> None:
        payload, customer, _, price = self.payloads[which % len(self.payloads)]
        number, tag = payload.split(".")
        forged, payer, paid = (
            (payload, person(customer), price),
            (payload, customer, price + 1),
            (f"{number}.{'0' * len(tag)}", customer, price),
            (f"{int(number) + 1}.{tag}", customer, price),
            ("", customer, price),
        )[how]
        with pytest.raises(PaymentRefused):
            self.books.write(stars.credit, SECRET, forged, f"forged {self.next()}", payer, paid, self.now)

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one, payer=st.booleans())
    def charge_comes_as_another_payment(self, which: int, payer: bool) -> None:
        charge, paid = self._payment(which)
        customer = person(paid.customer) if payer else paid.customer
        price = paid.stars + (not payer)
        with pytest.raises(KeyReused):
            self.books.write(stars.credit, SECRET, paid.payload, charge, customer, price, self.now)

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one)
    def asks_stars_back(self, which: int) -> None:
        charge, paid = self._payment(which)
        if paid.state == "credited" and self.model.available(paid.customer) < paid.amount:
            with pytest.raises(PaymentRefused):
                self.books.write(refunds.request_refund, charge, self.now)
            return
        assert self.books.write(refunds.request_refund, charge, self.now).state == paid.state
        if paid.state == "credited":
            self.model.take_back(paid, paid.amount, "refund_requested")

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one, unspent=amounts)
    def admin_gives_back_with_loss(self, which: int, unspent: int) -> None:
        charge, paid = self._payment(which)
        unspent = min(unspent, paid.amount)
        self.books.write(refunds.refund_with_loss, charge, unspent, self.now)
        if paid.state == "credited":
            taken = min(unspent, self.model.available(paid.customer))
            self.model.take_back(paid, taken, "refund_requested", GRANT)

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one, heard=st.booleans())
    def telegram_gives_stars_back(self, which: int, heard: bool) -> None:
        """At our wish; that it did so may be lost."""
        charge, paid = self._payment(which)
        if paid.state == "refund_requested" and not self._is_back(charge):
            self._listed(charge, paid, "out")
        if heard:
            self.books.write(refunds.refunded, charge)
            paid.state = "refunded" if paid.state == "refund_requested" else paid.state

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one)
    def telegram_refuses_to_give_back(self, which: int) -> None:
        charge, paid = self._payment(which)
        if self._is_back(charge):
            return
        mine = paid.state == "refund_requested"
        assert self.books.write(refunds.failed, charge, self.now) == mine
        assert not self.books.write(refunds.failed, charge, self.now)
        if mine:
            self.model.undo_refund(paid)

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one, told=st.integers(0, 2))
    def bank_takes_payment_back(self, which: int, told: int) -> None:
        """Without us: what is not there any more is owed. Then what has not begun is cancelled."""
        charge, paid = self._payment(which)
        if self._is_back(charge):
            return
        back = self._listed(charge, paid, "out")
        for _ in range(told):
            self.books.write(reconciliation.hear_of_refund, back, self.now)
            self.model.returned(paid)
        if told:
            self._cancel_queued(paid.customer)
            self.books.write(repay, paid.customer, f"refund:{charge}", self.now)
            self.model.repay(paid.customer)

    def _is_back(self, charge: str) -> bool:
        return any(one.id == charge and one.direction == "out" for one in self.listed)

    def _cancel_queued(self, customer: int) -> None:
        for job in self.model.in_state("queued"):
            if job.customer == customer:
                assert self.books.write(queue.cancel, job.id, customer, self.now) == "cancelled"
                self.model.end(job, "cancelled", 0, self.now)
