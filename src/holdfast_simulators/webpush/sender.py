"""Who sends: the signed word that RFC 8292 puts on every call."""

import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from holdfast_simulators.webpush.browser import from_text

DAY_SECONDS = 24 * 3_600
SIGNATURE_BYTES = 64


class Unproven(ValueError):  # noqa: N818 - an answer to the caller
    """The call does not show who sends it."""


def sender_of(authorization: str, *, origin: str, now_seconds: float) -> str:
    """The key of whoever signed the call. Raises Unproven."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme.lower() != "vapid" or not {"t", "k"} <= parts.keys():
        raise Unproven("the call is not signed as RFC 8292 says")
    head, _, after = parts["t"].partition(".")
    body, _, signature = after.partition(".")
    try:
        _verify(f"{head}.{body}".encode(), from_text(signature), from_text(parts["k"]))
        kind, claims = json.loads(from_text(head)), json.loads(from_text(body))
    except (ValueError, InvalidSignature) as error:
        raise Unproven("the signature is not good") from error
    if kind.get("alg") != "ES256":
        raise Unproven("the token is not signed with ES256")
    _check(claims, origin, now_seconds)
    return parts["k"]


def _verify(signed: bytes, signature: bytes, point: bytes) -> None:
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError("an ES256 signature has 64 bytes")
    half = SIGNATURE_BYTES // 2
    packed = encode_dss_signature(
        int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    )
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    key.verify(packed, signed, ec.ECDSA(SHA256()))


def _check(claims: dict[str, Any], origin: str, now_seconds: float) -> None:
    if claims.get("aud") != origin:
        raise Unproven("the token is for another push service")
    left = claims.get("exp", 0) - now_seconds
    if not 0 < left <= DAY_SECONDS:
        raise Unproven("the token has run out, or is good for over a day")
    if not str(claims.get("sub", "mailto:")).startswith(("mailto:", "https:")):
        raise Unproven("the contact is neither a mail address nor a page")
