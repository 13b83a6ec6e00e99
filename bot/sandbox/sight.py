"""What the chat page is shown: everything at first, then each change as a (kind, thing) pair.

Telegram's objects go out as they are. `about` carries what is known of the bot and the people, whole, each
time something in it changes: it is small.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from bot.sandbox.faults import Fault
from bot.sandbox.telegram import SandboxTelegram
from bot.sandbox.watch import Seen
from bot.sandbox.world import Chat, Person

Json = dict[str, Any]

MESSAGES_SHOWN = 200
CALLS_SHOWN = 100
_PASSED_ON = {"message", "edit", "delete", "action", "toast", "draft", "keyboard", "reaction", "call"}
_CHANGES_ABOUT = {"stars", "person", "down"}


class Sight:
    """`person`: only the chats of this one; None shows them all, which is what the page asks for."""

    def __init__(self, telegram: SandboxTelegram, admins: Collection[int], person: int | None = None) -> None:
        self._telegram, self._admins, self._person = telegram, admins, person

    def everything(self) -> Seen:
        telegram = self._telegram
        chats = [self._chat(chat) for chat in telegram.chats.values() if self._sees(chat)]
        calls = [asdict(call) for call in list(telegram.calls)[-CALLS_SHOWN:]]
        return "state", {**self._about(), "chats": chats, "calls": calls, "faults": self.faults()}

    def changes(self, kind: str, thing: Json) -> Iterator[Seen]:
        """What the page is told when the sandbox's Telegram says that something happened."""
        if not self._concerns(kind, thing):
            return
        if kind in _PASSED_ON:
            yield kind, thing
        if kind == "fault":
            yield "faults", {"faults": self.faults()}
        if kind in _CHANGES_ABOUT or (kind == "call" and "setmy" in thing["method"].lower()):
            yield "about", self._about()

    def faults(self) -> list[Json]:
        return [shown_fault(fault) for fault in self._telegram.faults]

    def _concerns(self, kind: str, thing: Json) -> bool:
        if self._person is None or kind in ("call", "fault", *_CHANGES_ABOUT):
            return True
        if kind == "toast":
            return bool(thing["person"] == self._person)
        return self._sees(self._telegram.chats[thing["chat"]["id"]])

    def _sees(self, chat: Chat) -> bool:
        return self._person is None or self._person in chat.members

    def _about(self) -> Json:
        people = [self._one(person) for person in self._telegram.people.values()]
        return {"bot": self._telegram.bot, "people": people, "down": self._telegram.down}

    def _one(self, person: Person) -> Json:
        telegram = self._telegram
        return {
            **person.user(),
            "stars": telegram.stars(person.id),
            "admin": person.id in self._admins,
            "blocked": person.blocked,
            "forbids_voice": person.forbids_voice,
            "commands": telegram.commands(person.language_code, person.id),
            "bot": telegram.presented(person.language_code),
        }

    def _chat(self, chat: Chat) -> Json:
        messages = self._telegram.messages(chat.id)
        return {
            **chat.info,
            "members": chat.members,
            "keyboard": chat.keyboard,
            "action": self._telegram.chat_action(chat.id),
            "draft": self._telegram.draft(chat.id),
            "messages": messages[-MESSAGES_SHOWN:],
            "earlier": len(messages) > MESSAGES_SHOWN,
        }


def shown_fault(fault: Fault) -> Json:
    """A fault with an id by which the page can take it back."""
    return {"id": id(fault), **asdict(fault)}
