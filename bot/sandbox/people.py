"""The people of the sandbox: who they are, and all that they do in their Telegram app."""

from __future__ import annotations

from typing import Any

from bot.sandbox.membership import Membership
from bot.sandbox.pressing import Pressing
from bot.sandbox.stars import GIVEN_STARS
from bot.sandbox.world import Chat, Person
from bot.sandbox.writing import Writing

Json = dict[str, Any]


class People(Writing, Pressing, Membership):
    def add_person(
        self,
        id: int,
        first_name: str,
        *,
        language_code: str | None = "en",
        username: str | None = None,
        stars: int = GIVEN_STARS,
        started: bool = True,
    ) -> None:
        """A person, with `stars` if new. Who has not `started` can't be written to before they write."""
        known = self._world.people.get(id) or Person(id, first_name, started=started)
        known.first_name, known.language_code, known.username = first_name, language_code, username
        self._world.keep_person(known)
        info: Json = {"id": id, "type": "private", "first_name": first_name}
        if username:
            info["username"] = username
        chat = self._world.chats.get(id) or Chat(id, info, members=[id])
        chat.info = info
        self._world.keep_chat(chat)
        if id not in self._stars.balances:
            self._stars.give(id, stars)

    def stars(self, person: int) -> int:
        return self._stars.balances.get(person, 0)

    def give_stars(self, person: int, stars: int) -> None:
        """Play money, out of nowhere."""
        self._stars.give(person, stars)

    def add_payment(self, person: int, amount: int, payload: str) -> str:
        """A payment of which the bot is never told, as after a long outage: an entry. Its charge."""
        return self._stars.enter(person, {"amount": amount, "payload": payload})
