"""What the callback API says when something is refused or goes wrong: its codes and a sentence each."""

from datetime import UTC, datetime
from typing import NamedTuple

from billing.errors import BudgetSpent, CodeUnusable, InDebt, NotEnoughTokens, Refusal
from bot.blocks import Blocked, TooFast
from bot.clock import SECOND
from bot.providers import errors as outside
from bot.queue import Banned, FilesFull, QueueFull, TooManyWaiting
from bot.texts import tokens
from bot.watch import BooksWrong
from handlers.http.auth import CodePaused

WORKED = 100
INTERNAL, BLOCKED, INVALID, BAD_CODE, NO_TOKENS, TOO_MANY, ADDRESSES = -1, -2, -3, -4, -5, -6, -7

MEANINGS = {
    WORKED: "worked",
    INTERNAL: "internal error, or the upstream failed; nothing is charged",
    BLOCKED: "the caller is blocked for a time",
    INVALID: "invalid parameters",
    BAD_CODE: "invalid API code: unknown, revoked or expired",
    NO_TOKENS: "not enough tokens",
    TOO_MANY: "too many requests at one time, or too fast",
    ADDRESSES: "the code was used from too many addresses",
    outside.ContentRefused.code: "refused by the content rules",
    outside.NoAnswer.code: "no answer was found",
    outside.LanguageUnknown.code: "speech: the language could not be detected",
    outside.LanguageUnsupported.code: "speech: the language is not supported",
    outside.VoiceUnsupported.code: "speech: the voice is not supported, or is not of that language",
}


class Said(NamedTuple):
    code: int
    detail: str


class Refused(Refusal):
    """By this door itself."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(detail)
        self.code = code


BAD = "The API code is unknown, revoked or expired (parameter api)."


def said(refusal: Refusal) -> Said:
    """The one table from refusals to codes; what is not in it is a mistake of ours."""
    match refusal:
        case Blocked(until=until, what=what):
            return Said(BLOCKED, f"This {what} is blocked until {when(until)}.")
        case TooFast(most=most):
            return Said(TOO_MANY, f"More than {most} requests a minute with this code; wait for a minute.")
        case CodePaused():
            return Said(BAD_CODE, "This API code is paused (parameter api); its owner resumes it in the bot.")
        case CodeUnusable():
            return Said(BAD_CODE, BAD)
        case BudgetSpent(price=price, left=left, daily=daily):
            of = "the code's budget of the day" if daily else "the code's budget"
            words = f"Not enough tokens: this costs {tokens(price)}, {tokens(left)} are left of {of}."
            return Said(NO_TOKENS, words)
        case Refused(code=code):
            return Said(code, str(refusal))
        case NotEnoughTokens(price=price, available=available):
            words = f"Not enough tokens: this costs {tokens(price)}, {tokens(available)} are available."
            return Said(NO_TOKENS, words)
        case TooManyWaiting(most=most):
            return Said(TOO_MANY, f"{most} requests of this kind are under way with this code; wait for one.")
        case FilesFull(most=most):
            size = f"{most // 1_000_000} MB"
            words = f"The files of this code take {size}, the most that is kept; wait until some expire."
            return Said(TOO_MANY, words)
        case InDebt(amount=amount):
            return Said(NO_TOKENS, f"The owner of this code owes {tokens(amount)} tokens.")
        case QueueFull():
            return Said(TOO_MANY, "Too many requests are waiting just now. Try again in a minute.")
        case BooksWrong():
            return Said(INTERNAL, "The books are being checked: no new requests are taken just now.")
        case Banned():
            return Said(BLOCKED, "The owner of this code is blocked, until an admin lifts it.")
    raise refusal


def when(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds")


ENDINGS = {
    "error-no-answer": Said(outside.NoAnswer.code, "No answer was found in time."),
    "error-content-refused": Said(outside.ContentRefused.code, "Refused by the content rules."),
    "error-nothing-to-say": Said(outside.NothingToSay.code, "text: has nothing in it that can be spoken"),
    "error-language-unknown": Said(
        outside.LanguageUnknown.code, "The language of the text could not be detected; give txtTOvoice_lang."
    ),
    "error-language-unsupported": Said(
        outside.LanguageUnsupported.code, "No voice speaks this language at the moment (txtTOvoice_lang)."
    ),
    "error-voice-unsupported": Said(
        outside.VoiceUnsupported.code, "This voice is not of the text's language (txtTOvoice_who)."
    ),
    "error-unchecked": Said(
        INTERNAL, "It could not be checked against the content rules. Nothing was charged; ask again later."
    ),
    "error-interrupted": Said(INTERNAL, "The work was interrupted. Nothing was charged; ask again."),
    "error-internal": Said(INTERNAL, "Something went wrong here. Nothing was charged; ask again."),
}
CANCELLED = Said(outside.NoAnswer.code, "The request was cancelled. Nothing was charged.")
UPSTREAM = Said(INTERNAL, "The upstream failed. Nothing was charged; ask again later.")


def said_of(state: str, error: str | None) -> Said:
    """How a job ended."""
    if state == "answered":
        return Said(WORKED, "Success")
    if error is None:
        return CANCELLED
    return ENDINGS.get(error, UPSTREAM)
