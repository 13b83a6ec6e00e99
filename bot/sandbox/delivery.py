"""How the bot gets its updates: getUpdates, or a webhook that this Telegram calls over real HTTP.

Unlike Telegram's, this one also posts to plain http addresses, if they are on this machine.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.api import Call, answers
from bot.sandbox.refusals import bad

Json = dict[str, Any]

_SECRET = re.compile(r"[A-Za-z0-9_-]*")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS = (80, 88, 443, 8443)


@answers("getUpdates")
async def get_updates(call: Call) -> list[Json]:
    _remember(call)
    return await call.world.updates.poll(
        call.get("offset", 0), call.get("limit", 100), call.get("timeout", 0)
    )


def _remember(call: Call) -> None:
    """allowed_updates stays as it is until it is given again; an empty list is the default."""
    updates = call.world.updates
    allowed = call.get("allowed_updates")
    if allowed is not None and allowed != updates.allowed:
        updates.allowed = allowed or None
        keep(call)


def keep(call: Call) -> None:
    updates = call.world.updates
    call.world.keep_setting("updates", {"allowed": updates.allowed, "webhook": updates.webhook})


@answers("setWebhook")
def set_webhook(call: Call) -> bool:
    secret = call.get("secret_token", "")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    updates = call.world.updates
    url = call.params.get("url", "")
    if url:
        _check_address(url)
    _remember(call)
    updates.check_webhook_pace()
    if call.get("drop_pending_updates"):
        updates.clear()
    updates.webhook = {"url": url, "secret": secret, "max_connections": call.get("max_connections", 40)}
    if not url:
        updates.webhook = None
    keep(call)
    updates.end_poll("terminated by setWebhook request")
    return True


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK:
        return
    if parts.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if _is_reserved(parts.hostname or ""):
        raise bad(f"bad webhook: IP address {parts.hostname} is reserved")
    if (parts.port or 443) not in PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    raise bad("bad webhook: Failed to resolve host: the sandbox reaches no network")


def _is_reserved(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


@answers("deleteWebhook")
def delete_webhook(call: Call) -> bool:
    updates = call.world.updates
    updates.webhook = None
    if call.get("drop_pending_updates"):
        updates.clear()
    keep(call)
    updates.arrived.set()
    return True


@answers("getWebhookInfo")
def get_webhook_info(call: Call) -> Json:
    updates = call.world.updates
    webhook = updates.webhook or {}
    info = {
        "url": webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending()),
    }
    if updates.allowed:
        info["allowed_updates"] = updates.allowed
    if webhook:
        info["max_connections"] = webhook["max_connections"]
        info.update(
            {key: webhook[key] for key in ("last_error_date", "last_error_message") if key in webhook}
        )
    return info
