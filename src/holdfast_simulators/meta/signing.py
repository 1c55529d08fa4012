"""Webhook bodies as Meta writes and signs them.

Source: developers.facebook.com, webhooks, "getting started": the signature is over the escaped body.
"""

import hashlib
import hmac
import json
from typing import Any

SIGNATURE_HEADER = "X-Hub-Signature-256"


def escaped_json(value: Any) -> bytes:
    r"""ASCII JSON with lower-case `\uXXXX` and with `/` written as `\/`."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(app_secret: str, body: bytes) -> str:
    digest = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def signed_headers(app_secret: str, body: bytes) -> dict[str, str]:
    return {"Content-Type": "application/json", SIGNATURE_HEADER: signature(app_secret, body)}
