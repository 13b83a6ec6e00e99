"""Secrets that must be in the books are there encrypted (AES-256-GCM), by a key that is not."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class WrongKey(Exception):
    """It was encrypted with another ENCRYPTION_KEY."""


class Seal:
    def __init__(self, key: bytes, purpose: bytes) -> None:
        """`purpose`: what is sealed for one can't be opened as another."""
        self._key = hmac.digest(key, b"seal:" + purpose, hashlib.sha256)
        self._purpose = purpose

    def seal(self, text: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._key).encrypt(nonce, text.encode(), self._purpose)

    def open(self, sealed: bytes) -> str:
        try:
            text = AESGCM(self._key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._purpose)
        except (InvalidTag, ValueError):
            raise WrongKey("It was encrypted with another ENCRYPTION_KEY.") from None
        return text.decode()

    def digest(self, text: str) -> bytes:
        """The same for the same text, and nobody without the key can try texts against it."""
        return hmac.digest(self._key, text.encode(), hashlib.sha256)
