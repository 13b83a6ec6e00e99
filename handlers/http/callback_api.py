"""Step 1 of the callback API: a program posts a question and gets an id and a place in the queue.

Always 200, also for refusals: clients look at `status` only. The answer follows by callback
(handlers/http/deliveries.py).
"""

import hashlib
import json
import secrets
from typing import Any, NamedTuple

import structlog
from aiohttp import web

from billing import Connection, codes
from billing.errors import Refusal
from bot.clock import DAY, now
from bot.jobs import Jobs
from bot.outbound import Blocked, Outbound
from bot.providers import Request
from bot.queue import Job, Limit, NewJob
from bot.settings import Settings
from bot.storage import Storage
from handlers.http.auth import DOORKEEPER, Caller, Doorkeeper
from handlers.http.bodies import BadBody, read_body
from handlers.http.codes import ADDRESSES, BAD, BAD_CODE, INTERNAL, INVALID, TOO_MANY, WORKED, Refused, said
from handlers.http.contract import TEXT, WIRE, Contract
from handlers.http.origin import client_address
from handlers.http.parameters import Wrong, as_text

log = structlog.get_logger()

DOOR = "callback_api"
HISTORIC = "/chatgpt_api/chatgpt_api.php"
PATH = "/api/v1/jobs"
KEY_MOST = 255
ROUTES = web.RouteTableDef()


class StillRunning(Refusal):
    """A request with this Idempotency-Key has not been replied to yet."""


class OtherContent(Refusal):
    """This Idempotency-Key was used for something else."""


class Asked(NamedTuple):
    given: dict[str, Any]
    address: str
    """Where the request came from, as the socket says."""
    path: str
    key: str | None
    """The Idempotency-Key."""

    @property
    def fetched(self) -> bool:
        """The answer may be fetched: a callback address may be missing."""
        return self.path == PATH


