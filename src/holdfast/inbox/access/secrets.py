"""Random tokens, of which only the hash is stored."""

import base64
import hashlib
from collections.abc import Callable
from typing import Final

TOKEN_BYTES: Final = 32
TOKEN_CHARACTERS_MAX: Final = 200

RandomBytes = Callable[[int], bytes]
"""A source of unpredictable bytes, such as ``os.urandom``."""


def new_token(random_bytes: RandomBytes, prefix: str = "") -> str:
    """A token of 256 random bits that is safe in addresses and headers."""
    return prefix + base64.urlsafe_b64encode(random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so that a fast hash suffices."""
    return hashlib.sha256(token[:TOKEN_CHARACTERS_MAX].encode("utf-8", "replace")).hexdigest()
