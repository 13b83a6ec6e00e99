"""A small aiogram bot that shows everything the chat page can show. /start lists what it does."""

from __future__ import annotations

import asyncio
import io
import math
import struct
import wave

from aiogram import Bot, Dispatcher, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    LabeledPrice,
    MediaUnion,
    Message,
    PreCheckoutQuery,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from PIL import Image, ImageDraw

from bot.providers.speech.audio import as_mp3

router = Router()

RICH = """<b>Bold</b>, <i>italic</i>, <u>underlined</u>, <s>struck</s>, <code>code</code>, a \
<a href="https://example.org/">link</a> and a <tg-spoiler>hidden word</tg-spoiler>; try /pay too.
<blockquote>Short quotation
in two lines</blockquote>
<pre><code class="language-python">def price(words: int) -> int:
    # one token for each five words
    return 1 + words // 5</code></pre>
<blockquote expandable>1. A long quotation that folds.
2. It has more lines
3. than are shown at first,
4. so that one can
5. open and close it.</blockquote>"""
PERSIAN = """<b>سلام!</b> این یک پیام فارسی است با <i>واژه‌های کج</i> و <code>code</code> در میان متن.
نشانی: https://example.org/fa و دستور /help
<blockquote>توانا بود هر که دانا بود</blockquote>"""
STORY = (
    "The ledger is a book of transfers. A transfer is never changed; what was wrong is put right by another. "
    "A hold sets aside the most that a job can cost, and a capture takes what it did cost. "
    "So no token is ever lost, and none is charged twice."
)


def picture(number: int, width: int = 640, height: int = 480) -> BufferedInputFile:
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for line in range(height):
        part = line / height
        draw.line(
            ((0, line), (width, line)),
            fill=(int(40 + 60 * number % 200), int(90 + 120 * part), int(220 - 90 * part)),
        )
    for ring in range(6):
        middle = (width * (0.2 + 0.13 * ring), height * (0.65 - 0.08 * math.sin(ring + number)))
        radius = 90 - 11 * ring
        box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
        draw.ellipse(box, outline=(255, 240, 200), width=4)
    out = io.BytesIO()
    image.save(out, "PNG")
    return BufferedInputFile(out.getvalue(), "picture.png")


