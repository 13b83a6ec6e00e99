"""/upstreams: the pool, as an admin sees it in the chat. Keys are added elsewhere: a chat would keep them."""

from collections.abc import Sequence

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from bot.operator import Operator
from bot.upstreams import Upstreams
from handlers import upstream_lines
from handlers.telegram.admins import FromAdmin
from handlers.telegram.rendering import plain

router = Router(name="upstreams")
router.message.filter(FromAdmin())

USAGE = (
    "Use it as: /upstreams, or /upstreams enable 2 (or disable, remove). A key is not for a chat, which keeps"
    " it: add it on the machine with\nmake admin ARGS='upstream add <name> <base url>' < keys.txt"
)


@router.message(Command("upstreams"))
async def upstreams(message: Message, command: CommandObject, operator: Operator) -> None:
    text, entities = plain(await _answer(operator.upstreams, (command.args or "").split()))
    await message.answer(text, entities=entities)


async def _answer(upstreams: Upstreams, words: Sequence[str]) -> str:
    match words:
        case []:
            return "\n".join(await upstream_lines.described(upstreams))[:4000] or "No upstreams."
        case ["enable" | "disable" | "remove" as does, number] if number.isdecimal() and len(number) < 10:
            return await upstream_lines.change(upstreams, does, int(number))
        case _:
            return USAGE
