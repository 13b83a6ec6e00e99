"""Step 1 of the callback API: a program posts a question and gets an id and a place in the queue.

Always 200, also for refusals: clients look at `status` only. The answer follows by callback
(handlers/http/deliveries.py).
"""

import json
import secrets
from typing import Any

import structlog
from aiohttp import web

from billing import codes
from billing.errors import Refusal
from bot.clock import DAY, now
from bot.jobs import Jobs
from bot.outbound import Blocked, Outbound
from bot.providers import Request
from bot.queue import Job, Limit, NewJob
from bot.settings import Settings
from bot.storage import Storage
from handlers.http.auth import Caller, Doorkeeper
from handlers.http.bodies import BadBody, read_body
from handlers.http.codes import ADDRESSES, BAD, BAD_CODE, INTERNAL, INVALID, WORKED, Refused, said
from handlers.http.contract import TEXT, Contract
from handlers.http.parameters import Wrong, as_text

log = structlog.get_logger()

DOOR = "callback_api"
HISTORIC = "/chatgpt_api/chatgpt_api.php"
PATH = "/api/v1/jobs"
ROUTES = web.RouteTableDef()


class CallbackApi:
    def __init__(
        self,
        storage: Storage,
        jobs: Jobs,
        outbound: Outbound,
        doorkeeper: Doorkeeper,
        contract: Contract,
        settings: Settings,
    ) -> None:
        self.contract = contract
        self._storage = storage
        self._jobs = jobs
        self._outbound = outbound
        self._doorkeeper = doorkeeper
        self.limits = (
            Limit(frozenset({"text"}), settings.api_waiting_text),
            Limit(frozenset({"image"}), settings.api_waiting_image),
            Limit(frozenset({"voice"}), settings.api_waiting_voice),
        )

    async def take(self, given: dict[str, Any], address: str, *, fetched: bool) -> dict[str, Any]:
        """What was asked for becomes a job; the reply. `fetched`: the answer may be fetched, without a
        callback. Raises Wrong or a Refusal."""
        caller = await self._caller(given, address)
        kind, request = self.contract.read(given)
        callback = as_text("callback", given)
        if not callback and not fetched:
            raise Wrong("callback", "is required: the address that receives the answer")
        target = await self._target(callback) if callback else None
        job = await self._jobs.submit(self._job(caller, request, callback, target))
        return await self._reply(job, kind)

    async def _caller(self, given: dict[str, Any], address: str) -> Caller:
        code = as_text("api", given)
        if not code:
            raise Wrong("api", "is required: your API code")
        caller = await self._doorkeeper.find(code)
        if caller is None:
            raise Refused(BAD_CODE, BAD)
        most = caller.addresses_most
        if most and not await self._storage.write(codes.used_from, caller.code, address, now() // DAY, most):
            raise Refused(ADDRESSES, f"This code (parameter api) may be used from {most} addresses a day.")
        return caller

    async def _target(self, callback: str) -> str:
        try:
            url = await self._outbound.check(callback)
        except Blocked as blocked:
            raise Wrong("callback", str(blocked.strerror)) from None
        return str(url.origin())

    def _job(self, caller: Caller, request: Request, callback: str, target: str | None) -> NewJob:
        return NewJob(
            key=f"api:{caller.code}:{secrets.token_hex(16)}",
            customer=caller.customer,
            door=DOOR,
            scope=f"code:{caller.code}",
            request=request,
            place=json.dumps({"callback": callback}),
            delivers=bool(callback),
            limits=self.limits,
            code=caller.code,
            target=target,
        )

    async def _reply(self, job: Job, kind: str) -> dict[str, Any]:
        """`id` is a string here, and `turn` one for texts only: so clients were taught."""
        turn = max(1, await self._jobs.turn(job))
        return {
            "status": True, "code": WORKED, "detail": "Success", "id": str(job.id),
            "turn": str(turn) if kind == TEXT else turn,
        }  # fmt: skip


CALLBACK_API = web.AppKey("callback_api", CallbackApi)


@ROUTES.post(HISTORIC)
@ROUTES.post(PATH)
async def take_job(request: web.Request) -> web.Response:
    api = request.app[CALLBACK_API]
    try:
        reply = await api.take(await read_body(request), request.remote or "", fetched=request.path == PATH)
    except BadBody as bad:
        return refusal(INVALID, str(bad))
    except Wrong as wrong:
        return refusal(wrong.code, str(wrong))
    except Refusal as refused:
        return refusal(*said(refused))
    except Exception:
        log.exception("request failed", door=DOOR)
        return refusal(INTERNAL, "Something went wrong here; nothing was charged. Try again.")
    return web.json_response(reply)


def refusal(code: int, detail: str) -> web.Response:
    return web.json_response({"status": False, "code": code, "detail": detail})
