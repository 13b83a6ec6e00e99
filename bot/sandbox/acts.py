"""What the chat page can have a person do. Each act reads what was asked and calls one function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, get_args

from bot.sandbox.faults import Fault, Kind
from bot.sandbox.refusals import ApiError
from bot.sandbox.sight import shown_fault
from bot.sandbox.stars import currency_of
from bot.sandbox.telegram import SandboxTelegram

Json = dict[str, Any]

TEXT_MAX = 4_096
TAP_SECONDS = 10
STARS_MAX = 1_000_000
CLOCK_SECONDS_MAX = 400 * 86_400
FAULTS_MAX = 100


class BadAct(Exception):
    """What was asked makes no sense here; the words are for the person."""


class Asked:
    """The body of a request, read field by field. Raises BadAct."""

    def __init__(self, telegram: SandboxTelegram, body: Json) -> None:
        self.telegram, self._body = telegram, body
        self.person = self.whole("person")
        if self.person not in telegram.people:
            raise BadAct(f"Nobody here is {self.person}.")
        self.chat = self.whole("chat", self.person)
        if self.chat not in telegram.chats or self.person not in telegram.chats[self.chat].members:
            raise BadAct(f"{self.person} is not in the chat {self.chat}.")

    def whole(self, name: str, otherwise: int | None = None) -> int:
        value = self._body.get(name)
        if value is None and otherwise is not None:
            return otherwise
        try:
            return int(str(value))
        except ValueError:
            raise BadAct(f"{name} should be a whole number.") from None

    def between(self, name: str, least: int, most: int, otherwise: int | None = None) -> int:
        value = self.whole(name, otherwise)
        if not least <= value <= most:
            raise BadAct(f"{name} should be between {least} and {most}.")
        return value

    def text(self, name: str = "text", most: int = TEXT_MAX) -> str:
        value = self._body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise BadAct(f"{name} is empty.")
        if len(value) > most:
            raise BadAct(f"{name} has {len(value)} characters, {most} are allowed.")
        return value

    def maybe_text(self, name: str, most: int = TEXT_MAX) -> str | None:
        return self.text(name, most) if self._body.get(name) else None

    def maybe_whole(self, name: str) -> int | None:
        return None if self._body.get(name) in (None, "") else self.whole(name)

    def flag(self, name: str, otherwise: bool = False) -> bool:
        return bool(self._body.get(name, otherwise))

    def message(self) -> int:
        id = self.whole("message")
        if id not in self.telegram.chats[self.chat].messages:
            raise BadAct("That message is gone.")
        return id


Act = Callable[[SandboxTelegram, Asked], Json | Awaitable[Json]]


async def perform(telegram: SandboxTelegram, what: str, body: Json) -> Json:
    """Do one act. Raises BadAct, also for what Telegram refuses."""
    act = ACTS.get(what)
    if act is None:
        raise BadAct(f"Nobody can {what} here.")
    try:
        done = act(telegram, Asked(telegram, body))
        return done if isinstance(done, dict) else await done
    except (LookupError, AssertionError) as error:
        raise BadAct(str(error) or "That is not there.") from error
    except ApiError as error:
        raise BadAct(error.description) from error


def say(telegram: SandboxTelegram, asked: Asked) -> Json:
    reply_to = asked.maybe_whole("reply_to")
    return telegram.say(asked.person, asked.text(), chat=asked.chat, reply_to=reply_to)


def edit(telegram: SandboxTelegram, asked: Asked) -> Json:
    return telegram.edit(asked.person, asked.message(), asked.text(), chat=asked.chat)


def delete(telegram: SandboxTelegram, asked: Asked) -> Json:
    telegram.delete(asked.person, asked.message(), chat=asked.chat)
    return {}


def sticker(telegram: SandboxTelegram, asked: Asked) -> Json:
    return telegram.send_sticker(asked.person, emoji=asked.maybe_text("emoji", 16) or "👍", chat=asked.chat)


def location(telegram: SandboxTelegram, asked: Asked) -> Json:
    return telegram.send_location(asked.person, 35.6892, 51.3890, chat=asked.chat)


def contact(telegram: SandboxTelegram, asked: Asked) -> Json:
    name = telegram.people[asked.person].first_name
    return telegram.send_contact(asked.person, "+989120000000", name, chat=asked.chat)


def stop_draft(telegram: SandboxTelegram, asked: Asked) -> Json:
    """Press Stop under what the bot is still writing."""
    telegram.stop_draft(asked.person)
    return {}


async def tap(telegram: SandboxTelegram, asked: Asked) -> Json:
    """Press a button, and wait as the app does: what the bot answered, or None if it did not."""
    pressed = telegram.tap(asked.person, asked.message(), asked.text("button"), chat=asked.chat)
    try:
        return {"answer": await pressed.answered(TAP_SECONDS)}
    except TimeoutError:
        return {"answer": None}


async def pay(telegram: SandboxTelegram, asked: Asked) -> Json:
    return await telegram.pay(asked.person, asked.message(), chat=asked.chat)


async def pay_link(telegram: SandboxTelegram, asked: Asked) -> Json:
    return await telegram.pay_link(asked.person, asked.text("link"))


def look_at_link(telegram: SandboxTelegram, asked: Asked) -> Json:
    """What an invoice link sells, for the dialog that comes before paying."""
    invoice = telegram.invoice(asked.text("link"))
    kept = {name: invoice.get(name) for name in ("title", "description", "subscription_period")}
    return {**kept, "currency": currency_of(invoice), "total_amount": invoice["amount"]}


def renew(telegram: SandboxTelegram, asked: Asked) -> Json:
    return {"charge": telegram.renew(asked.text("charge"))}


def charge_back(telegram: SandboxTelegram, asked: Asked) -> Json:
    charge = asked.text("charge")
    if not any(one["id"] == charge for one in telegram.transactions):
        raise BadAct("That payment is not there.")
    telegram.charge_back(charge)
    return {}


def stars(telegram: SandboxTelegram, asked: Asked) -> Json:
    telegram.give_stars(asked.person, asked.between("amount", 1, STARS_MAX))
    return {"stars": telegram.stars(asked.person)}


def block(telegram: SandboxTelegram, asked: Asked) -> Json:
    telegram.block(asked.person)
    return {}


def unblock(telegram: SandboxTelegram, asked: Asked) -> Json:
    telegram.unblock(asked.person)
    return {}


def forbid_voice(telegram: SandboxTelegram, asked: Asked) -> Json:
    telegram.forbid_voice(asked.person, asked.flag("forbidden", True))
    return {}


def forward(telegram: SandboxTelegram, asked: Asked) -> Json:
    """Move this Telegram's clock."""
    telegram.clock.forward(asked.between("seconds", 1, CLOCK_SECONDS_MAX))
    return {"now": telegram.clock.now()}


