"""Telegram and an upstream that answer at once, in a process of their own: what is measured is the bot.

`python -m benchmarks.fakes <chats> <updates>` prints its address, `began` when the bot first asks,
then a line of JSON when every update has been answered. Each of the chats sends its next message as soon
as the last is answered.
"""

import asyncio
import json
import sys
import time
from collections import deque
from typing import Any

from aiohttp import web

FIRST_CHAT = 10_000
SEND = b'{"ok":true,"result":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"},"text":"x"}}'
COMPLETION = json.dumps(
    {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "fake",
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Four."}}
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 3, "total_tokens": 23},
    }
).encode()  # fmt: skip
RESULTS = {
    "getMe": {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"},
    "getStarTransactions": {"transactions": []},
    "getMyStarBalance": {"amount": 0},
}


class FakeTelegram:
    def __init__(self, chats: int, updates: int) -> None:
        self._left = updates
        self._unanswered = updates
        self._numbers = iter(range(1, updates + 1))
        self._ready: deque[dict[str, Any]] = deque()
        self._wake = asyncio.Event()
        self._began = 0.0
        self.done = asyncio.Event()
        self.seconds = 0.0
        for chat in range(chats):
            self._say(FIRST_CHAT + chat)

    def _say(self, chat: int) -> None:
        number = next(self._numbers, None)
        if number is None:
            return
        person = {"id": chat, "is_bot": False, "first_name": "Ada", "language_code": "en"}
        self._ready.append(
            {
                "update_id": number,
                "message": {
                    "message_id": number, "date": int(time.time()), "text": "What is 2 + 2?",
                    "from": person, "chat": {"id": chat, "type": "private", "first_name": "Ada"},
                },
            }
        )  # fmt: skip
        self._wake.set()

    async def get_updates(self) -> bytes:
        if not self._began:
            self._began = time.perf_counter()
            print("began", flush=True)
        if not self._ready:
            self._wake.clear()
            try:
                async with asyncio.timeout(1):
                    await self._wake.wait()
            except TimeoutError:
                pass
        batch = [self._ready.popleft() for _ in range(min(100, len(self._ready)))]
        return json.dumps({"ok": True, "result": batch}).encode()

    def answered(self, chat: int) -> None:
        self._unanswered -= 1
        if not self._unanswered:
            self.seconds = time.perf_counter() - self._began
            self.done.set()
        self._say(chat)


def make_server(telegram: FakeTelegram) -> web.Server:
    """aiohttp without its router, for as little of the machine as can be."""
    sent = iter(range(1_000_000, 10_000_000))

    async def handle(request: web.BaseRequest) -> web.Response:
        method = request.path.rsplit("/", 1)[-1]
        if method == "completions":
            await request.read()
            return json_response(COMPLETION)
        if method == "getUpdates":
            return json_response(await telegram.get_updates())
        if method == "sendMessage":
            chat = int((await fields(request))["chat_id"])
            telegram.answered(chat)
            return json_response(SEND % (next(sent), chat))
        await request.read()
        return json_response(json.dumps({"ok": True, "result": RESULTS.get(method, True)}).encode())

    return web.Server(handle, access_log=None)


async def fields(request: web.BaseRequest) -> Any:
    return await request.post()


def json_response(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


async def main(chats: int, updates: int) -> None:
    telegram = FakeTelegram(chats, updates)
    runner = web.ServerRunner(make_server(telegram))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await telegram.done.wait()
    print(json.dumps({"seconds": telegram.seconds, "updates": updates}), flush=True)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
