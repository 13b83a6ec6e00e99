"""Text in, answer out: the main thing."""

import re

from aiogram import Router
from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, Message, User

from bot import voice_choices
from bot.blocks import Blocks
from bot.customers import Customer
from bot.jobs import Jobs
from bot.providers import Request, TextRequest
from bot.queue import Limit, NewJob
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Say
from handlers.telegram.answers import DOOR
from handlers.telegram.errors import TooLong
from handlers.telegram.filters import Button, Has
from handlers.telegram.place import Place
from handlers.telegram.showing import Showing

router = Router(name="chat")


class Asking:
    """How a person's request in a chat becomes a job: the same for text, pictures and speech."""

    def __init__(self, jobs: Jobs, showing: Showing, settings: Settings, blocks: Blocks) -> None:
        self._jobs = jobs
        self._blocks = blocks
        self._showing = showing
        self._most = settings.chat_text_bytes_max
        self._limits = (
            Limit(frozenset({"text"}), settings.chat_waiting_text),
            Limit(frozenset({"image", "voice"}), settings.chat_waiting_other),
        )

    def check_length(self, text: str) -> None:
        if (size := len(text.encode())) > self._most:
            raise TooLong(size, self._most)

    async def ask(self, key: str, request: Request, place: Place, customer: Customer) -> None:
        """Queue it, or raise a Refusal."""
        self._blocks.chat_request(customer.id)
        # Telegram may send an update twice; the key makes it the same job both times.
        job = await self._jobs.submit(
            NewJob(
                key=key,
                customer=customer.id,
                door=DOOR,
                scope=f"chat:{customer.id}",
                request=request,
                place=place.dump(),
                lane=place.conversation if request.kind == "text" else None,
                limits=self._limits,
            )
        )
        self._showing.expect(job)


class ForTheBot(BaseFilter):
    """In a group only what is said to the bot is answered: a mention, or a reply to it."""

    async def __call__(self, message: Message, me: User) -> bool | dict[str, str]:
        text = message.text or message.caption or ""
        if message.chat.type == "private":
            return {"words": text}
        if mention := re.search(rf"(?<!\w)@{me.username}(?!\w)", text, re.IGNORECASE):
            return {"words": (text[: mention.start()] + text[mention.end() :]).strip()}
        replied = message.reply_to_message
        if replied and replied.from_user and replied.from_user.id == me.id:
            return {"words": text}
        return False


@router.message(Has("text"), ForTheBot())
async def answer_text(
    message: Message, words: str, customer: Customer, language: str, say: Say, asking: Asking,
    storage: Storage,
) -> None:  # fmt: skip
    if not words or words.startswith("/"):
        await message.answer(say("unknown-command" if words else "ask-something"))
        return
    asking.check_length(words)
    place = Place.of(message, language)
    request = TextRequest(
        question=words,
        mode=customer.mode,
        speak=customer.speaks,
        speech_format="ogg",
        manner=(await voice_choices.read(storage, customer.id)).manner if customer.speaks else None,
        conversation=place.conversation,
    )
    await asking.ask(f"tg:{message.chat.id}:{message.message_id}", request, place, customer)


@router.callback_query(Button("stop"))
async def stop(query: CallbackQuery, rest: str, customer: Customer, say: Say, jobs: Jobs) -> None:
    stopped = rest.isdigit() and await jobs.cancel(int(rest), customer.id)
    await query.answer(say("stopping" if stopped else "nothing-to-stop"))


@router.callback_query()
async def unknown_button(query: CallbackQuery, say: Say) -> None:
    """Of an earlier version, or made up."""
    await query.answer(say("button-too-old"), show_alert=True)


@router.message(ForTheBot())
async def not_yet(message: Message, say: Say) -> None:
    """What can't be taken yet: said politely, costs nothing."""
    if message.content_type in NOT_A_REQUEST:
        return
    await message.answer(say("cannot-take"))


NOT_A_REQUEST = frozenset(
    {
        "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
        "group_chat_created", "supergroup_chat_created", "channel_chat_created", "migrate_to_chat_id",
        "migrate_from_chat_id", "pinned_message", "message_auto_delete_timer_changed", "boost_added",
        "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
        "general_forum_topic_hidden", "general_forum_topic_unhidden", "video_chat_scheduled",
        "video_chat_started", "video_chat_ended", "video_chat_participants_invited", "refunded_payment",
        "successful_payment", "write_access_allowed", "unknown",
    }
)  # fmt: skip
"""Service messages: nobody waits for an answer to them."""
