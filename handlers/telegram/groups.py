"""Groups and absences: a group that got a new id, a person who blocked the bot or came back."""

from aiogram import Router
from aiogram.types import ChatMemberUpdated, Message

from billing import Connection
from bot import customers
from bot.clock import now
from bot.storage import Storage
from handlers.telegram.place import Place

router = Router(name="groups")


@router.my_chat_member()
async def membership(event: ChatMemberUpdated, storage: Storage) -> None:
    if event.chat.type == "private":
        gone = event.new_chat_member.status in ("kicked", "left")
        await storage.write(customers.mark_blocked, event.chat.id, now() if gone else None)


class MovedChats:
    """Groups whose id changed when they became supergroups: where they are now."""

    def __init__(self, storage: Storage, known: dict[int, int]) -> None:
        self._storage = storage
        self._known = known

    def now_at(self, chat: int) -> int:
        return self._known.get(chat, chat)

    async def note(self, chat: int, moved_to: int) -> None:
        self._known[chat] = moved_to
        await self._storage.write(_move, chat, moved_to)

    async def hear(self, message: Message) -> None:
        """Both groups are told of the move, each by a message that may come from nobody."""
        if message.migrate_to_chat_id is not None:
            await self.note(message.chat.id, message.migrate_to_chat_id)
        elif message.migrate_from_chat_id is not None:
            await self.note(message.migrate_from_chat_id, message.chat.id)

    async def follow(self, place: Place) -> Place:
        """The place as it is now; the old group's messages have no ids in the new one."""
        moved_to = self.now_at(place.chat)
        if moved_to == place.chat:
            return place
        await self.note(place.chat, moved_to)  # once more: this job's turns have come since
        return Place(moved_to, None, 0, place.language)


async def load_moved_chats(storage: Storage) -> MovedChats:
    rows = await storage.fetch("SELECT chat, moved_to FROM chat_moved")
    return MovedChats(storage, {row.chat: row.moved_to for row in rows})


def _move(conn: Connection, chat: int, moved_to: int) -> None:
    """Remember it, and take the group's conversation along."""
    conn.run(
        "INSERT INTO chat_moved (chat, moved_to) VALUES (:chat, :moved_to) ON CONFLICT DO NOTHING",
        chat=chat, moved_to=moved_to,
    )  # fmt: skip
    conn.run(
        "UPDATE turn SET conversation = :new WHERE conversation = :old",
        new=Place(moved_to, None, 0, "").conversation, old=Place(chat, None, 0, "").conversation,
    )  # fmt: skip
