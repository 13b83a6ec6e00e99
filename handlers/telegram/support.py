"""/support: what the person writes reaches the admins; an admin's reply reaches the person. Pictures too."""

from aiogram import Bot, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.types import Message, MessageId

from billing import Connection
from bot import customers
from bot.clock import now
from bot.customers import Customer
from bot.storage import Storage
from bot.texts import Say, Texts, closest, isolated
from handlers.telegram.admins import Admins, FromAdmin
from handlers.telegram.filters import Has, Private
from handlers.telegram.people import People

router = Router(name="support")

AWAITING = "support"


class AnswersSupport(BaseFilter):
    """An admin's reply to a message that came by /support."""

    async def __call__(self, message: Message, storage: Storage) -> bool | dict[str, int]:
        replied = message.reply_to_message
        if replied is None or message.from_user is None:
            return False
        row = await storage.fetch_one(
            "SELECT customer.telegram_id FROM support_message"
            " JOIN customer ON customer.id = support_message.customer"
            " WHERE admin = :admin AND message = :message",
            admin=message.from_user.id, message=replied.message_id,
        )  # fmt: skip
        return {"asker": row.telegram_id} if row else False


class Awaited(BaseFilter):
    async def __call__(self, message: Message, customer: Customer) -> bool:
        return (
            message.chat.type == "private"
            and customer.awaiting == AWAITING
            and not (message.text or "").startswith("/")
            and message.successful_payment is None
        )


@router.message(Has("reply_to_message"), FromAdmin(), AnswersSupport())
async def admin_answers(message: Message, asker: int, bot: Bot, storage: Storage, texts: Texts) -> None:
    row = await storage.fetch_one(
        "SELECT coalesce(language, spoken) AS language FROM customer WHERE telegram_id = :id", id=asker
    )
    say = texts.say(row.language or closest(None) if row else closest(None))
    await bot.send_message(asker, say("support-answer"))
    await bot.copy_message(asker, message.chat.id, message.message_id)
    await message.answer("✓")


@router.message(Command("support"), Private())
async def support(
    message: Message, command: CommandObject, customer: Customer, say: Say, people: People, bot: Bot,
    storage: Storage, admins: Admins,
) -> None:  # fmt: skip
    if command.args:
        await _pass_on(message, customer, say, bot, storage, admins, words=command.args)
    else:
        await people.change(customers.await_message, customer, AWAITING)
        await message.answer(say("support-ask"))


@router.message(Awaited())
async def support_message(
    message: Message, customer: Customer, say: Say, people: People, bot: Bot, storage: Storage, admins: Admins
) -> None:
    await _pass_on(message, customer, say, bot, storage, admins)
    await people.change(customers.await_message, customer, None)


async def _pass_on(
    message: Message, customer: Customer, say: Say, bot: Bot, storage: Storage, admins: Admins,
    *, words: str | None = None,
) -> None:  # fmt: skip
    """Reaches every admin that can be reached; each may answer by replying to either message.

    `words`: what is passed on instead of a text that has the command in it.
    """
    reached = 0
    for admin in admins.ids:
        try:
            head = await bot.send_message(
                admin, f"✉️ {isolated(customer.name)} ({customer.telegram_id}) asks. Reply to answer."
            )
            copy: Message | MessageId
            if words and message.text:
                copy = await bot.send_message(admin, words)
            else:
                copy = await bot.copy_message(admin, message.chat.id, message.message_id, caption=words)
        except AiogramError:
            continue
        reached += 1
        for shown in (head.message_id, copy.message_id):
            await storage.write(_remember, admin, shown, customer.id, now())
    await message.answer(say("support-sent" if reached else "support-unreachable"))


def _remember(conn: Connection, admin: int, message: int, customer: int, at: int) -> None:
    conn.run(
        "INSERT INTO support_message (admin, message, customer, created_at)"
        " VALUES (:admin, :message, :customer, :at) ON CONFLICT DO NOTHING",
        admin=admin, message=message, customer=customer, at=at,
    )  # fmt: skip
