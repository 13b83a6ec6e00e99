"""GET /api/v1/voices: who can speak which language, and which engine serves it today."""

from typing import Any

from aiohttp import web

from bot.catalog.voices import Language, Voices
from bot.providers.speech import SpeechProvider

VOICES = web.AppKey("voices", Voices)
SPEECH = web.AppKey("speech", SpeechProvider)
ROUTES = web.RouteTableDef()


@ROUTES.get("/api/v1/voices")
async def voices(request: web.Request) -> web.Response:
    """`engine` null: nothing speaks that language at the moment."""
    engine_for = request.app[SPEECH].engine_for
    listed = [voice for one in request.app[VOICES] for voice in _voices(one, engine_for(one.code))]
    return web.json_response({"voices": listed}, headers={"Cache-Control": "max-age=300"})


def _voices(language: Language, engine: str | None) -> list[dict[str, Any]]:
    return [
        {
            "language": language.name, "code": language.code, "who": voice.name, "gender": voice.gender,
            "styles": list(voice.styles), "engine": engine,
        }
        for voice in language.voices
    ]  # fmt: skip
