"""What Telegram's refusals mean. They are known by a part of their words: the rest changes."""

from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)

GONE = (
    "message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID",
    "message to delete not found", "message can't be deleted", "there is no text in the message to edit",
)  # fmt: skip
NO_ACCESS = (
    "chat not found", "user not found", "have no write access", "not enough rights", "CHAT_WRITE_FORBIDDEN",
    "CHAT_ADMIN_REQUIRED", "CHAT_RESTRICTED", "CHAT_SEND_", "USER_BANNED_IN_CHANNEL",
    "PRIVACY_PREMIUM_REQUIRED", "PEER_ID_INVALID", "message thread not found", "TOPIC_CLOSED",
    "TOPIC_DELETED",
)  # fmt: skip


def is_gone(error: AiogramError) -> bool:
    """The message that was to be changed is not there any more, or not ours to change."""
    return _says(error, GONE)


def is_shut_out(error: AiogramError) -> bool:
    """The bot may not write there: nobody's mistake, and nobody can be told there."""
    return isinstance(error, TelegramForbiddenError) or _says(error, NO_ACCESS)


def is_stranger(error: AiogramError) -> bool:
    """Telegram does not know this bot_token; of one that has not even the shape it says Not Found."""
    if isinstance(error, TelegramNotFound):
        return "method not found" not in error.message
    return isinstance(error, TelegramUnauthorizedError)


def _says(error: AiogramError, words: tuple[str, ...]) -> bool:
    return isinstance(error, TelegramBadRequest) and any(word in error.message for word in words)
