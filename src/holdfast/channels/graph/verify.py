"""Whether a request is Meta's: the handshake of a new webhook, and the signature over the raw body."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final, Literal

from holdfast.channels.contract import Forged, Genuine, RawRequest, Reply, Verification
from holdfast.settings import Secret

SIGNATURE_HEADER: Final = "x-hub-signature-256"
_PREFIX: Final = "sha256="
CHALLENGE_CHARACTERS_MAX: Final = 200


def verify_meta(request: RawRequest, *, secrets: Sequence[Secret], verify_token: Secret) -> Verification:
    if request.method == "GET":
        return _verify_handshake(request, verify_token)
    if request.method != "POST":
        return Forged("Webhooks come by POST.", status=405)
    return _verify_signature(request, secrets)


def _verify_handshake(request: RawRequest, verify_token: Secret) -> Verification:
    given = request.query.get("hub.verify_token", "")
    challenge = request.query.get("hub.challenge", "")
    if not verify_token or not hmac.compare_digest(given.encode(), verify_token.reveal().encode()):
        told: Literal["", "verify_token"] = "verify_token" if given and challenge else ""
        return Forged("The verify token is not ours.", status=403, told=told)
    if request.query.get("hub.mode") != "subscribe" or not 0 < len(challenge) <= CHALLENGE_CHARACTERS_MAX:
        return Forged("This is not a subscription's handshake.", status=400)
    return Genuine(reply=Reply(body=challenge.encode()), store=False)


def _verify_signature(request: RawRequest, secrets: Sequence[Secret]) -> Verification:
    given = request.headers.get(SIGNATURE_HEADER, "")
    if not given.startswith(_PREFIX):
        return Forged("The signature is missing.")
    signature = given.removeprefix(_PREFIX).encode()
    # All secrets are tried: during a change the platform signs with the old one for a while.
    if any(hmac.compare_digest(signature, _sign(request.body, secret)) for secret in secrets if secret):
        return Genuine()
    return Forged("The signature does not fit the body.", told="signature")


def _sign(body: bytes, secret: Secret) -> bytes:
    return hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest().encode()
