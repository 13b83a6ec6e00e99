"""Telegram Stars: invoices, the pre-checkout with its ten seconds, payments, subscriptions, refunds. What is
sold for money goes the same way, with play money that nobody counts, and is no entry of the ledger of Stars.

Like Telegram's, invoices stay payable for ever, and a forwarded invoice (no start_parameter) can be paid by
anyone, repeatedly: whether a payment is welcome is for the bot to say in the pre-checkout. A renewal takes
the Stars without a pre-checkout.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from bot.sandbox.refusals import TOO_OLD, bad
from bot.sandbox.world import World

Json = dict[str, Any]

CHECKOUT_SECONDS = 10
GIVEN_STARS = 10_000
STARS = "XTR"


def currency_of(invoice: Json) -> str:
    """Invoices of an older sandbox are all in Stars."""
    return str(invoice.get("currency", STARS))


class Stars:
    def __init__(self, world: World) -> None:
        self._world = world
        self.balances: dict[int, int] = {}
        self.transactions: list[Json] = []
        self.invoices: dict[str, Json] = {}
        """By `chat:message`, and by link: what is sold, for how much."""
        self.subscriptions: dict[str, Json] = {}
        """By the first charge."""
        self._checkouts: dict[str, asyncio.Future[str | None]] = {}

    def load(self, kept: dict[str, dict[str, Any]]) -> None:
        self.balances = {int(person): stars for person, stars in kept["stars"].items()}
        rows = sorted(kept["transaction"].items(), key=lambda row: int(row[0]))
        self.transactions = [body for _, body in rows]
        self.invoices, self.subscriptions = dict(kept["invoice"]), dict(kept["subscription"])
        for subscription in self.subscriptions.values():
            self._renew_in_time(subscription)

    # Money

    def give(self, person: int, stars: int) -> None:
        self.balances[person] = self.balances.get(person, 0) + stars
        self._world.store.put("stars", person, self.balances[person])
        self._world.watches.tell("stars", {"person": person, "stars": self.balances[person]}, person)

    def record(self, transaction: Json) -> None:
        self.transactions.append(transaction)
        self._world.store.put("transaction", len(self.transactions), transaction)

    def keep_invoice(self, key: str, invoice: Json) -> None:
        self.invoices[key] = invoice
        self._world.store.put("invoice", key, invoice)

    def copy_invoice(self, source: tuple[int, int], copy: tuple[int, int]) -> None:
        """A forwarded invoice can be paid as well, if the message was one."""
        invoice = self.invoices.get(f"{source[0]}:{source[1]}")
        if invoice is not None:
            self.keep_invoice(f"{copy[0]}:{copy[1]}", invoice)

    def _keep_subscription(self, subscription: Json) -> None:
        self.subscriptions[subscription["charge"]] = subscription
        self._world.store.put("subscription", subscription["charge"], subscription)

    # Paying

    async def pay(self, person: int, chat: int, invoice: Json) -> Json:
        """What pressing Pay does. A refusal says what the person's app shows."""
        if not self._can_pay(person, invoice):
            return {"ok": False, "error": "BALANCE_TOO_LOW"}
        refusal = await self._checkout(person, invoice)
        if refusal is not None:
            return {"ok": False, "error": refusal}
        if not self._can_pay(person, invoice):
            return {"ok": False, "error": "BALANCE_TOO_LOW"}
        period = invoice.get("subscription_period")
        charge = self._charge(person, chat, invoice, first=True)
        if period:
            self._subscribe(person, chat, charge, invoice)
        return {"ok": True, "charge": charge}

    def _can_pay(self, person: int, invoice: Json) -> bool:
        return currency_of(invoice) != STARS or self.balances.get(person, 0) >= invoice["amount"]

    async def _checkout(self, person: int, invoice: Json) -> str | None:
        """Ask the bot. None: it agrees. It has ten seconds of this Telegram's time."""
        id = str(secrets.randbits(62))
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._checkouts[id] = answer
        late = self._world.clock.at(
            self._world.clock.now() + CHECKOUT_SECONDS,
            lambda: None if answer.done() else answer.set_result("BOT_PRECHECKOUT_TIMEOUT"),
        )
        asked = {
            "id": id,
            "from": self._world.people[person].user(),
            "currency": currency_of(invoice),
            "total_amount": invoice["amount"],
            "invoice_payload": invoice["payload"],
        }
        self._world.updates.push("pre_checkout_query", asked, person)
        try:
            return await answer
        finally:
            late.cancel()
            del self._checkouts[id]

    def answer_checkout(self, id: str, refusal: str | None) -> None:
        answer = self._checkouts.get(id)
        if answer is None or answer.done():
            raise bad(TOO_OLD)
        answer.set_result(refusal)

    def _charge(self, person: int, chat: int, invoice: Json, *, first: bool, expires: int = 0) -> str:
        """Take the Stars, enter them, tell the bot."""
        in_stars = currency_of(invoice) == STARS
        charge = self.enter(person, invoice) if in_stars else "tpc" + secrets.token_urlsafe(33)
        period = invoice.get("subscription_period")
        paid = {
            "currency": currency_of(invoice),
            "total_amount": invoice["amount"],
            "invoice_payload": invoice["payload"],
            "telegram_payment_charge_id": charge,
            "provider_payment_charge_id": f"{person}_0" if in_stars else f"pi_{secrets.token_hex(12)}",
        }
        if period:
            paid["subscription_expiration_date"] = expires or self._world.clock.date() + period
            paid["is_recurring"] = True
            if first:
                paid["is_first_recurring"] = True
        self._say(person, chat, {"successful_payment": paid})
        return charge

    def enter(self, person: int, invoice: Json) -> str:
        """Take the Stars and write it down; the charge."""
        charge = "stx" + secrets.token_urlsafe(33)
        self.give(person, -invoice["amount"])
        self.record(self._transaction(charge, person, invoice))
        return charge

    def _transaction(self, charge: str, person: int, invoice: Json) -> Json:
        partner = {
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": self._world.people[person].user(),
            "invoice_payload": invoice["payload"],
        }
        if invoice.get("subscription_period"):
            partner["subscription_period"] = invoice["subscription_period"]
        return {
            "id": charge,
            "amount": invoice["amount"],
            "date": self._world.clock.date(),
            "source": partner,
        }

    def _say(self, person: int, chat: int, service: Json) -> None:
        """A service message, which the bot gets as an update."""
        there = self._world.chats[chat]
        message = self._world.post(there, {"from": self._world.people[person].user(), **service})
        self._world.updates.push("message", message, chat)

    # Subscriptions

    def _subscribe(self, person: int, chat: int, charge: str, invoice: Json) -> None:
        subscription = {
            "charge": charge,
            "last_charge": charge,
            "person": person,
            "chat": chat,
            "invoice": invoice,
            "expires": self._world.clock.date() + invoice["subscription_period"],
            "canceled": False,
            "by_bot": False,
        }
        self._keep_subscription(subscription)
        self._renew_in_time(subscription)

    def _renew_in_time(self, subscription: Json) -> None:
        first, expires = subscription["charge"], subscription["expires"]

        def renew() -> None:
            now = self.subscriptions[first]
            if now["expires"] == expires and not now["canceled"]:
                self.renew(first)

        self._world.clock.at(expires, renew)

    def renew(self, charge: str) -> str:
        """Take the next month of a subscription (named by its first or last charge): the new charge, "" if
        the person has too few Stars."""
        subscription = self._subscription(charge)
        person, invoice = subscription["person"], subscription["invoice"]
        if self.balances.get(person, 0) < invoice["amount"]:
            self._keep_subscription({**subscription, "canceled": True})
            self._tell_subscription(subscription, "failed")
            return ""
        expires = max(subscription["expires"], self._world.clock.date()) + invoice["subscription_period"]
        new = self._charge(person, subscription["chat"], invoice, first=False, expires=expires)
        renewed = {**subscription, "expires": expires, "last_charge": new}
        self._keep_subscription(renewed)
        self._renew_in_time(renewed)
        return new

    def _subscription(self, charge: str) -> Json:
        for one in self.subscriptions.values():
            if charge in (one["charge"], one["last_charge"]):
                return one
        raise bad("CHARGE_ID_INVALID")

    def bot_cancels(self, charge: str, person: int, *, canceled: bool) -> None:
        """editUserStarSubscription. Taking it back only lets the person go on again; the bot is not told."""
        subscription = self._own(charge, person)
        self._keep_subscription(
            {**subscription, "canceled": subscription["canceled"] or canceled, "by_bot": canceled}
        )

    def person_cancels(self, charge: str, person: int, *, canceled: bool) -> None:
        """In the app: it runs to its end and is not renewed, or goes on after all."""
        subscription = self._own(charge, person)
        if not canceled and (subscription["by_bot"] or subscription["expires"] <= self._world.clock.now()):
            raise bad("SUBSCRIPTION_NOT_ACTIVE")
        changed = {**subscription, "canceled": canceled}
        self._keep_subscription(changed)
        self._tell_subscription(changed, "canceled" if canceled else "active")

    def _own(self, charge: str, person: int) -> Json:
        subscription = self.subscriptions.get(charge)
        if subscription is None or subscription["person"] != person:
            raise bad("CHARGE_ID_INVALID")
        return subscription

    def _tell_subscription(self, subscription: Json, state: str) -> None:
        person = subscription["person"]
        told = {
            "user": self._world.people[person].user(),
            "invoice_payload": subscription["invoice"]["payload"],
            "state": state,
        }
        self._world.updates.push("subscription", told, person)

    # Back

    def refund(self, person: int, charge: str) -> None:
        paid = self._paid(person, charge)
        self._give_back(paid)
        self.give(person, paid["amount"])
        refunded = {
            "currency": "XTR",
            "total_amount": paid["amount"],
            "invoice_payload": paid["source"]["invoice_payload"],
            "telegram_payment_charge_id": charge,
        }
        self._say(person, person, {"refunded_payment": refunded})

    def charge_back(self, charge: str) -> None:
        """Apple or Google took the money back: an entry that the bot did not start and is not told of."""
        person = next(one["source"]["user"]["id"] for one in self.transactions if one["id"] == charge)
        self._give_back(self._paid(person, charge))

    def _paid(self, person: int, charge: str) -> Json:
        if not charge:
            raise bad("CHARGE_ID_EMPTY")
        if person not in self._world.people:
            raise bad("USER_ID_INVALID")
        entries = [one for one in self.transactions if one["id"] == charge]
        paid = next(
            (one for one in entries if one.get("source", {}).get("user", {}).get("id") == person), None
        )
        if paid is None:
            raise bad("CHARGE_NOT_FOUND")
        if any("receiver" in one for one in entries):
            raise bad("CHARGE_ALREADY_REFUNDED")
        return paid

    def _give_back(self, paid: Json) -> None:
        """A refund has the id of its payment, and a receiver instead of a source."""
        self.record(
            {
                "id": paid["id"],
                "amount": paid["amount"],
                "date": self._world.clock.date(),
                "receiver": paid["source"],
            }
        )

    def balance(self) -> int:
        return sum(one["amount"] if "source" in one else -one["amount"] for one in self.transactions)
