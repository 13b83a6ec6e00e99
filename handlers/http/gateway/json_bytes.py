"""JSON from bytes, as it came from a program or an upstream."""

import json
from typing import Any

import jiter


def parsed(data: bytes) -> Any:
    """Raises ValueError or RecursionError. Python's own reads the rare rest: UTF-16, half an emoji."""
    try:
        return jiter.from_json(data)
    except ValueError:
        return json.loads(data)
