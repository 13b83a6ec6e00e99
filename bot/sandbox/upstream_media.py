"""The offline upstream's pictures, drawn by rule, and speech, spoken by espeak-ng."""

import asyncio
import base64
import re
import secrets
import time
from functools import cache
from typing import Any, Literal

from aiohttp import web

from bot.catalog.voices import Language, Voice, Voices, read_voices
from bot.providers.errors import ProviderError
from bot.providers.language import detect_language
from bot.providers.speech import audio
from bot.providers.speech.engine import Words
from bot.providers.speech.espeak import Espeak
from bot.sandbox.pictures import SIDE_LEAST, SIDE_MOST, Format, draw_picture
from bot.sandbox.upstream_faults import error_answer
from bot.sandbox.upstream_parts import FAULT, PARTS, BadRequest, json_object

routes = web.RouteTableDef()

FORMS: dict[str, Format] = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}
COUNT_MOST = 10
PROMPT_MOST = 32_000
INPUT_MOST = 4_096
FEMALE_VOICES = ("alloy", "coral", "nova", "sage", "shimmer", "fable", "marin")
SOUND_FORMATS: dict[str, audio.Format] = {"mp3": "mp3", "opus": "ogg", "wav": "wav"}


@routes.post("/v1/images/generations")
async def images(request: web.Request) -> web.Response:
    body = await json_object(request)
    prompt, (width, height), count = _prompt(body), _size(body), _count(body)
    form = FORMS.get(str(body.get("output_format", "png")))
    if form is None:
        raise BadRequest("`output_format` is png, jpeg or webp.", "output_format")
    drawn = [
        await asyncio.to_thread(draw_picture, prompt, number, width, height, form) for number in range(count)
    ]
    if request.get(FAULT) == "empty":
        drawn = []
    data = [_picture(request, body, picture, form) for picture in drawn]
    return web.json_response({"created": int(time.time()), "data": data})


@routes.get("/pictures/{name}")
async def picture_by_address(request: web.Request) -> web.Response:
    found = request.app[PARTS].pictures.get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    return web.Response(body=found[0], content_type=found[1])


@routes.post("/v1/audio/speech")
async def speech(request: web.Request) -> web.Response:
    body = await json_object(request)
    words, tempo = _words(body), _tempo(body)
    form = SOUND_FORMATS.get(str(body.get("response_format", "mp3")))
    if form is None:
        raise BadRequest("The offline upstream speaks mp3, opus and wav.", "response_format")
    if not _espeak().speaks(words.voice.language):
        raise BadRequest(
            f"The offline upstream does not speak {words.language_name}, or has no espeak-ng.", "input"
        )
    try:
        spoken = await _espeak().speak(words, lambda done, all_: None)
        sound = await audio.change(await audio.decode(spoken.data), tempo=tempo)
        data = await audio.encode(sound, form)
    except ProviderError as error:
        return error_answer(500, "server_error", None, str(error))
    data = b"" if request.get(FAULT) == "empty" else data
    return web.Response(body=data, content_type=audio.MEDIA[form])


@routes.post("/v1/audio/transcriptions")
@routes.post("/v1/audio/translations")
async def transcriptions(request: web.Request) -> web.Response:
    """It understands what it was told to understand; what nobody foresaw only a real model can."""
    form = await request.post()
    if not isinstance(form.get("file"), web.FileField):
        raise BadRequest("`file` has to be a recording.", "file")
    if request.get(FAULT) == "empty":
        return web.json_response({"text": ""})
    if request.app[PARTS].understood:
        return web.json_response({"text": request.app[PARTS].understood.popleft()})
    raise BadRequest(
        "The offline upstream can't understand speech; set OPENAI_API_KEY for an upstream that can.",
        "file", "no_local_model",
    )  # fmt: skip


def _picture(request: web.Request, body: dict[str, Any], data: bytes, form: Format) -> dict[str, Any]:
    if body.get("response_format") != "url":
        return {"b64_json": base64.b64encode(data).decode()}
    name = f"{secrets.token_urlsafe(16)}.{form.lower()}"
    request.app[PARTS].pictures.keep(name, data, f"image/{form.lower()}")
    return {"url": f"{request.app[PARTS].base_url.removesuffix('/v1')}/pictures/{name}"}


def _prompt(body: dict[str, Any]) -> str:
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip() or len(prompt) > PROMPT_MOST:
        raise BadRequest("`prompt` has to be a text.", "prompt")
    return prompt


def _size(body: dict[str, Any]) -> tuple[int, int]:
    given = body.get("size") or "auto"
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", "1024x1024" if given == "auto" else str(given))
    sides = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(SIDE_LEAST <= side <= SIDE_MOST for side in sides):
        raise BadRequest(
            f"`size` is WIDTHxHEIGHT, each {SIDE_LEAST} to {SIDE_MOST}.", "size", "invalid_value"
        )
    return sides


def _count(body: dict[str, Any]) -> int:
    count = body.get("n") or 1
    if not isinstance(count, int) or not 1 <= count <= COUNT_MOST:
        raise BadRequest(f"`n` is 1 to {COUNT_MOST}.", "n", "invalid_value")
    return count


def _tempo(body: dict[str, Any]) -> float:
    tempo = body.get("speed", 1)
    if not isinstance(tempo, int | float) or not 0.25 <= tempo <= 4:
        raise BadRequest("`speed` is 0.25 to 4.", "speed")
    return float(tempo)


def _words(body: dict[str, Any]) -> Words:
    """In which language and voice: the API has no field for the language, so it is found out."""
    text = body.get("input")
    if not isinstance(text, str) or not text.strip() or len(text) > INPUT_MOST:
        raise BadRequest(f"`input` has to be a text of at most {INPUT_MOST} characters.", "input")
    language = _language(text, str(body.get("instructions") or ""))
    name = str(body.get("voice") or "alloy")
    gender: Literal["female", "male"] = "female" if name in FEMALE_VOICES else "male"
    return Words(text, Voice(name, language.code, gender, ()), language.name)


def _language(text: str, instructions: str) -> Language:
    """The first language that the instructions name, else the text's own."""
    for word in re.findall(r"[A-Z][a-z]+", instructions):
        if (named := _voices().language(word)) and named.name == word.lower():
            return named
    found = _voices().language(detect_language(text) or "en") or _voices().language("en")
    assert found is not None
    return found


@cache
def _voices() -> Voices:
    return read_voices()


@cache
def _espeak() -> Espeak:
    return Espeak()
