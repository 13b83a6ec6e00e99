"""The methods about payments: what can be sold, for Stars or by a provider, and what the bot asks of the
ledger of Stars."""

from __future__ import annotations

import re
import secrets
from typing import Any

from bot.sandbox.api import Call, answers
from bot.sandbox.refusals import bad
from bot.sandbox.sending import send

Json = dict[str, Any]

MONTH = 2_592_000
AMOUNT_MAX = 100_000
SUBSCRIPTION_AMOUNT_MAX = 10_000
PAGE_MAX = 100
PROVIDER = re.compile(r"\d+:(?:TEST|LIVE):\S+")
"""What a provider's token looks like."""
LEAST = {"USD": 100, "EUR": 100, "GBP": 100, "RUB": 10_000, "TRY": 4_000, "UAH": 4_000, "INR": 9_000}
"""About a dollar in each currency that the sandbox's provider takes: nothing is sold for less."""
MONEY_MAX = 10_000
"""So many times that, at most."""


def _invoice(call: Call) -> Json:
    """What is sold. Raises ApiError for what Telegram would not sell."""
    params = call.params
    prices = params["prices"]
    if not prices:
        raise bad("there must be at least one price part")
    for name, longest in (("title", 32), ("description", 255)):
        if len(params[name]) > longest:
            raise bad("STARS_INVOICE_INVALID")
    if not 1 <= len(params["payload"].encode()) <= 128:
        raise bad("INVOICE_PAYLOAD_INVALID")
    currency = params["currency"]
    amount = _of_stars(params) if currency == "XTR" else _of_money(params)
    invoice = {"payload": params["payload"], "amount": amount, "currency": currency}
    kept = ("title", "description", "start_parameter", "subscription_period")
    return {**invoice, **{name: params[name] for name in kept if params.get(name)}}


def _of_money(params: Json) -> int:
    """The total, in the currency's smallest unit."""
    if not PROVIDER.fullmatch(params.get("provider_token") or "") or params.get("subscription_period"):
        raise bad("PAYMENT_PROVIDER_INVALID")
    least, amount = LEAST.get(params["currency"]), sum(int(part["amount"]) for part in params["prices"])
    if least is None:
        raise bad("CURRENCY_INVALID")  # a guess at Telegram's words
    if amount <= 0:
        raise bad("total price must be positive")
    if not least <= amount <= least * MONEY_MAX:
        raise bad("CURRENCY_TOTAL_AMOUNT_INVALID")
    return amount


def _of_stars(params: Json) -> int:
    prices = params["prices"]
    if params.get("provider_token"):
        raise bad("PAYMENT_PROVIDER_INVALID")
    if len(prices) != 1 or any(params.get(name) for name in _NOT_FOR_STARS):
        raise bad("STARS_INVOICE_INVALID")
    amount, period = prices[0]["amount"], params.get("subscription_period")
    if amount <= 0:
        raise bad("total price must be positive")
    _check_amount(amount, period)
    return int(amount)


_NOT_FOR_STARS = (
    "need_name", "need_phone_number", "need_email", "need_shipping_address", "is_flexible", "max_tip_amount",
    "suggested_tip_amounts", "send_phone_number_to_provider", "send_email_to_provider",
)  # fmt: skip


def _check_amount(amount: int, period: int | None) -> None:
    if period and period != MONTH:
        raise bad("SUBSCRIPTION_PERIOD_INVALID")
    if period and amount > SUBSCRIPTION_AMOUNT_MAX:
        raise bad("SUBSCRIPTION_AMOUNT_INVALID")
    if amount > AMOUNT_MAX:
        raise bad("CURRENCY_TOTAL_AMOUNT_INVALID")


@answers("sendInvoice")
def send_invoice(call: Call) -> Json:
    chat = call.writable_chat()
    invoice = _invoice(call)
    if call.get("reply_markup") is None:
        price = f"⭐️{invoice['amount']}" if invoice["currency"] == "XTR" else invoice["currency"]
        pay = {"text": f"Pay {price}", "pay": True}
        call.params["reply_markup"] = {"inline_keyboard": [[pay]]}
    shown = {
        "title": invoice["title"],
        "description": invoice["description"],
        "start_parameter": invoice.get("start_parameter", ""),
        "currency": invoice["currency"],
        "total_amount": invoice["amount"],
    }
    message = send(call, {"invoice": shown}, chat=chat)
    call.stars.keep_invoice(f"{chat.id}:{message['message_id']}", invoice)
    return message


@answers("createInvoiceLink")
def create_invoice_link(call: Call) -> str:
    link = "https://t.me/$" + secrets.token_urlsafe(16)
    call.stars.keep_invoice(link, _invoice(call))
    return link


@answers("answerPreCheckoutQuery")
def answer_pre_checkout_query(call: Call) -> bool:
    refusal = None if call.params["ok"] else call.get("error_message")
    if not call.params["ok"] and not refusal:
        raise bad('parameter "error_message" is required')
    call.stars.answer_checkout(call.params["pre_checkout_query_id"], refusal)
    return True


@answers("refundStarPayment")
def refund_star_payment(call: Call) -> bool:
    call.stars.refund(call.params["user_id"], call.params["telegram_payment_charge_id"])
    return True


@answers("getStarTransactions")
def get_star_transactions(call: Call) -> Json:
    """Oldest first; `offset` is the number to skip."""
    offset = max(call.get("offset", 0), 0)
    limit = min(max(call.get("limit", PAGE_MAX), 1), PAGE_MAX)
    return {"transactions": call.stars.transactions[offset : offset + limit]}


@answers("getMyStarBalance")
def get_my_star_balance(call: Call) -> Json:
    return {"amount": call.stars.balance()}


@answers("editUserStarSubscription")
def edit_user_star_subscription(call: Call) -> bool:
    charge, canceled = call.params["telegram_payment_charge_id"], call.params["is_canceled"]
    call.stars.bot_cancels(charge, call.params["user_id"], canceled=canceled)
    return True
