"""How people like to be spoken to: language, voices, style, speed, pitch; and whether voice answers voice."""

from typing import NamedTuple

from billing import Connection
from bot.providers import Manner
from bot.storage import Storage

FIELDS = ("language", "voices", "style", "speed", "pitch", "replies")


class VoiceChoice(NamedTuple):
    manner: Manner = Manner()
    replies: bool = True
    """A voice message is answered by voice."""


async def read(storage: Storage, customer: int) -> VoiceChoice:
    row = await storage.fetch_one(
        f"SELECT {', '.join(FIELDS)} FROM voice_choice WHERE customer = :customer", customer=customer
    )
    if row is None:
        return VoiceChoice()
    manner = Manner(
        language=row.language, voices=tuple(row.voices.split()), style=row.style, speed=row.speed,
        pitch=row.pitch,
    )  # fmt: skip
    return VoiceChoice(manner, bool(row.replies))


def write(conn: Connection, customer: int, choice: VoiceChoice) -> None:
    manner = choice.manner
    conn.run(
        "INSERT INTO voice_choice (customer, language, voices, style, speed, pitch, replies)"
        " VALUES (:customer, :language, :voices, :style, :speed, :pitch, :replies)"
        " ON CONFLICT (customer) DO UPDATE SET language = :language, voices = :voices, style = :style,"
        " speed = :speed, pitch = :pitch, replies = :replies",
        customer=customer, language=manner.language, voices=" ".join(manner.voices), style=manner.style,
        speed=manner.speed, pitch=manner.pitch, replies=int(choice.replies),
    )  # fmt: skip


def with_voice(manner: Manner, language: str, voice: str) -> Manner:
    """That voice for its language, in the place of an earlier choice."""
    others = tuple(name for name in manner.voices if name.partition("/")[0] != language)
    return manner.model_copy(update={"voices": (*others, f"{language}/{voice}")})
