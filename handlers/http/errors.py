"""What goes wrong in an HTTP door, as JSON with a sentence; never a stack, never a secret."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return refusal(error.status, error.reason, headers=_kept(error))
    except Exception:
        log.exception("request failed", path=request.match_info.route.resource and request.path)
        return refusal(500, "Something went wrong here; nothing was charged.")


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"message": message}}, status=status, headers=headers)


def _kept(error: web.HTTPException) -> dict[str, str]:
    return {
        name: error.headers[name]
        for name in ("Allow", "Retry-After", "WWW-Authenticate")
        if name in error.headers
    }
