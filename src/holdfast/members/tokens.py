"""Random tokens of devices and private links, of which only the hash is stored."""

import base64
import hashlib
from collections.abc import Callable
from typing import Final

TOKEN_BYTES: Final = 32
TOKEN_CHARACTERS_MAX: Final = 200

RandomBytes = Callable[[int], bytes]


def new_token(random_bytes: RandomBytes) -> str:
    return base64.urlsafe_b64encode(random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    return hashlib.sha256(token[:TOKEN_CHARACTERS_MAX].encode("utf-8", "replace")).hexdigest()
