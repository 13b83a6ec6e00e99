"""/voice_settings: in which language, voice, manner, speed and pitch the bot speaks to a person.

All of it is one message with buttons. A sample of a voice costs nothing.
"""

from collections.abc import Sequence
from functools import cache

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from bot import voice_choices
from bot.catalog.voices import Language, Voice, Voices, read_voices
from bot.customers import Customer
from bot.providers import Manner
from bot.providers.errors import ProviderError
from bot.providers.speech import SpeechProvider
from bot.storage import Storage
from bot.texts import Say
from bot.voice_choices import VoiceChoice
from handlers.telegram.filters import Button
from handlers.telegram.pieces import accepted, sounded
from handlers.telegram.samples import Samples

router = Router(name="voice_settings")

SPEEDS = (-100, -50, -25, 0, 25, 50, 100, 200)
PITCHES = (-50, -30, -15, 0, 15, 30, 50)
STYLES = (
    "cheerful", "sad", "angry", "excited", "friendly", "gentle", "serious", "rough", "whispering", "shouting",
)  # fmt: skip
LANGUAGES_A_PAGE, VOICES_A_PAGE, COLUMNS = 21, 12, 3

Rows = list[list[InlineKeyboardButton]]


@router.message(Command("voice_settings"))
async def voice_settings(
    message: Message, customer: Customer, say: Say, storage: Storage, speech: SpeechProvider
) -> None:
    choice = await voice_choices.read(storage, customer.id)
    await message.answer(_title(choice, say), reply_markup=_main(choice, say))


@router.callback_query(Button("vs"))
async def pressed(
    query: CallbackQuery, rest: str, bot: Bot, customer: Customer, say: Say, storage: Storage,
    speech: SpeechProvider, samples: Samples,
) -> None:  # fmt: skip
    """`<what>:<argument>`; whatever is not known shows the main page."""
    what, _, argument = rest.partition(":")
    choice = await voice_choices.read(storage, customer.id)
    if what == "hear":
        await _hear(query, bot, argument, choice, customer, speech, samples, say)
        return
    if what == "style" and (word := _unable(argument, choice, speech)):
        await query.answer(say(word), show_alert=True)
        return
    changed = _changed(what, argument, choice)
    if changed != choice:
        await storage.write(voice_choices.write, customer.id, changed)
    await query.answer()
    if isinstance(query.message, Message):
        keyboard = _page(what, argument, changed, speech, say)
        await query.message.edit_text(_title(changed, say), reply_markup=keyboard)


def _changed(what: str, argument: str, choice: VoiceChoice) -> VoiceChoice:
    manner = choice.manner
    match what:
        case "language":
            language = _voices().language(argument)
            return _with(choice, language=language.code if language else None)
        case "voice":
            language, voice = _named(argument)
            if language and voice:
                return choice._replace(manner=voice_choices.with_voice(manner, language.code, voice.name))
        case "style":
            return _with(choice, style=argument if argument in STYLES and argument != manner.style else None)
        case "speed":
            return _with(choice, speed=_stepped(SPEEDS, manner.speed, argument))
        case "pitch":
            return _with(choice, pitch=_stepped(PITCHES, manner.pitch, argument))
        case "replies":
            return choice._replace(replies=not choice.replies)
    return choice


def _with(choice: VoiceChoice, **values: object) -> VoiceChoice:
    return choice._replace(manner=choice.manner.model_copy(update=values))


def _stepped(steps: Sequence[int], now: int, argument: str) -> int:
    at = min(range(len(steps)), key=lambda number: abs(steps[number] - now))
    return steps[max(0, min(len(steps) - 1, at + (1 if argument == "up" else -1)))]


def _unable(style: str, choice: VoiceChoice, speech: SpeechProvider) -> str | None:
    """Why today's engine can't speak in this manner."""
    if style not in STYLES or style in speech.styles_for(_voice_of(choice)):
        return None
    return "voice-style-unable"


def _voice_of(choice: VoiceChoice) -> Voice:
    """The one that would speak now; with an automatic language, the one chosen last."""
    language = _voices().language(choice.manner.language or "")
    liked = [_named(name) for name in choice.manner.voices]
    for known, voice in reversed(liked):
        if known and voice and language in (None, known):
            return voice
    spoken = language or _voices().language("en")
    assert spoken is not None
    return spoken.voices[0]


def _named(name: str) -> tuple[Language | None, Voice | None]:
    """`fa/dilara`."""
    code, _, who = name.partition("/")
    language = _voices().language(code)
    return language, language.voice(who) if language else None


def _title(choice: VoiceChoice, say: Say) -> str:
    manner = choice.manner
    language = _voices().language(manner.language or "")
    return say(
        "voice-settings",
        language=language.name.capitalize() if language else say("voice-language-auto"),
        voice=_names(manner) or say("voice-any"),
        style=say(f"voice-style-{manner.style or 'none'}"),
        speed=f"{manner.speed:+d}" if manner.speed else "0",
        pitch=f"{manner.pitch:+d}" if manner.pitch else "0",
    )


def _names(manner: Manner) -> str:
    return ", ".join(name.partition("/")[2].capitalize() for name in manner.voices)


