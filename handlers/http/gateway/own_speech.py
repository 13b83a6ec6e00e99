"""POST /v1/audio/speech where no upstream speaks: our own engines do, in any language that they know."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from bot.catalog.voices import Voices
from bot.providers import unwatched
from bot.providers.errors import (
    LanguageUnknown,
    LanguageUnsupported,
    ModelUnknown,
    NothingToSay,
    ProviderError,
    UpstreamBusy,
    UpstreamOutOfCredit,
    UpstreamRefusesUs,
    UpstreamUnreachable,
    VoiceUnsupported,
)
from bot.providers.pool.call import Call
from bot.providers.pool.pool import Pool
from bot.providers.pool.reply import Reply
from bot.providers.speech import SpeechProvider
from handlers.http.gateway.asking import Given
from handlers.http.gateway.errors import bad_request
from handlers.http.gateway.metering import Meter
from handlers.http.gateway.spoken import asked_of
from handlers.http.gateway.ways import Ours

log = structlog.get_logger()

PATH = "/audio/speech"
NOBODY_SPEAKS = (404, 405)
NOT_ASKED = (UpstreamBusy, UpstreamOutOfCredit, UpstreamRefusesUs, UpstreamUnreachable, ModelUnknown)
"""No upstream has taken the call up, so none is paid for it."""
UNSPEAKABLE = (LanguageUnknown, LanguageUnsupported, NothingToSay, VoiceUnsupported)


class OwnSpeech:
    """A way."""

    def __init__(self, pool: Pool, speech: SpeechProvider, voices: Voices) -> None:
        """`speech`: engines of this machine, none of which asks the pool."""
        self._pool = pool
        self._speech = speech
        self._voices = voices

    @asynccontextmanager
    async def ask(self, call: Call, given: Given, meter: Meter) -> AsyncIterator[Reply]:
        async with AsyncExitStack() as upstream:
            reply: Reply | None = None
            nobody: ProviderError | None = None
            try:
                reply = await upstream.enter_async_context(self._pool.send(call))
            except NOT_ASKED as error:
                nobody = error
            if self._speech.names and (reply is None or reply.status in NOBODY_SPEAKS):
                reply = await self._ours(given, meter, nobody)
            if reply is None:
                assert nobody is not None
                raise nobody
            yield reply

    async def _ours(self, given: Given, meter: Meter, nobody: ProviderError | None) -> Reply:
        """Raises ApiError for what none of our engines can speak."""
        asked = asked_of(given.body, self._voices)
        try:
            answer = await self._speech.answer(asked.request, (), unwatched)
            body = await asked.sound(answer)
        except UNSPEAKABLE as unspeakable:
            raise bad_request(str(unspeakable), "input", "unsupported_input") from None
        except ProviderError as error:
            raise nobody or error from None
        meter.asked = answer.engine
        log.info("our own speech", engine=answer.engine, characters=len(asked.request.text))
        return Ours(body, asked.media)
