"""Forms (multipart/form-data), cut where upstreams cut them: a border begins a line.

What could be read in two ways is refused: a recording of an hour would else be measured as one of a second.
"""

import re
from typing import NamedTuple

from handlers.http.gateway.errors import bad_request

PARTS_MOST = 100
BORDER = re.compile(r'boundary="?([^";]{1,100})')
NAME = re.compile(rb'\bname="([^"]{0,100})"')
FILENAME = re.compile(rb"\bfilename\*?=")
LINE = b"\r\n"


class Part(NamedTuple):
    name: bytes
    head: bytes
    content: bytes

    @property
    def is_file(self) -> bool:
        return FILENAME.search(self.head) is not None


def form_parts(raw: bytes, media: str) -> list[Part]:
    """Raises ApiError."""
    begin, *pieces, end = (LINE + raw).split(_border(media))
    if begin.strip() or not end.startswith(b"--") or not all(piece.startswith(LINE) for piece in pieces):
        raise bad_request("The form could not be read: its parts have to stand between its boundaries.")
    if len(pieces) > PARTS_MOST:
        raise bad_request(f"A form has at most {PARTS_MOST} parts.")
    return [_part(piece) for piece in pieces]


def form_of(parts: list[Part], media: str) -> bytes:
    border = _border(media)
    made = b"".join(b"".join((border, LINE, one.head, LINE, LINE, one.content)) for one in parts)
    return made.removeprefix(LINE) + border + b"--" + LINE


def _part(piece: bytes) -> Part:
    head, _, content = piece.removeprefix(LINE).partition(LINE + LINE)
    name = NAME.search(head)
    if name is None:
        raise bad_request("A part of the form has no name.")
    return Part(name[1], head, content)


def _border(media: str) -> bytes:
    found = BORDER.search(media)
    if found is None:
        raise bad_request("A form (multipart/form-data) is needed.")
    return LINE + b"--" + found[1].strip().encode()
