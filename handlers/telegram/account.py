"""What a customer has: /balance with the last movements."""

from datetime import UTC, datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from billing import Row
from billing.debt import debt_of
from bot.customers import Customer
from bot.storage import Storage
from bot.texts import Say, tokens

router = Router(name="account")

LINES = 10

_MOVEMENTS = (
    "SELECT kind, amount, created_at FROM ("
    " SELECT id, kind, amount, created_at FROM transfer WHERE destination = :account"
    " UNION ALL SELECT id, kind, -amount, created_at FROM transfer WHERE source = :account) AS side"
    " ORDER BY id DESC LIMIT :most"
)


@router.message(Command("balance"))
async def balance(message: Message, customer: Customer, say: Say, storage: Storage) -> None:
    account = await storage.fetch_one(
        "SELECT posted, held, (SELECT posted FROM account WHERE id = :debt) AS debt"
        " FROM account WHERE id = :id",
        id=customer.account, debt=debt_of(customer.id),
    )  # fmt: skip
    assert account is not None
    movements = await storage.fetch(_MOVEMENTS, account=customer.account, most=LINES)
    head = say("balance", available=tokens(account.posted - account.held))
    if account.held:
        head += " " + say("balance-held", held=tokens(account.held))
    if account.debt:
        head += " " + say("balance-debt", tokens=tokens(-account.debt))
    lines = [_line(row, say) for row in movements]
    await message.answer("\n".join([head, "", *(lines or [say("no-movements")]), "", say("balance-next")]))


def _line(row: Row, say: Say) -> str:
    at = datetime.fromtimestamp(row.created_at / 1000, UTC)
    sign = "+" if row.amount > 0 else "−"
    what = say(f"movement-{row.kind.replace('_', '-')}")
    return say("movement", at=f"{at:%Y-%m-%d %H:%M}", amount=f"{sign}{tokens(abs(row.amount))}", what=what)
