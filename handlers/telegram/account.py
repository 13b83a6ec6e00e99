"""What a customer has: /balance with the last movements."""

from datetime import UTC, datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from billing import Row
from billing.debt import debt_of
from bot.customers import Customer
from bot.storage import Storage
from bot.texts import Say, tokens

router = Router(name="account")

LINES = 10
NEWEST = 10**17
"""Above every movement's number."""

_MOVEMENTS = (
    "SELECT id, kind, amount, created_at FROM ("
    " SELECT id, kind, amount, created_at FROM transfer WHERE destination = :account"
    " UNION ALL SELECT id, kind, -amount, created_at FROM transfer WHERE source = :account) AS side"
    " WHERE id < :before ORDER BY id DESC LIMIT :most"
)


@router.message(Command("balance"))
async def balance(message: Message, customer: Customer, say: Say, storage: Storage) -> None:
    account = await storage.fetch_one(
        "SELECT posted, held, (SELECT posted FROM account WHERE id = :debt) AS debt"
        " FROM account WHERE id = :id",
        id=customer.account, debt=debt_of(customer.id),
    )  # fmt: skip
    assert account is not None
    head = say("balance", available=tokens(account.posted - account.held))
    if account.held:
        head += " " + say("balance-held", held=tokens(account.held))
    if account.debt:
        head += " " + say("balance-debt", tokens=tokens(-account.debt))
    lines, keyboard = await _page(customer, say, storage, NEWEST)
    text = "\n".join([head, "", *(lines or [say("no-movements")]), "", say("balance-next")])
    await message.answer(text, reply_markup=keyboard)


@router.callback_query(F.data.regexp(r"^moves:\d{1,18}$"))
async def older(query: CallbackQuery, customer: Customer, say: Say, storage: Storage) -> None:
    """The next page of the movements, in the same message."""
    before = int((query.data or "").removeprefix("moves:"))
    lines, keyboard = await _page(customer, say, storage, before)
    await query.answer()
    if isinstance(query.message, Message) and lines:
        await query.message.edit_text("\n".join(lines), reply_markup=keyboard)


async def _page(
    customer: Customer, say: Say, storage: Storage, before: int
) -> tuple[list[str], InlineKeyboardMarkup | None]:
    """The movements before this one, and the way to those before them."""
    found = await storage.fetch(_MOVEMENTS, account=customer.account, before=before, most=LINES + 1)
    shown = found[:LINES]
    buttons = []
    if len(found) > LINES:
        buttons.append(_button(say("balance-older"), shown[-1].id))
    if before != NEWEST:
        buttons.append(_button(say("balance-newest"), NEWEST))
    keyboard = InlineKeyboardMarkup(inline_keyboard=[buttons]) if buttons else None
    return [_line(row, say) for row in shown], keyboard


def _button(text: str, before: int) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=f"moves:{before}")


def _line(row: Row, say: Say) -> str:
    at = datetime.fromtimestamp(row.created_at / 1000, UTC)
    sign = "+" if row.amount > 0 else "−"
    what = say(f"movement-{row.kind.replace('_', '-')}")
    return say("movement", at=f"{at:%Y-%m-%d %H:%M}", amount=f"{sign}{tokens(abs(row.amount))}", what=what)