class Reply(NamedTuple):
    body: dict[str, Any]
    replayed: bool = False


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
        self._under_way: set[tuple[int, str]] = set()
        self._storage = storage
        self._jobs = jobs
        self._outbound = outbound
        self._doorkeeper = doorkeeper
        self._limits = {
            "text": settings.api_waiting_text,
            "image": settings.api_waiting_image,
            "voice": settings.api_waiting_voice,
        }
        self._models = {
            "text": settings.text_model,
            "image": settings.image_model,
            "voice": settings.speech_model,
        }
        self._files_most = settings.api_files_mb * 1_000_000

    def limits(self, caller: Caller) -> dict[str, int]:
        """How many requests of each kind may be under way with this code."""
        return {**self._limits, **caller.limits}

    async def take(self, asked: Asked) -> Reply:
        """What was asked for becomes a job. Raises Wrong or a Refusal."""
        caller = await self._caller(asked.given, asked.address)
        if asked.key is None:
            return Reply(await self._take(caller, asked, secrets.token_hex(16)))
        key = _key(asked.key)
        if (caller.code, key) in self._under_way:
            raise StillRunning
        self._under_way.add((caller.code, key))
        try:
            return await self._take_once(caller, asked, key)
        finally:
            self._under_way.discard((caller.code, key))

    async def _take_once(self, caller: Caller, asked: Asked, key: str) -> Reply:
        """The reply to the first request with this Idempotency-Key, which alone is charged. What was
        refused is not kept: it may be asked again."""
        content = _digest(asked)
        known = await self._storage.fetch_one(
            "SELECT content, body FROM reply WHERE code = :code AND key = :key", code=caller.code, key=key
        )
        if known is not None:
            if known.content != content:
                raise OtherContent
            return Reply(json.loads(known.body), replayed=True)
        body = await self._take(caller, asked, key)
        await self._storage.write(_keep, caller.code, key, content, json.dumps(body), now())
        return Reply(body)

    async def _take(self, caller: Caller, asked: Asked, key: str) -> dict[str, Any]:
        kind, request = self.contract.read(asked.given)
        self._allow(caller, request)
        callback = as_text("callback", asked.given)
        if not callback and not asked.fetched:
            raise Wrong("callback", "is required: the address that receives the answer")
        target = await self._target(callback) if callback else None
        new = self._job(caller, key, request, callback, target)
        job = await self._jobs.submit(new)
        if (job.request, job.place) != (new.stored, new.place):
            raise OtherContent  # the first one's reply was lost in a crash
        return await self._reply(job, kind)

    async def _caller(self, given: dict[str, Any], address: str) -> Caller:
        code = as_text("api", given)
        if not code:
            raise Wrong("api", "is required: your API code")
        caller = await self._doorkeeper.find(code, address)
        if caller is None:
            raise Refused(BAD_CODE, BAD)
        most = caller.addresses_most
        if most and not await self._storage.write(codes.used_from, caller.code, address, now() // DAY, most):
            raise Refused(ADDRESSES, f"This code (parameter api) may be used from {most} addresses a day.")
        return caller

    def _allow(self, caller: Caller, request: Request) -> None:
        """Raise Wrong where the code may not ask for this."""
        asked = {request.kind, *(("voice",) if getattr(request, "speak", False) else ())}
        if caller.kinds is not None and not asked <= caller.kinds:
            allowed = ", ".join(WIRE[kind] for kind in sorted(caller.kinds))
            raise Wrong("which" if request.kind not in caller.kinds else "works",
                        f"this code may be used for {allowed} only")  # fmt: skip
        if caller.models is not None and (strange := {self._models[kind] for kind in asked} - caller.models):
            raise Wrong("which", f"this code may not use the model {', '.join(sorted(strange))}")

    async def _target(self, callback: str) -> str:
        try:
            url = await self._outbound.check(callback)
        except Blocked as blocked:
            raise Wrong("callback", str(blocked.strerror)) from None
        return str(url.origin())

    def _job(self, caller: Caller, key: str, request: Request, callback: str, target: str | None) -> NewJob:
        return NewJob(
            key=f"api:{caller.code}:{key}",
            customer=caller.customer,
            door=DOOR,
            scope=f"code:{caller.code}",
            request=request,
            place=json.dumps({"callback": callback}),
            delivers=bool(callback),
            limits=[Limit(frozenset({kind}), most) for kind, most in self.limits(caller).items()],
            files_most=self._files_most,
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
        address, key = client_address(request), request.headers.get("Idempotency-Key")
        await request.app[DOORKEEPER].admit(address)
        path = PATH if request.path.endswith(PATH) else HISTORIC
        asked = Asked(await read_body(request), address, path, key)
        reply = await api.take(asked)
    except StillRunning:
        detail = "The first request with this Idempotency-Key is still running."
        return refusal(TOO_MANY, detail, status=409, headers={"Retry-After": "1"})
    except OtherContent:
        return refusal(INVALID, "This Idempotency-Key was used for another request.", status=422)
    except BadBody as bad:
        return refusal(INVALID, str(bad))
    except Wrong as wrong:
        return refusal(wrong.code, str(wrong))
    except Refusal as refused:
        return refusal(*said(refused))
    except Exception:
        log.exception("request failed", door=DOOR)
        return refusal(INTERNAL, "Something went wrong here; nothing was charged. Try again.")
    return web.json_response(reply.body, headers={"Idempotency-Replayed": "true"} if reply.replayed else None)


def refusal(code: int, detail: str, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    body = {"status": False, "code": code, "detail": detail}
    return web.json_response(body, status=status, headers=headers)


def _key(given: str) -> str:
    """Short, and nothing that the caller chose, for the books."""
    if not 1 <= len(given) <= KEY_MOST or not given.isprintable():
        raise Wrong("Idempotency-Key", f"must have 1 to {KEY_MOST} printable characters")
    return hashlib.sha256(given.encode(errors="replace")).hexdigest()


def _digest(asked: Asked) -> bytes:
    """Of what was asked, however it was encoded: forms have another boundary each time."""
    given = {name: value for name, value in asked.given.items() if name != "api"}
    return hashlib.sha256(json.dumps([asked.fetched, given], sort_keys=True).encode()).digest()


def _keep(conn: Connection, code: int, key: str, content: bytes, body: str, at: int) -> None:
    conn.run(
        "INSERT INTO reply (code, key, content, body, created_at) VALUES (:code, :key, :content, :body, :at)",
        code=code, key=key, content=content, body=body, at=at,
    )  # fmt: skip


def forget_replies(conn: Connection, before: int) -> None:
    """Later than this a key brings the same job, with its place in the queue of then."""
    conn.run("DELETE FROM reply WHERE created_at < :before", before=before)
