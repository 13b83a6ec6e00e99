"""What people press: buttons, Pay, Stop; and what they ask the bot inline from any chat."""

from __future__ import annotations

from typing import Any

from bot.sandbox.entities import TEXT_MAX, formatted
from bot.sandbox.presence import Presence
from bot.sandbox.queries import Tap

Json = dict[str, Any]


class Pressing(Presence):
    def tap(self, person: int, message_id: int, button: str, *, chat: int | None = None) -> Tap:
        """Press the button with this callback_data, or this text. Tap.answer is the bot's answer. Under a
        message that is gone the bot is shown an inaccessible one, and `button` is the data."""
        there = self._there(person, chat)
        message = there.messages.get(message_id)
        data = button if message is None else _button(message, button)["callback_data"]
        tap = self._queries.ask(person, there.id)
        query = {
            "id": tap.id,
            "from": self._world.people[person].user(),
            "message": message or {"chat": there.info, "message_id": message_id, "date": 0},
            "chat_instance": str(there.id),
            "data": data,
        }
        self._world.updates.push("callback_query", query, there.id)
        return tap

    def stop_draft(self, person: int) -> None:
        """Press Stop under a draft that the bot is still writing (`can_stop`)."""
        draft = self._world.draft(person)
        if draft is None or not draft.get("can_stop"):
            raise LookupError(f"No draft that can be stopped in chat {person}")
        if not draft.get("keep_on_stop"):
            self._world.drafts.pop(person)
        there = self._world.chats[person]
        stopped = {"chat": there.info, "draft_id": draft["draft_id"]}
        self._world.updates.push("stopped_message_generation", stopped, person)

    # Stars

    async def pay(self, person: int, message_id: int, *, chat: int | None = None) -> Json:
        """Press Pay: `{"ok": True, "charge": id}` or `{"ok": False, "error": why}`. With another person's
        private chat as `chat` it is a forwarded copy that is paid, in the payer's own chat with the bot."""
        there = person if chat is None else chat
        invoice = self._stars.invoices[f"{there}:{message_id}"]
        if there in self._world.people and there != person:
            if invoice.get("start_parameter"):
                return {"ok": False, "error": "This copy leads to the bot, it can't be paid"}
            there = person
        return await self._stars.pay(person, there, invoice)

    async def pay_link(self, person: int, link: str) -> Json:
        """Pay an invoice link of createInvoiceLink, also a subscription's."""
        return await self._stars.pay(person, person, self._stars.invoices[link])

    def cancel_subscription(self, person: int, charge: str) -> None:
        """In the app's settings: it runs to its end and is not renewed."""
        self._stars.person_cancels(charge, person, canceled=True)

    def resume_subscription(self, person: int, charge: str) -> None:
        """Take the cancellation back, before the month is over and unless the bot cancelled too."""
        self._stars.person_cancels(charge, person, canceled=False)

    # Inline mode

    def ask_inline(self, person: int, query: str, *, offset: str = "", chat_type: str = "sender") -> Tap:
        """Type `@bot query` in some chat. Tap.answer is the bot's answerInlineQuery."""
        tap = self._queries.ask(person, None)
        asked = {
            "id": tap.id,
            "from": self._world.people[person].user(),
            "query": query,
            "offset": offset,
            "chat_type": chat_type,
        }
        self._world.updates.push("inline_query", asked, None)
        return tap

    def choose_inline(
        self, person: int, tap: Tap, result_id: str, *, query: str = "", chat: int | None = None
    ) -> Json:
        """Pick one of the results: it is posted in the chat as the person's message via the bot."""
        results = (tap.answer or {}).get("results", [])
        result = next(one for one in results if one["id"] == result_id)
        body: Json = {**_inline_content(result), "via_bot": self._world.bot}
        if "reply_markup" in result:
            body["reply_markup"] = result["reply_markup"]
        message = self._post(person, body, chat)
        chosen = {"result_id": result_id, "from": self._world.people[person].user(), "query": query}
        if "reply_markup" in result:
            chosen["inline_message_id"] = self._queries.name_inline(message)
        self._world.updates.push("chosen_inline_result", chosen, None)
        return message


def _button(message: Json, wanted: str) -> Json:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons: list[Json] = [button for row in rows for button in row]
    for name in ("callback_data", "text"):
        for button in buttons:
            if button.get(name) == wanted and "callback_data" in button:
                return button
    raise LookupError(f"No button {wanted!r} among {[button['text'] for button in buttons]}")


def _inline_content(result: Json) -> Json:
    given = result.get("input_message_content", {})
    words = given.get("message_text") or result.get("caption") or result.get("title") or "…"
    text, entities = formatted(words, given.get("parse_mode"), given.get("entities"), limit=TEXT_MAX)
    return {"text": text, "entities": entities} if entities else {"text": text}
