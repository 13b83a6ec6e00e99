"""Vouchers: /voucher for admins; a code as a message, or behind a link, for everybody."""

import re
from datetime import UTC, datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import Message, User

from billing import Row
from billing.payments import vouchers
from billing.payments.vouchers import CODE, Voucher, VoucherRefused
from bot.clock import DAY, now
from bot.customers import Customer
from bot.operator import amount_of
from bot.storage import Storage
from bot.texts import Say, tokens
from handlers.telegram.admins import Admins, FromAdmin

router = Router(name="vouchers")

USAGE = "Use it as: /voucher <tokens> [x<how many customers>] [until <year-month-day>]"


@router.message(FromAdmin(), Command("voucher"))
async def voucher(
    message: Message, command: CommandObject, storage: Storage, invoice_secret: bytes, me: User
) -> None:
    try:
        wanted = voucher_of(command.args or "")
    except ValueError as error:
        await message.answer(f"{str(error).capitalize()}. {USAGE}")
        return
    key = f"tg:{message.chat.id}:{message.message_id}"
    code = await storage.write(vouchers.make, invoice_secret, key, wanted, message.chat.id, now())
    if code is None:
        await message.answer("This voucher was made before; its code was shown then.")
        return
    until = f", until {_day(wanted.expires_at)}" if wanted.expires_at else ""
    await message.answer(
        f"{tokens(wanted.amount)} tokens for {wanted.most} customers{until}. The code, shown this once:\n"
        f"{code}\nhttps://t.me/{me.username}?start={code}"
    )


@router.message(FromAdmin(), Command("vouchers"))
async def made(message: Message, storage: Storage) -> None:
    lines = [_line(row) for row in await storage.write(vouchers.listed)]
    await message.answer("\n".join(lines) or "No vouchers.")


def _line(row: Row) -> str:
    until = f" · until {_day(row.expires_at)}" if row.expires_at else ""
    return f"{row.id}. {row.shown} · {tokens(row.amount)} tokens · {row.used} of {row.most}{until}"


def _day(at: int) -> str:
    """The last day on which it counts, as it was given."""
    return f"{datetime.fromtimestamp((at - DAY) / 1000, UTC):%Y-%m-%d}"


def voucher_of(words: str) -> Voucher:
    """What an admin wrote, as `100 x50 until 2027-01-01` (UTC, that day included). Raises ValueError."""
    match words.split():
        case [amount]:
            most, until = "x1", None
        case [amount, most]:
            until = None
        case [amount, "until", until]:
            most = "x1"
        case [amount, most, "until", until]:
            pass
        case _:
            raise ValueError("an amount is needed")
    if (value := amount_of(amount)) < 0:
        raise ValueError("the amount is below zero")
    if not re.fullmatch(r"x[1-9][0-9]{0,4}", most):
        raise ValueError(f"{most!r} is not a number of customers, as x50")
    return Voucher(value, int(most[1:]), _expiry(until) if until else None)


def _expiry(day: str) -> int:
    at = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    expires = int(at.timestamp() * 1000) + DAY
    if expires <= now():
        raise ValueError("that day is over")
    return expires


@router.message(CommandStart(deep_link=True, magic=F.args.regexp(CODE.pattern + "$")))
async def linked(
    message: Message, command: CommandObject, customer: Customer, say: Say, storage: Storage, admins: Admins,
    invoice_secret: bytes,
) -> None:  # fmt: skip
    await _redeem(message, command.args or "", customer, say, storage, admins, invoice_secret)


@router.message(F.text.strip().regexp(CODE.pattern + "$"), F.chat.type == "private")
async def written(
    message: Message, customer: Customer, say: Say, storage: Storage, admins: Admins, invoice_secret: bytes
) -> None:
    code = (message.text or "").strip()
    await _redeem(message, code, customer, say, storage, admins, invoice_secret)


async def _redeem(
    message: Message, code: str, customer: Customer, say: Say, storage: Storage, admins: Admins,
    pepper: bytes,
) -> None:  # fmt: skip
    got = await storage.write(vouchers.redeem, pepper, code, customer.id, now())
    if isinstance(got, VoucherRefused):
        await message.answer(say(got.word))
        if got.alarm:
            await admins.tell(f"{customer.name} ({customer.telegram_id}) guesses voucher codes.")
        return
    account = await storage.fetch_one(
        "SELECT posted - held AS available FROM account WHERE id = :id", id=customer.account
    )
    assert account is not None
    await message.answer(say("voucher-redeemed", tokens=tokens(got), left=tokens(account.available)))
