"""What a browser must prove: where it is, from which page it posts, and whose cookie it keeps."""

import hashlib
import hmac
from urllib.parse import urlsplit

from aiohttp import web

from bot import console_sessions
from bot.clock import SECOND
from bot.settings import LOOPBACK
from handlers.http.site import SITE


def is_script(request: web.Request) -> bool:
    """Not a page that a browser is going to show; all browsers of today say so."""
    return request.headers.get("Sec-Fetch-Dest", "empty") != "document"


def csrf_of(secret: str) -> str:
    """The word that a session's forms carry; who knows it can't tell the session's secret."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def check_place(request: web.Request) -> None:
    """A session's cookie travels over https, or never leaves this machine. Raises 403."""
    if not is_secure(request) and not is_local(request):
        raise web.HTTPForbidden(
            reason="The console needs https (see PUBLIC_URL), or http://127.0.0.1 on the machine itself."
        )


def check_origin(request: web.Request) -> None:
    """Browsers say from where something is posted; it must be one of our own pages. Raises 403."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = origin in _origins(request)
    # With `Referrer-Policy: no-referrer` a form's Origin is null; then its site has to be told.
    if not ((ours and site in (None, "same-origin")) or (origin in (None, "null") and site == "same-origin")):
        raise web.HTTPForbidden(reason="This is taken from the console's own pages alone.")


def _origins(request: web.Request) -> set[str]:
    parts = urlsplit(request.app[SITE].base)
    known = {f"{parts.scheme}://{parts.netloc}"}
    return known | {f"http://{request.host}"} if is_local(request) else known


def is_secure(request: web.Request) -> bool:
    return request.app[SITE].base.startswith("https://")


def is_local(request: web.Request) -> bool:
    return (urlsplit(f"//{request.host}").hostname or "") in LOOPBACK


def cookie_name(request: web.Request) -> str:
    """Browsers take `__Host-` over https alone."""
    return "__Host-s" if is_secure(request) else "s"


def let_in(request: web.Request, response: web.Response, secret: str) -> None:
    response.set_cookie(
        cookie_name(request), secret, max_age=console_sessions.SESSION_FOR // SECOND, path="/",
        secure=is_secure(request), httponly=True, samesite="Lax",
    )  # fmt: skip


def let_out(request: web.Request, response: web.Response) -> None:
    response.del_cookie(
        cookie_name(request), path="/", secure=is_secure(request), httponly=True, samesite="Lax"
    )
