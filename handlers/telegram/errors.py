"""From what was refused to what the person reads: one table."""

import structlog
from aiogram import Router
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import CallbackQuery, ErrorEvent, Message

from billing.errors import InDebt, NotEnoughTokens, PaymentRefused, Refusal
from bot import customers
from bot.clock import now
from bot.queue import Banned, QueueFull, TooManyWaiting
from bot.storage import Storage
from bot.texts import Say, Texts, closest, tokens
from handlers.telegram.people import People
from handlers.telegram.place import Place

log = structlog.get_logger()
router = Router(name="errors")


class TooLong(Refusal):
    """A text of `size` bytes, where `most` are allowed."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"{size} bytes, {most} are allowed")
        self.size = size
        self.most = most


def words(refusal: Refusal, say: Say) -> str:
    """What went wrong, with numbers, and what to do next."""
    match refusal:
        case NotEnoughTokens(price=price, available=available):
            return say("error-not-enough", price=tokens(price), available=tokens(available))
        case InDebt(amount=amount):
            return say("error-in-debt", tokens=tokens(amount))
        case TooLong(size=size, most=most):
            return say("error-too-long", size=size, most=most)
        case TooManyWaiting(most=most):
            return say("error-too-many-waiting", most=most)
        case QueueFull():
            return say("error-queue-full")
        case Banned():
            return say("error-banned")
        case PaymentRefused(word=word):
            return say(word)
    raise refusal


@router.errors()
async def tell(event: ErrorEvent, texts: Texts, people: People, storage: Storage) -> bool:
    """Refusals are answers; a person who blocked the bot is noted. All else is tried again by the inbox."""
    error, update = event.exception, event.update
    occasion = update.message or update.callback_query
    if isinstance(error, TelegramForbiddenError) and occasion and occasion.from_user:
        await storage.write(customers.mark_blocked, occasion.from_user.id, now())
        return True
    if isinstance(error, Refusal) and occasion and occasion.from_user:
        customer = await people.meet(occasion.from_user)
        language = customer.language or closest(occasion.from_user.language_code)
        await _answer(occasion, words(error, texts.say(language)), language)
        return True
    if isinstance(error, TelegramBadRequest) and "query is too old" in error.message:
        return True  # the tap was made while we were away; nothing waits for the answer any more
    raise error


async def _answer(occasion: Message | CallbackQuery, text: str, language: str) -> None:
    if isinstance(occasion, CallbackQuery):
        await occasion.answer(text[:200], show_alert=True)
    else:
        place = Place.of(occasion, language)
        await occasion.answer(text, reply_parameters=place.reply)
