"""/console: a link into the operator's pages, for an admin in private; `/console leave` ends all sessions."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import LinkPreviewOptions, Message

from bot import console_sessions
from bot.clock import MINUTE, now
from bot.storage import Storage
from handlers.http.site import Site
from handlers.telegram.admins import FromAdmin

router = Router(name="console")
router.message.filter(FromAdmin())


@router.message(Command("console"))
async def console(message: Message, command: CommandObject, storage: Storage, site: Site) -> None:
    assert message.from_user is not None, "FromAdmin has seen to it"
    if command.args == "leave":
        ended = await storage.write(console_sessions.leave_everywhere, message.from_user.id)
        await message.answer(f"Sessions of yours that were ended: {ended}.")
        return
    secret = await storage.write(console_sessions.make_link, message.from_user.id, now())
    await message.answer(
        f"{site.console(secret)}\nThis opens the console, once, within {console_sessions.LINK_FOR // MINUTE}"
        " minutes. It is for you alone. /console leave ends all your sessions.",
        link_preview_options=LinkPreviewOptions(is_disabled=True), protect_content=True,
    )  # fmt: skip
