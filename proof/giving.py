"""Tokens that come without a payment of their own: vouchers, gifts between customers, refills."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.errors import NotEnoughTokens
from billing.free import gifts, refills
from billing.free.gifts import CONFIRM, REGRET, GiftRefused
from billing.ledger import GRANT, account_of
from billing.payments import vouchers
from billing.payments.vouchers import Voucher, VoucherRefused
from bot.clock import HOUR
from proof.acting import Acting, any_one, person
from proof.model import ModelGift, ModelVoucher

PEPPER = b"pepper"
GIVEN_PER_DAY = 50_000
REFILL, REFILL_AFTER = 9_000, 12 * HOUR


class Giving(Acting):
    @rule(amount=st.integers(1, 20_000), most=st.integers(1, 2), hours=st.none() | st.integers(1, 60))
    def makes_voucher(self, amount: int, most: int, hours: int | None) -> None:
        expires = None if hours is None else self.now + hours * HOUR
        key = f"voucher {self.next()}"
        voucher = Voucher(amount, most, expires)
        code = self.books.write(vouchers.make, PEPPER, key, voucher, 1, self.now)
        assert self.books.write(vouchers.make, PEPPER, key, voucher, 1, self.now) is None
        self.model.vouchers.append(ModelVoucher(code, amount, most, expires))

    @precondition(lambda self: self.model.vouchers)
    @rule(which=any_one, who=any_one, wrong=st.booleans())
    def redeems_voucher(self, which: int, who: int, wrong: bool) -> None:
        voucher = self.model.vouchers[which % len(self.model.vouchers)]
        code = "v_" + "a" * 20 if wrong else voucher.code.upper()
        word = self.model.redeem(None if wrong else voucher, person(who), self.now)
        got = self.books.write(vouchers.redeem, PEPPER, code, person(who), self.now)
        assert (got.word if isinstance(got, VoucherRefused) else got) == (word or voucher.amount)

    @rule(who=any_one, to=any_one, amount=st.integers(1, 30_000))
    def asks_to_give(self, who: int, to: int, amount: int) -> None:
        sender, receiver, key = person(who), person(to), f"gift {self.next()}"
        if sender == receiver or not self.model.may_give(sender, amount, GIVEN_PER_DAY, self.now):
            with pytest.raises(GiftRefused):
                self.books.write(gifts.ask, key, sender, receiver, amount, GIVEN_PER_DAY, self.now)
            return
        for _ in range(2):
            number = self.books.write(gifts.ask, key, sender, receiver, amount, GIVEN_PER_DAY, self.now)
        self.model.gifts[number] = ModelGift(sender, receiver, amount, self.now)

    @precondition(lambda self: self.model.gifts)
    @rule(which=any_one, seconds=st.sampled_from((0, 1, 599)))
    def confirms_gift(self, which: int, seconds: int) -> None:
        self.now += seconds * 1_000
        number, gift = list(self.model.gifts.items())[which % len(self.model.gifts)]
        refused = self._refused(gift)
        if gift.state == "asked" and refused is not None:
            with pytest.raises(refused):
                self.books.write(gifts.give, number, gift.sender, GIVEN_PER_DAY, self.now)
            return
        fresh = self.books.write(gifts.give, number, gift.sender, GIVEN_PER_DAY, self.now)[1]
        assert fresh == (gift.state == "asked")
        if fresh:
            gift.state, gift.given_at = "given", self.now
            self.model.move(account_of(gift.sender), account_of(gift.receiver), gift.amount)

    def _refused(self, gift: ModelGift) -> type[Exception] | None:
        if gift.asked_at < self.now - CONFIRM:
            return GiftRefused
        if not self.model.may_give(gift.sender, gift.amount, GIVEN_PER_DAY, self.now):
            return GiftRefused
        return NotEnoughTokens if self.model.available(gift.sender) < gift.amount else None

    @precondition(lambda self: self.model.gifts)
    @rule(which=any_one)
    def takes_gift_back(self, which: int) -> None:
        number, gift = list(self.model.gifts.items())[which % len(self.model.gifts)]
        late = gift.state == "asked" or gift.given_at < self.now - REGRET
        spent = self.model.available(gift.receiver) < gift.amount
        if gift.state != "returned" and (late or spent):
            with pytest.raises(GiftRefused):
                self.books.write(gifts.take_back, number, gift.sender, self.now)
            return
        self.books.write(gifts.take_back, number, gift.sender, self.now)
        if gift.state == "given":
            gift.state = "returned"
            self.model.move(account_of(gift.receiver), account_of(gift.sender), gift.amount)

    @rule()
    def refills(self) -> None:
        before = self.now - REFILL_AFTER
        due = self.model.due_for_refill(REFILL, before)
        assert self.books.write(refills.refill, REFILL, before, self.now) == len(due)
        assert self.books.write(refills.refill, REFILL, before, self.now) == 0
        for customer in due:
            account = account_of(customer)
            self.model.move(GRANT, account, REFILL - self.model.posted[account])
            self.model.refilled.add((customer, self.model.uses[customer][0]))
