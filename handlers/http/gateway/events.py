"""Cuts a stream of bytes into whole server-sent events: some programs parse each piece alone."""

from bot.providers.errors import BadAnswer

EVENT_MOST = 16 * 1024 * 1024
"""Bytes: a picture in base64 comes in one event."""
LONG = 128 * 1024
"""Of an event that is longer only what is new is looked at: all of it each time would take seconds."""
SEAM = 3
"""Bytes: a border that two pieces share begins so long before the second at most."""


class Events:
    def __init__(self) -> None:
        self._rest = b""
        self._long: list[bytes] = []
        """What has come of a long event, after `_rest`."""
        self._size = 0

    def feed(self, piece: bytes) -> list[bytes]:
        """The events that are whole now, with their empty line."""
        is_one = len(piece) > 2 and piece.find(b"\n\n") == len(piece) - 2
        if is_one and not self._rest and b"\r" not in piece:
            return [piece]  # as it mostly comes
        if len(self._rest) > LONG:
            if not self._ends_long(piece):
                return []
            piece, self._long, self._size = b"".join(self._long), [], 0
        rest = self._rest + piece if self._rest else piece
        if b"\r" in rest:
            rest = rest.replace(b"\r\n", b"\n")
        *whole, self._rest = rest.split(b"\n\n")
        return [event + b"\n\n" for event in whole if event]

    def _ends_long(self, piece: bytes) -> bool:
        before = self._long[-1] if self._long else self._rest
        self._long.append(piece)
        self._size += len(piece)
        if len(self._rest) + self._size > EVENT_MOST:
            raise BadAnswer("The upstream sent an event without an end.")
        seam = before[-SEAM:] + piece
        return b"\n\n" in seam or b"\n\r\n" in seam

    def last(self) -> list[bytes]:
        """What came after the last empty line, where the upstream forgot it."""
        rest = b"".join([self._rest, *self._long]).replace(b"\r\n", b"\n").strip(b"\r\n")
        self._rest, self._long = b"", []
        return [rest + b"\n\n"] if rest else []
