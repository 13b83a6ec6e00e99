"""How late the event loop is: what blocks it delays everybody."""

import asyncio

from bot.spread import MOMENTS, Spread

EVERY_SECONDS = 0.5


class LoopLag:
    def __init__(self) -> None:
        self.seconds = Spread(MOMENTS)

    async def run(self) -> None:
        """Note twice a second how much later than asked it woke up, until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + EVERY_SECONDS
            await asyncio.sleep(EVERY_SECONDS)
            self.seconds.add(max(0.0, clock() - due))
