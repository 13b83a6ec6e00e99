"""Reading Telegram's list of Star transactions, at start and every ten minutes, and what follows from it.

billing/payments/reconciliation.py says how it is booked.
"""

from collections.abc import Sequence

import structlog
from aiogram import Bot, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command
from aiogram.types import Message, TransactionPartnerUser
from aiogram.types import StarTransaction as Listed

from billing.debt import repay
from billing.payments import reconciliation as star_list
from billing.payments.reconciliation import NANO, Entered, StarTransaction
from bot.clock import now
from bot.jobs import Jobs
from bot.storage import Storage
from handlers.telegram.admins import Admins, FromAdmin
from handlers.telegram.receipts import Receipts

log = structlog.get_logger()
router = Router(name="reconciliation")

EVERY = 600
"""Seconds."""
PAGE = 100
"""As many as Telegram gives at once."""


class Reconciliation:
    def __init__(
        self, bot: Bot, storage: Storage, secret: bytes, jobs: Jobs, admins: Admins, receipts: Receipts
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._secret = secret
        self._jobs = jobs
        self._admins = admins
        self._receipts = receipts
        self._told: set[str] = set()
        """The alarms that the admins have had from this run of the program."""

    async def run(self) -> int:
        """Enter what is new, tell whom it concerns, compare the sums. How many payments were credited."""
        credited = await self._walk()
        off = await self._off()
        if off:  # something may have come between the list and the balance
            credited += await self._walk()
            off = await self._off()
        for charge in credited:
            log.info("payment credited that no update told of", charge=charge)
            await self._receipts.send(charge)
        await self._alarm(off)
        return len(credited)

    async def catch_up(self) -> None:
        """After an outage, in which updates may have become too old to be delivered. The next sweep sees to
        it where Telegram is away again."""
        try:
            await self.run()
        except AiogramError as error:
            log.warning("Telegram's list can't be read yet", error=type(error).__name__)

    async def _walk(self) -> list[str]:
        """Read the list to its end; the charges that were credited."""
        credited: list[str] = []
        offset = await self._storage.write(star_list.start)
        while True:
            listed = (await self._bot.get_star_transactions(offset=offset, limit=PAGE)).transactions
            page = [transaction_of(one) for one in listed]
            entered = await self._storage.write(star_list.enter, self._secret, offset, page, now())
            credited += entered.credited
            await self._follow(entered)
            offset += len(page)
            if len(page) < PAGE:
                return credited

    async def _follow(self, entered: Entered) -> None:
        for charge, customer in entered.returned:
            await went_back(self._storage, self._jobs, customer, charge)
        if entered.unmatched:
            await self._admins.tell(unmatched_alarm(entered.unmatched))

    async def _off(self) -> int:
        """How far Telegram's balance is from the list's sum, in billionths of a Star."""
        balance = await self._bot.get_my_star_balance()
        row = await self._storage.fetch_one(star_list.BALANCE)
        assert row is not None
        return balance.amount * NANO + (balance.nanostar_amount or 0) - int(row.nanostars)

    async def _alarm(self, off: int) -> None:
        alarms = set()
        if off:
            alarms.add(f"Telegram's Star balance is {off / NANO:+g} from what its list adds up to.")
        missing = await self._storage.fetch(star_list.MISSING, before=now() - star_list.LATE)
        if missing:
            charges = ", ".join(row.charge for row in missing)
            alarms.add(f"Payments that Telegram's list has not: {charges}")
        for alarm in sorted(alarms - self._told):
            await self._admins.tell(alarm)
        self._told = alarms


@router.message(FromAdmin(), Command("reconcile"))
async def reconcile(message: Message, reconciliation: Reconciliation) -> None:
    """Read Telegram's list now, not only every ten minutes."""
    credited = await reconciliation.run()
    await message.answer(
        f"Telegram's list was read; {credited} payments of which no update told were credited."
    )


async def went_back(storage: Storage, jobs: Jobs, customer: int, charge: str) -> None:
    """A payment was taken back without us: what has not begun is cancelled, so that it can pay."""
    log.warning("payment taken back", customer=customer, charge=charge)
    await jobs.cancel_queued(customer)
    await storage.write(repay, customer, f"refund:stars:{charge}", now())


def unmatched_alarm(found: Sequence[StarTransaction]) -> str:
    lines = [f"{'+' if one.direction == 'in' else '−'}{one.stars} ⭐ {one.id}" for one in found[:5]]
    return f"{len(found)} Star transactions that no order explains (/stars shows them):\n" + "\n".join(lines)


def transaction_of(listed: Listed) -> StarTransaction:
    partner = listed.source or listed.receiver
    person = partner if isinstance(partner, TransactionPartnerUser) else None
    return StarTransaction(
        id=listed.id,
        direction="in" if listed.source else "out",
        stars=listed.amount,
        nanostars=listed.nanostar_amount or 0,
        partner=person.transaction_type if person else partner.type if partner else "unknown",
        telegram_id=person.user.id if person else None,
        payload=person.invoice_payload if person else None,
        at=int(listed.date.timestamp() * 1000),
        period=person.subscription_period if person else None,
    )
