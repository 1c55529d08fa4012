"""Links that only the receiver of a mail can know, and signatures of what webhooks bring."""

import hashlib
import hmac
from typing import Final

TOKEN_HEX: Final = 40
CONFIRM: Final = "confirm"
LEAVE: Final = "leave"


def link_token(subscriber_id: str, secret: str, purpose: str) -> str:
    return f"{subscriber_id}.{_proof(secret, purpose)}"


def subscriber_of(token: str) -> str:
    """Whose token it claims to be."""
    return token.partition(".")[0]


def is_genuine(token: str, secret: str, purpose: str) -> bool:
    proof = token.partition(".")[2]
    return hmac.compare_digest(proof.encode(), _proof(secret, purpose).encode())


def challenge_of(subscriber_id: str, secret: str, made_at: int) -> str:
    return _proof(secret, f"challenge:{subscriber_id}:{made_at}")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``v1=<hex>``: HMAC-SHA256 over the timestamp, a dot and the body as sent."""
    return f"v1={hmac.new(secret.encode(), timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _proof(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()[:TOKEN_HEX]
