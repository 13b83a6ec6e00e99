"""What the engine does from time to time; the doors have sweeps of their own."""

from collections.abc import Mapping

from billing import set_aside
from billing.free import invites, refills
from billing.ledger import MILLI
from billing.payments import vouchers
from bot import conversations, flagged
from bot.blocks import FORGIVEN, Blocks
from bot.blocks import forget as forget_blocks
from bot.clock import DAY, HOUR, now
from bot.files import Files
from bot.jobs import Jobs
from bot.pool_keeper import PoolKeeper
from bot.schedule import Sweep
from bot.settings import Settings
from bot.storage import Storage

Sweeps = Mapping[str, tuple[float, Sweep]]
"""How often, in seconds, and what."""


def sweeps(
    settings: Settings, storage: Storage, files: Files, jobs: Jobs, blocks: Blocks, keeper: PoolKeeper
) -> Sweeps:
    async def forget() -> None:
        await storage.write(conversations.forget_older, now() - 7 * DAY)
        await storage.write(vouchers.forget_guesses, now() - vouchers.DAY)
        await storage.write(forget_blocks, now() - FORGIVEN)
        await storage.write(flagged.forget, now() - settings.moderation_days * DAY)

    async def sweep_files() -> None:
        await files.sweep(storage, now())

    async def return_set_aside() -> None:
        await storage.write(set_aside.take_back_the_rest, now())

    async def refill() -> None:
        before = now() - int(settings.refill_hours * HOUR)
        if settings.refill_tokens:
            await storage.write(refills.refill, settings.refill_tokens * MILLI, before, now())

    async def pay_invites() -> None:
        if settings.invite_tokens:
            amount = settings.invite_tokens * MILLI
            await storage.write(invites.pay, amount, settings.invites_per_day, now())

    return {
        "expire jobs": (5, jobs.expire),
        "blocks": (5, blocks.look_at_content),
        "set aside": (60, return_set_aside),
        "refills": (300, refill),
        "invites": (60, pay_invites),
        "upstreams": (60, keeper.look),
        "access tokens": (60, keeper.refresh),
        "forget": (HOUR / 1000, forget),
        "files": (HOUR / 1000, sweep_files),
    }