def _page(
    what: str, argument: str, choice: VoiceChoice, speech: SpeechProvider, say: Say
) -> InlineKeyboardMarkup:
    match what:
        case "languages":
            return _languages("language", argument, say)
        case "speakers":
            return _languages("voices", argument, say)
        case "voices" | "voice":
            code, _, page = argument.partition("/")
            return _voices_of(code, page if page.isdigit() else "0", choice, say)
        case "styles" | "style":
            return _styles(choice, speech, say)
    return _main(choice, say)


def _main(choice: VoiceChoice, say: Say) -> InlineKeyboardMarkup:
    language = choice.manner.language
    rows = [
        [_button(say("voice-language-button"), "languages:0")],
        [_button(say("voice-voice-button"), f"voices:{language}" if language else "speakers:0")],
        [_button(say("voice-style-button"), "styles:")],
        [_button(say("voice-slower"), "speed:down"), _button(say("voice-faster"), "speed:up")],
        [_button(say("voice-lower"), "pitch:down"), _button(say("voice-higher"), "pitch:up")],
        [_button(say("voice-replies-on" if choice.replies else "voice-replies-off"), "replies:")],
        [_button(say("voice-hear"), f"hear:{_voice_of(choice).language}/{_voice_of(choice).name}")],
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _languages(what: str, argument: str, say: Say) -> InlineKeyboardMarkup:
    """To choose one of, or to choose a voice of."""
    listed = list(_voices())
    page = _number(argument, len(listed), LANGUAGES_A_PAGE)
    buttons = [
        _button(one.name.capitalize(), f"{what}:{one.code}")
        for one in listed[page * LANGUAGES_A_PAGE : (page + 1) * LANGUAGES_A_PAGE]
    ]
    first = [[_button(say("voice-language-auto"), "language:auto")]] if what == "language" else []
    pages = "languages" if what == "language" else "speakers"
    turning = _turning(pages, "", page, len(listed), LANGUAGES_A_PAGE)
    return InlineKeyboardMarkup(inline_keyboard=[*first, *_in_rows(buttons), turning, _back(say)])


def _voices_of(code: str, argument: str, choice: VoiceChoice, say: Say) -> InlineKeyboardMarkup:
    """A row a voice: choose it, or hear it first."""
    language = _voices().language(code) or _voices().language("en")
    assert language is not None
    page = _number(argument, len(language.voices), VOICES_A_PAGE)
    rows = []
    for voice in language.voices[page * VOICES_A_PAGE : (page + 1) * VOICES_A_PAGE]:
        name = f"{language.code}/{voice.name}"
        chosen = "✓ " if name in choice.manner.voices else ""
        gender = "👩" if voice.gender == "female" else "👨"
        label = f"{chosen}{gender} {voice.name.capitalize()}"
        rows.append([_button(label, f"voice:{name}"), _button("▶️", f"hear:{name}")])
    turning = _turning("voices", f"{language.code}/", page, len(language.voices), VOICES_A_PAGE)
    return InlineKeyboardMarkup(inline_keyboard=[*rows, turning, _back(say)])


def _styles(choice: VoiceChoice, speech: SpeechProvider, say: Say) -> InlineKeyboardMarkup:
    """What today's engine can't do is marked, and says why when it is tapped."""
    able = speech.styles_for(_voice_of(choice))
    buttons = []
    for style in STYLES:
        mark = "✓ " if style == choice.manner.style else "" if style in able else "🚫 "
        buttons.append(_button(mark + say(f"voice-style-{style}"), f"style:{style}"))
    none = _button(("" if choice.manner.style else "✓ ") + say("voice-style-none"), "style:none")
    return InlineKeyboardMarkup(inline_keyboard=[[none], *_in_rows(buttons, 2), _back(say)])


def _number(argument: str, count: int, a_page: int) -> int:
    last = (count - 1) // a_page
    return min(int(argument), last) if argument.isdigit() and len(argument) < 4 else 0


def _turning(what: str, prefix: str, page: int, count: int, a_page: int) -> list[InlineKeyboardButton]:
    back = [_button("◀️", f"{what}:{prefix}{page - 1}")] if page else []
    more = [_button("▶️ …", f"{what}:{prefix}{page + 1}")] if (page + 1) * a_page < count else []
    return back + more


def _in_rows(buttons: Sequence[InlineKeyboardButton], columns: int = COLUMNS) -> Rows:
    return [list(buttons[at : at + columns]) for at in range(0, len(buttons), columns)]


def _back(say: Say) -> list[InlineKeyboardButton]:
    return [_button(say("voice-back"), "main:")]


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=f"vs:{data}")


async def _hear(
    query: CallbackQuery, bot: Bot, name: str, choice: VoiceChoice, customer: Customer,
    speech: SpeechProvider, samples: Samples, say: Say,
) -> None:  # fmt: skip
    language, voice = _named(name)
    if language is None or voice is None or query.message is None:
        await query.answer(say("button-too-old"), show_alert=True)
        return
    if not samples.may(customer.id):
        await query.answer(say("voice-samples-enough"), show_alert=True)
        return
    await query.answer()
    chat = query.message.chat.id
    try:
        sound = await samples.of(voice, choice.manner, speech)
    except ProviderError as error:
        await bot.send_message(chat, say(error.word))
        return
    caption = f"{language.name.capitalize()} · {voice.name.capitalize()}"
    await accepted(
        lambda: sounded(bot, chat, sound.data, sound.seconds or 0, caption=caption),
        lambda: bot.send_message(chat, say("sound-refused")),
    )


@cache
def _voices() -> Voices:
    return read_voices()
