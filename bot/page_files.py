"""Pages for people: their headers, and the files beside them. Nothing but what we wrote runs in them."""

import re
from pathlib import Path

from aiohttp import web

SHARED = Path(__file__).with_name("static")
"""What several pages use."""
_NAME = re.compile(r"[a-z_]+\.(?:css|js|svg)")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
PLAYER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""For a page that shows and plays what its scripts hold, and has no forms."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
PLAYER_HEADERS = {**HEADERS, "Content-Security-Policy": PLAYER_POLICY}


def page_file(folder: Path, name: str) -> web.FileResponse:
    """A style, a script or a picture of the page whose files are in the folder. Raises 404."""
    if not _NAME.fullmatch(name):
        raise web.HTTPNotFound(reason="There is no such file.")
    path = next((path for path in (folder / name, SHARED / name) if path.is_file()), None)
    if path is None:
        raise web.HTTPNotFound(reason="There is no such file.")
    return web.FileResponse(path, headers={**HEADERS, "Content-Type": _TYPES[path.suffix]})
