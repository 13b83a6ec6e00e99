"""Administration in the chat: codes, credits, customers, refunds. Only for the ids of the settings, only in
private, only as the person themselves.

Admins read English here; what customers get is in their language.
"""

from collections.abc import Sequence

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from billing.errors import NotEnoughTokens, PaymentRefused
from billing.payments import reconciliation, refunds
from billing.payments.orders import STARS
from bot.clock import now
from bot.operator import Operator, UnknownCustomer, amount_of
from bot.storage import Storage
from bot.texts import Say, Texts, isolated, tokens
from handlers.telegram.admins import FromAdmin
from handlers.telegram.refunding import Refunding
from handlers.telegram.rendering import plain, to_copy
from handlers.telegram.splitting import Part

router = Router(name="admin")


router.message.filter(FromAdmin())

USAGE = {
    "issue": "/issue <telegram id> [name]",
    "codes": "/codes [telegram id]",
    "revoke": "/revoke <code number>",
    "credit": "/credit <telegram id> <tokens> <reason>",
    "user": "/user <telegram id>",
    "refund": "/refund <charge id>",
    "stars": "/stars",
}


class Misused(Exception):
    """The command's words are off."""


def _number(words: str) -> int:
    if not words.isascii() or not words.isdigit() or len(words) > 18:
        raise Misused
    return int(words)


@router.message(Command(*USAGE))
async def administer(
    message: Message, command: CommandObject, operator: Operator, storage: Storage, refunding: Refunding,
    texts: Texts,
) -> None:  # fmt: skip
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
            case "stars":
                answer = await _stars(storage)
            case _:
                answer = await _refund(storage, refunding, words, texts.say("en"))
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


async def _refund(storage: Storage, refunding: Refunding, words: Sequence[str], say: Say) -> str:
    try:
        payment = await storage.write(refunds.request_refund, words[0], now())
    except PaymentRefused as refusal:
        if await refunding.give_back(words[0]):
            return "It had no order; the Stars are returned."
        return say(refusal.word)
    if payment.state not in ("credited", "refund_requested"):
        return "It was refunded before." if payment.state == "refunded" else say("refund-impossible")
    if await refunding.ask(words[0]):
        if payment.currency != STARS:
            return "The tokens are taken back. Give the money back by hand."
        return "Refunded: the tokens are taken back, the Stars are returned."
    return "Telegram refuses this refund; the tokens are the customer's again."


async def _stars(storage: Storage) -> str:
    """The operator's queue."""
    lines = [
        f"{'+' if row.direction == 'in' else '−'}{row.stars} ⭐ {row.id} · {row.telegram_id or row.partner}"
        for row in await storage.write(reconciliation.unmatched)
    ]
    return "\n".join(lines) or "Every Star transaction has its order."
