"""Ports for servers that are told theirs before they begin."""

import random
import socket
from contextlib import suppress


def free_port() -> int:
    """One that nobody is given by chance: of those that the system gives to whoever asks for any, somebody
    else may have it before it is used."""
    while True:
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port := random.randrange(12_000, 30_000)))
            return port