def go_down(telegram: SandboxTelegram, asked: Asked) -> Json:
    """The bot is down from now on: what people do waits for it, a day at most."""
    telegram.cut_off(True)
    return {}


def come_back(telegram: SandboxTelegram, asked: Asked) -> Json:
    """So many hours have passed, and the bot is there again."""
    telegram.clock.forward(asked.between("hours", 0, 24 * 40, 25) * 3_600)
    telegram.cut_off(False)
    return {"now": telegram.clock.now()}


def fault(telegram: SandboxTelegram, asked: Asked) -> Json:
    kind = asked.text("kind")
    if kind not in get_args(Kind):
        raise BadAct(f"There is no fault {kind}.")
    if len(telegram.faults) >= FAULTS_MAX:
        raise BadAct(f"{FAULTS_MAX} faults are waiting already.")
    telegram.add_fault(
        Fault(
            asked.maybe_text("method", 64) or "*",
            kind,  # type: ignore[arg-type]
            times=asked.between("times", 1, 1_000, 1),
            chat=asked.chat if asked.flag("only_here") else None,
            seconds=asked.between("seconds", 0, 3_600, 0),
            description=asked.maybe_text("description", 300),
            code=asked.maybe_whole("code"),
        )
    )
    return _faults(telegram)


def unfault(telegram: SandboxTelegram, asked: Asked) -> Json:
    wanted = asked.whole("id")
    for waiting in [one for one in telegram.faults if id(one) == wanted]:
        telegram.faults.remove(waiting)
    return _faults(telegram)


def _faults(telegram: SandboxTelegram) -> Json:
    return {"faults": [shown_fault(one) for one in telegram.faults]}


def earlier(telegram: SandboxTelegram, asked: Asked) -> Json:
    """Older messages of the chat than `before`, for who scrolls up."""
    before = asked.whole("before")
    older = [one for one in telegram.messages(asked.chat) if one["message_id"] < before]
    return {"messages": older[-100:], "earlier": len(older) > 100}


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        say, edit, delete, sticker, location, contact, tap, pay, pay_link, look_at_link, renew, charge_back,
        stars, block, unblock, forbid_voice, stop_draft, forward, go_down, come_back, fault, unfault, earlier,
    )
}  # fmt: skip
