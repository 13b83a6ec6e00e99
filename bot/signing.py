"""The secrets with which answers to programs are signed: one for each API code, kept nowhere.

They are derived from the key under DATA_DIR, so that a stolen copy of the books signs nothing.
"""

import base64
import hashlib
import hmac


def signing_secret(key: bytes, code: int, number: int = 0) -> str:
    """`whsec_…` as Standard Webhooks writes it: 32 bytes in base64. Each rotation has another `number`."""
    of = b"callback:%d:%d" % (code, number) if number else b"callback:%d" % code
    return "whsec_" + base64.b64encode(hmac.digest(key, of, hashlib.sha256)).decode()
