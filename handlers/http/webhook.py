"""Where Telegram posts updates, if TELEGRAM_WEBHOOK is on: committed to the inbox, then confirmed."""

import hmac

from aiohttp import web

from handlers.telegram.inbox import PATH, Inbox

INBOX = web.AppKey("inbox", Inbox)
WEBHOOK_SECRET = web.AppKey("webhook_secret", str)
ROUTES = web.RouteTableDef()

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@ROUTES.post(PATH)
async def webhook(request: web.Request) -> web.Response:
    secret = request.app.get(WEBHOOK_SECRET)
    given = request.headers.get(HEADER, "")
    if not secret or not hmac.compare_digest(given.encode(errors="replace"), secret.encode()):
        raise web.HTTPUnauthorized(reason="Only Telegram may post here.")
    try:
        body = await request.json()
        await request.app[INBOX].receive([body])
    except (ValueError, KeyError, TypeError):
        raise web.HTTPBadRequest(reason="This is not an update.") from None
    return web.Response()
