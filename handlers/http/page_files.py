"""Pages for people: their headers, and the files beside them. Nothing but what we wrote runs in them."""

import re
from pathlib import Path

from aiohttp import web

_NAME = re.compile(r"[a-z_]+\.(?:css|js|svg)")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def page_file(folder: Path, name: str) -> web.FileResponse:
    """A style, a script or a picture of a page. Raises 404."""
    path = folder / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise web.HTTPNotFound(reason="There is no such file.")
    return web.FileResponse(path, headers={**HEADERS, "Content-Type": _TYPES[path.suffix]})
