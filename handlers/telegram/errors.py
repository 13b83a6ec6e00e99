"""From what was refused to what the person reads: one table."""

import structlog
from aiogram import Router
from aiogram.exceptions import AiogramError, TelegramForbiddenError
from aiogram.types import CallbackQuery, ErrorEvent, Message

from billing.errors import InDebt, NotEnoughTokens, PaymentRefused, Refusal
from billing.free.gifts import GiftRefused
from bot import customers
from bot.blocks import Blocked
from bot.clock import MINUTE, now
from bot.queue import Banned, QueueFull, TooManyWaiting
from bot.statements.maker import StatementsBusy
from bot.storage import Storage
from bot.texts import Say, Texts, closest, tokens
from bot.watch import BooksWrong
from handlers.telegram.people import People
from handlers.telegram.place import Place
from handlers.telegram.trouble import is_gone, is_shut_out

log = structlog.get_logger()
router = Router(name="errors")


class TooLong(Refusal):
    """A text of `size` bytes, where `most` are allowed."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"{size} bytes, {most} are allowed")
        self.size = size
        self.most = most


class RecordingTooBig(Refusal):
    """More than Telegram lets a bot fetch."""


class RecordingTooLong(Refusal):
    """More than `minutes`."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"at most {minutes} minutes are listened to")
        self.minutes = minutes


class RecordingGone(Refusal):
    """Telegram did not give it out."""


class RecordingNoSound(Refusal):
    """A file that is no sound."""


def words(refusal: Refusal, say: Say) -> str:
    """What went wrong, with numbers, and what to do next."""
    match refusal:
        case NotEnoughTokens(price=price, available=available):
            return say("error-not-enough", price=tokens(price), available=tokens(available))
        case InDebt(amount=amount):
            return say("error-in-debt", tokens=tokens(amount))
        case TooLong(size=size, most=most):
            return say("error-too-long", size=size, most=most)
        case RecordingTooBig():
            return say("recording-too-big")
        case RecordingTooLong(minutes=minutes):
            return say("recording-too-long", minutes=minutes)
        case RecordingGone():
            return say("recording-gone")
        case RecordingNoSound():
            return say("error-not-a-sound")
        case TooManyWaiting(most=most):
            return say("error-too-many-waiting", most=most)
        case QueueFull():
            return say("error-queue-full")
        case StatementsBusy():
            return say("statement-wait")
        case BooksWrong():
            return say("error-books-wrong")
        case Banned():
            return say("error-banned")
        case Blocked(until=until):
            return say("error-blocked", minutes=max(1, -(-(until - now()) // MINUTE)))
        case GiftRefused(word="gift-too-much", most=most):
            return say("gift-too-much", tokens=tokens(most))
        case GiftRefused(word=word):
            return say(word)
        case PaymentRefused(word=word):
            return say(word)
    raise refusal


@router.errors()
async def tell(event: ErrorEvent, texts: Texts, people: People, storage: Storage) -> bool:
    """Refusals are answers; where the bot may not write nobody can be told, and a button whose message is
    gone changes nothing. All else is the inbox's to try again or to set aside."""
    error, update = event.exception, event.update
    occasion = update.message or update.callback_query
    user = occasion.from_user if occasion else None
    if isinstance(error, Refusal) and occasion and user:
        customer = await people.meet(user)
        language = customer.language or closest(user.language_code)
        await _answer(occasion, words(error, texts.say(language)), language)
        return True
    if not isinstance(error, AiogramError) or not (is_shut_out(error) or is_gone(error)):
        raise error
    log.info("could not answer", update=update.update_id, error=str(error))
    if isinstance(error, TelegramForbiddenError) and user and update.message and _private(update.message):
        await storage.write(customers.mark_blocked, user.id, now())
    return True


def _private(message: Message) -> bool:
    return message.chat.type == "private"


async def _answer(occasion: Message | CallbackQuery, text: str, language: str) -> None:
    if isinstance(occasion, CallbackQuery):
        await occasion.answer(text[:200], show_alert=True)
    else:
        place = Place.of(occasion, language)
        await occasion.answer(text, reply_parameters=place.reply)
