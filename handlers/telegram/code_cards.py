"""How an API code looks in the chat: a line of the list, a card with its buttons, its use as a picture."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from billing import Row
from billing.budgets import by_day
from billing.codes import DAY
from billing.ledger import MILLI
from bot.clock import now
from bot.storage import Storage
from bot.texts import Say, tokens
from handlers.telegram.use_chart import Bar, draw

DAYS = 14


def state_of(row: Row) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= now():
        return "expired"
    return "paused" if row.paused_at is not None else "active"


def moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}"


def line(row: Row, say: Say) -> str:
    return say("code-line", name=row.name, code=row.shown, state=say(f"code-state-{state_of(row)}"))


def card(row: Row, say: Say) -> str:
    lines = [
        line(row, say),
        say("code-used", count=tokens(row.today), tokens=tokens(row.committed)),
        say("code-last-use", at=moment(row.used_at)) if row.used_at else say("code-never-used"),
    ]
    if row.budget_day is not None:
        lines.append(say("code-budget-day", tokens=tokens(row.budget_day)))
    if row.budget_all is not None:
        lines.append(say("code-budget-all", tokens=tokens(row.budget_all)))
    if row.aside:
        lines.append(say("code-aside", tokens=tokens(row.own or 0)))
    if row.expires_at is not None:
        lines.append(say("code-expires", at=moment(row.expires_at)))
    if row.previous_until is not None and row.previous_until > now():
        lines.append(say("code-old-until", at=moment(row.previous_until)))
    return "\n".join(lines + [f"{name}: {value}" for name, value in restrictions(row)])


def restrictions(row: Row) -> list[tuple[str, str]]:
    """What an admin has restricted the code to, in the words of /code."""
    found = [
        (name, ", ".join(json.loads(value)))
        for name, value in (("kinds", row.kinds), ("models", row.models), ("networks", row.networks))
        if value
    ]
    if row.addresses_most:
        found.append(("addresses a day", str(row.addresses_most)))
    if row.limits:
        found.append(("limits", ", ".join(f"{kind} {most}" for kind, most in json.loads(row.limits).items())))
    return found


def list_keyboard(rows: Sequence[Row], say: Say, *, may_ask: bool) -> InlineKeyboardMarkup:
    buttons = [[_button(f"{row.name} {row.shown[-5:]}", f"code:show:{row.id}")] for row in rows]
    if may_ask:
        buttons.append([_button(say("apicode-ask-button"), "code:ask:0")])
    return InlineKeyboardMarkup(inline_keyboard=buttons)


def card_keyboard(row: Row, say: Say) -> InlineKeyboardMarkup:
    """What its owner may do with it; nothing is left to do with one that is revoked."""
    rows = [["use"]]
    if row.revoked_at is None:
        rows = [
            ["resume" if row.paused_at else "pause", "rotate", "revoke"],
            ["budget_day", "budget_all"],
            ["aside", *(["back"] if row.aside else [])],
            ["use"],
        ]
    buttons = [[_act(act, row.id, say) for act in acts] for acts in rows]
    buttons.append([_button(say("code-list-button"), "code:list:0")])
    return InlineKeyboardMarkup(inline_keyboard=buttons)


def sure_keyboard(code: int, say: Say) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [_button(say("code-revoke-sure-button"), f"code:revoke_sure:{code}")],
            [_button(say("code-keep-button"), f"code:show:{code}")],
        ]
    )


def _act(act: str, code: int, say: Say) -> InlineKeyboardButton:
    return _button(say(f"code-button-{act.replace('_', '-')}"), f"code:{act}:{code}")


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data)


async def use_picture(storage: Storage, code: int) -> tuple[BufferedInputFile, int, int]:
    """Tokens by day of the last DAYS days, and how many requests and millitokens that were."""
    today = now() // DAY
    found = {row.day: row for row in await storage.write(by_day, code, (today - DAYS + 1) * DAY)}
    bars = [
        Bar(
            f"{datetime.fromtimestamp(day * DAY / 1000, UTC):%m-%d}",
            Decimal(found[day].committed if day in found else 0) / MILLI,
        )
        for day in range(today - DAYS + 1, today + 1)
    ]
    picture = BufferedInputFile(await draw(bars), "use.png")
    return picture, sum(row.jobs for row in found.values()), sum(row.committed for row in found.values())
