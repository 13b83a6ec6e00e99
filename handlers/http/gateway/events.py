"""Cuts a stream of bytes into whole server-sent events: some programs parse each piece alone."""

from bot.providers.errors import BadAnswer

EVENT_MOST = 16 * 1024 * 1024
"""Bytes: a picture in base64 comes in one event."""


class Events:
    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """The events that are whole now, with their empty line."""
        is_one = len(piece) > 2 and piece.find(b"\n\n") == len(piece) - 2
        if is_one and not self._rest and b"\r" not in piece:
            return [piece]  # as it mostly comes
        rest = self._rest + piece if self._rest else piece
        if b"\r" in rest:
            rest = rest.replace(b"\r\n", b"\n")
        *whole, self._rest = rest.split(b"\n\n")
        if len(self._rest) > EVENT_MOST:
            raise BadAnswer("The upstream sent an event without an end.")
        return [event + b"\n\n" for event in whole if event]

    def last(self) -> list[bytes]:
        """What came after the last empty line, where the upstream forgot it."""
        rest, self._rest = self._rest.strip(b"\r\n"), b""
        return [rest + b"\n\n"] if rest else []
