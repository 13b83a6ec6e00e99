"""The secrets with which answers to programs are signed: one for each API code, kept nowhere.

They are derived from the key under DATA_DIR, so that a stolen copy of the books signs nothing.
"""

import base64
import hashlib
import hmac


def signing_secret(key: bytes, code: int) -> str:
    """`whsec_…` as Standard Webhooks writes it: 32 bytes in base64."""
    return "whsec_" + base64.b64encode(hmac.digest(key, b"callback:%d" % code, hashlib.sha256)).decode()
