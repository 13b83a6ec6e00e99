"""Events are cut the same however their bytes come."""

import time

import pytest

from bot.providers.errors import BadAnswer
from handlers.http.gateway.events import EVENT_MOST, LONG, Events


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4_096, LONG - 1, LONG + 1, 10**7])
@pytest.mark.parametrize("border", [b"\n\n", b"\r\n\r\n"])
def test_events_are_whole_however_long_and_however_they_are_cut(size, border):
    if size < 4:
        texts = [b"data: a", b": comment", b"data: " + b"b" * 500]
    else:
        texts = [
            b"data: a",
            b"data: " + b"b" * (3 * LONG),
            b"data: c",
            b"data: " + b"d" * (2 * LONG),
            b"data: e",
        ]
    raw = border.join(texts) + border
    events, found = Events(), []

    for start in range(0, len(raw), size):
        found += events.feed(raw[start : start + size])

    assert found + events.last() == [text + b"\n\n" for text in texts]


def test_a_border_between_two_pieces_of_a_long_event_is_seen():
    for cut in range(1, 5):
        events = Events()
        assert events.feed(b"data: " + b"x" * (2 * LONG)) == []
        tail = b"y\r\n\r\n"
        assert events.feed(tail[:cut]) == []
        assert len(events.feed(tail[cut:] + b"data: z\n\n")) == 2


def test_what_came_of_a_long_event_without_an_end_is_its_last():
    events = Events()
    for piece in (b"data: " + b"x" * (2 * LONG), b"y", b"z\r\n"):
        assert events.feed(piece) == []

    assert events.last() == [b"data: " + b"x" * (2 * LONG) + b"yz\n\n"]
    assert events.last() == []


def test_an_event_without_an_end_is_refused_and_takes_no_time():
    events, piece, begun = Events(), b"x" * 16_384, time.perf_counter()

    for _ in range(EVENT_MOST // len(piece)):
        assert events.feed(piece) == []

    with pytest.raises(BadAnswer):
        events.feed(piece)
    assert time.perf_counter() - begun < 1, "it was 12"


def test_empty_lines_between_events_are_none():
    events = Events()

    assert [events.feed(piece) for piece in (b"data: a\n\n", b"\n\n", b"data: b\n\n")] == [
        [b"data: a\n\n"], [], [b"data: b\n\n"]
    ]  # fmt: skip
