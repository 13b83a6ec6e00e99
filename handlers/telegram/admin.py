"""Administration in the chat: codes, credits, customers, refunds. Only for the ids of the settings, only in
private, only as the person themselves.

Admins read English here; what customers get is in their language.
"""

from collections.abc import Sequence

import structlog
from aiogram import Bot, Router
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.types import Message

from billing.errors import NotEnoughTokens, PaymentRefused
from billing.payments import stars
from bot.clock import now
from bot.operator import Operator, UnknownCustomer, amount_of
from bot.storage import Storage
from bot.texts import Say, Texts, isolated, tokens
from handlers.telegram.rendering import Part, plain, to_copy

log = structlog.get_logger()
router = Router(name="admin")


class Admins:
    """Who administers, and the way to tell them all."""

    def __init__(self, bot: Bot, ids: Sequence[int]) -> None:
        self.ids = frozenset(ids)
        self._bot = bot

    async def tell(self, text: str) -> None:
        log.error("alarm", text=text)
        for admin in self.ids:
            try:
                await self._bot.send_message(admin, f"⚠️ {text}")
            except AiogramError as error:
                log.warning("an admin could not be told", admin=admin, error=type(error).__name__)


class FromAdmin(BaseFilter):
    async def __call__(self, message: Message, admins: Admins) -> bool:
        return (
            message.chat.type == "private"
            and message.from_user is not None
            and message.from_user.id in admins.ids
            and message.forward_origin is None
        )


router.message.filter(FromAdmin())

USAGE = {
    "issue": "/issue <telegram id> [name]",
    "codes": "/codes [telegram id]",
    "revoke": "/revoke <code number>",
    "credit": "/credit <telegram id> <tokens> <reason>",
    "user": "/user <telegram id>",
    "refund": "/refund <charge id>",
}


class Misused(Exception):
    """The command's words are off."""


def _number(words: str) -> int:
    if not words.isascii() or not words.isdigit() or len(words) > 18:
        raise Misused
    return int(words)


@router.message(Command(*USAGE))
async def administer(
    message: Message, command: CommandObject, operator: Operator, storage: Storage, bot: Bot, texts: Texts
) -> None:
    words = (command.args or "").split()
    answer: str | Part
    try:
        match command.command:
            case "issue":
                answer = await _issue(operator, words)
            case "codes":
                answer = await _codes(operator, words)
            case "revoke":
                answer = await _revoke(operator, words)
            case "credit":
                key = f"{message.chat.id}:{message.message_id}"
                answer = await _credit(operator, words, key)
            case "user":
                answer = await _user(operator, words)
            case _:
                answer = await _refund(storage, bot, words, texts.say("en"))
    except (Misused, ValueError, IndexError) as error:
        answer = f"{str(error).capitalize() + '. ' if str(error) else ''}Use it as: {USAGE[command.command]}"
    except UnknownCustomer:
        answer = "Nobody with this Telegram id has been here."
    except NotEnoughTokens as error:
        answer = f"They have only {tokens(error.available)} tokens."
    text, entities = answer if isinstance(answer, Part) else plain(answer)
    await message.answer(text, entities=entities)


async def _issue(operator: Operator, words: Sequence[str]) -> Part:
    name = " ".join(words[1:])[:64] or "API"
    code = await operator.issue(_number(words[0]), name)
    return to_copy(f"The code, shown this once:\n{code}\nIt spends the balance of {words[0]}.", code)


async def _codes(operator: Operator, words: Sequence[str]) -> str:
    codes = await operator.codes(_number(words[0]) if words else None)
    lines = [
        f"{c.id}. {c.shown} · {isolated(c.name)} · {c.telegram_id}{' · revoked' if c.revoked_at else ''}"
        for c in codes
    ]
    return "\n".join(lines) or "No codes."


async def _revoke(operator: Operator, words: Sequence[str]) -> str:
    done = await operator.revoke(_number(words[0]))
    return "Revoked." if done else "There is no such code, or it is revoked already. /codes"


async def _credit(operator: Operator, words: Sequence[str], key: str) -> str:
    reason = " ".join(words[2:])
    if not reason:
        raise Misused("a reason is needed")
    balance = await operator.credit(_number(words[0]), amount_of(words[1]), reason, key)
    return f"Done. They have {tokens(balance.posted)} tokens, {tokens(balance.held)} of them held."


async def _user(operator: Operator, words: Sequence[str]) -> str:
    profile = await operator.profile(_number(words[0]))
    customer = profile.customer
    return (
        f"{isolated(customer.name)} · {customer.telegram_id} · customer {customer.id}\n"
        f"{tokens(profile.balance.posted)} tokens, {tokens(profile.balance.held)} held\n"
        f"{profile.jobs} jobs, {len(profile.codes)} codes"
    )


async def _refund(storage: Storage, bot: Bot, words: Sequence[str], say: Say) -> str:
    try:
        payment = await storage.write(stars.request_refund, words[0], now())
    except PaymentRefused as refusal:
        return say(refusal.word)
    if payment.state == "refunded":
        return "It was refunded before."
    await refund_with_telegram(storage, bot, words[0])
    return "Refunded: the tokens are taken back, the Stars are returned."


async def refund_with_telegram(storage: Storage, bot: Bot, charge: str) -> None:
    """Have Telegram give the Stars back; asking twice is asking once."""
    row = await storage.fetch_one(
        "SELECT customer.telegram_id FROM payment JOIN customer ON customer.id = payment.customer"
        " WHERE charge = :charge",
        charge=charge,
    )
    assert row is not None, charge
    try:
        await bot.refund_star_payment(user_id=row.telegram_id, telegram_payment_charge_id=charge)
    except TelegramBadRequest as error:
        if "CHARGE_ALREADY_REFUNDED" not in error.message:
            raise
    await storage.write(stars.refunded, charge)


async def repeat_refunds(storage: Storage, bot: Bot) -> None:
    """Refunds that were asked for and whose answer never came."""
    for row in await storage.fetch("SELECT charge FROM payment WHERE state = 'refund_requested' LIMIT 50"):
        try:
            await refund_with_telegram(storage, bot, row.charge)
        except AiogramError as error:
            log.error("refund failed, will be tried again", charge=row.charge, error=str(error))