def tune(seconds: float = 2.0) -> bytes:
    """A WAV that rises and falls, so that the shape of the sound has something to show."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        for sample in range(int(16_000 * seconds)):
            at = sample / 16_000
            loud = abs(math.sin(at * 3)) * (0.4 + 0.6 * abs(math.sin(at * 11)))
            file.writeframesraw(struct.pack("<h", int(loud * 12_000 * math.sin(at * 2 * math.pi * 330))))
    return out.getvalue()


@router.message(Command("start"))
async def start(message: Message, command: CommandObject) -> None:
    keyboard = ReplyKeyboardMarkup(
        keyboard=[[KeyboardButton(text="Ask a question"), KeyboardButton(text="Balance")]],
        resize_keyboard=True,
    )
    invited = f"\nYou came by <code>{command.args}</code>." if command.args else ""
    await message.answer(
        f"Welcome! /rich /stream /pay /photo{invited}", parse_mode="HTML", reply_markup=keyboard
    )


@router.message(Command("nokeys"))
async def take_keyboard(message: Message) -> None:
    await message.answer("Gone.", reply_markup=ReplyKeyboardRemove())


@router.message(Command("rich"))
async def rich(message: Message) -> None:
    await message.reply(RICH, parse_mode="HTML")


@router.message(Command("fa"))
async def persian(message: Message) -> None:
    await message.reply(PERSIAN, parse_mode="HTML")


@router.message(Command("buttons"))
async def buttons(message: Message) -> None:
    rows = [
        [
            InlineKeyboardButton(text="Toast", callback_data="toast"),
            InlineKeyboardButton(text="Alert", callback_data="alert"),
        ],
        [
            InlineKeyboardButton(text="Site", url="https://example.org/"),
            InlineKeyboardButton(text="Copy the code", copy_text=CopyTextButton(text="ABC-123")),
        ],
        [
            InlineKeyboardButton(text="Yes", callback_data="edit", style="success"),
            InlineKeyboardButton(text="Go", callback_data="slow", style="primary"),
            InlineKeyboardButton(text="No", callback_data="silent", style="danger"),
        ],
    ]
    await message.answer("Pick one:", reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


@router.callback_query(F.data == "silent")
async def no_answer(query: CallbackQuery) -> None:
    await query.answer()


@router.callback_query()
async def pressed(query: CallbackQuery) -> None:
    if query.data == "slow":
        await asyncio.sleep(0.7)
    if query.data == "edit" and isinstance(query.message, Message):
        await query.message.edit_text("You said yes.")
    await query.answer(f"You pressed {query.data}", show_alert=query.data == "alert")


@router.message(Command("stream"))
async def stream(message: Message, bot: Bot) -> None:
    await bot.send_chat_action(message.chat.id, "typing")
    words = STORY.split()
    sent = await message.answer(words[0])
    for count in range(8, len(words) + 8, 8):
        await asyncio.sleep(0.12)
        await sent.edit_text(" ".join(words[:count]))


@router.message(Command("photo"))
async def photo(message: Message) -> None:
    await message.answer_photo(
        picture(1), caption="A picture. <b>2 tokens</b>, 38 are left.", parse_mode="HTML"
    )


@router.message(Command("album"))
async def album(message: Message) -> None:
    captions = ["Four at once", None, None, None]
    media: list[MediaUnion] = [
        InputMediaPhoto(media=picture(number, 512, 512), caption=words)
        for number, words in enumerate(captions)
    ]
    await message.answer_media_group(media)


@router.message(Command("file"))
async def document(message: Message) -> None:
    await message.answer_document(BufferedInputFile(b"# Terms\n" * 200, "terms-and-conditions.md"))


@router.message(Command("audio"))
async def audio(message: Message) -> None:
    music = BufferedInputFile(await as_mp3(tune()), "tune.mp3")
    await message.answer_audio(music, title="A tune", performer="The machine", duration=2)


@router.message(Command("pay"))
async def pay(message: Message) -> None:
    prices = [LabeledPrice(label="100 tokens", amount=50)]
    await message.answer_invoice(
        title="100 tokens",
        description="Enough for about 50 answers or 20 pictures.",
        payload="pack:100",
        currency="XTR",
        prices=prices,
    )


@router.message(Command("dear"))
async def dear(message: Message) -> None:
    prices = [LabeledPrice(label="a lot", amount=90_000)]
    await message.answer_invoice(
        title="A lot of tokens", description="Dear.", payload="pack:lots", currency="XTR", prices=prices
    )


@router.message(Command("monthly"))
async def monthly(message: Message, bot: Bot) -> None:
    prices = [LabeledPrice(label="A month", amount=120)]
    link = await bot.create_invoice_link(
        "A month", "500 tokens each month.", "plan:month", "XTR", prices, subscription_period=2_592_000
    )
    await message.answer(f"Subscribe: {link}")


@router.pre_checkout_query()
async def checkout(query: PreCheckoutQuery) -> None:
    await query.answer(ok=True)


@router.message(F.successful_payment)
async def paid(message: Message) -> None:
    await message.answer("Thank you! 100 tokens were added.")


@router.message(Command("draft"))
async def draft(message: Message, bot: Bot) -> None:
    for part in ("Thinking", "Thinking about", "Thinking about it"):
        await bot.send_message_draft(message.chat.id, draft_id=1, text=part)
        await asyncio.sleep(0.3)
    await message.answer("Thought about it.")


@router.message(F.voice)
async def voice(message: Message) -> None:
    assert message.voice is not None
    await message.reply_voice(message.voice.file_id, caption="Your voice note, again.")


@router.message(F.photo | F.document | F.sticker)
async def received(message: Message) -> None:
    await message.reply("Received: " + message.content_type)


@router.message(F.text)
async def echo(message: Message) -> None:
    await message.reply(message.text or "")


COMMANDS = {
    "": [
        ("start", "Begin"),
        ("rich", "All kinds of text"),
        ("stream", "An answer that grows"),
        ("pay", "Buy"),
    ],
    "fa": [("start", "شروع"), ("fa", "متن فارسی"), ("pay", "خرید ژتون"), ("album", "چهار تصویر")],
}


async def run(bot: Bot) -> None:
    """Set the commands, then poll until cancelled."""
    for language, commands in COMMANDS.items():
        shown = [BotCommand(command=name, description=words) for name, words in commands]
        await bot.set_my_commands(shown, language_code=language or None)
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    try:
        await dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
    finally:
        # A router belongs to one dispatcher; the next run makes another.
        router._parent_router = None
