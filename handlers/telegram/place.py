"""Where in Telegram an answer goes; kept with its job as JSON."""

import json
from typing import NamedTuple

from aiogram.types import Message, ReplyParameters


class Place(NamedTuple):
    chat: int
    topic: int | None
    message: int
    """The message that asked; 0 where it can't be referred to."""
    language: str
    shown: int | None = None
    """The bot's message that shows how the work goes on; the answer takes its place."""

    @classmethod
    def of(cls, message: Message, language: str) -> "Place":
        topic = message.message_thread_id if message.is_topic_message else None
        return cls(message.chat.id, topic, message.message_id, language)

    @classmethod
    def load(cls, stored: str) -> "Place":
        return cls(*json.loads(stored))

    def dump(self) -> str:
        return json.dumps(self)

    @property
    def conversation(self) -> str:
        return f"tg:{self.chat}:{self.topic or 0}"

    @property
    def reply(self) -> ReplyParameters | None:
        """In a group the answer shows whose question it belongs to."""
        if self.chat > 0 or not self.message:
            return None
        return ReplyParameters(message_id=self.message, allow_sending_without_reply=True)
