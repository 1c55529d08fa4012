"""How a push service knows this hub: a signed word on every call, RFC 8292."""

from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from holdfast.push.sealing import point_of, to_base64

TOKEN_SECONDS: Final = 12 * 3_600
"""Push services refuse what is good for over a day."""
_HEAD: Final = to_base64(b'{"typ":"JWT","alg":"ES256"}')
_COORDINATE_BYTES: Final = 32
_SCALAR_BYTES: Final = 32


class Vapid:
    """The hub's key; ``contact`` is whom a push service may write to, ``mailto:`` or ``https:``, or none."""

    def __init__(self, secret: bytes, contact: str = "") -> None:
        self._key = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
        self._contact = contact
        self.public_key = to_base64(point_of(self._key.public_key()))

    def authorization(self, endpoint: str, now_ms: int) -> str:
        """The header for a call of an endpoint."""
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now_ms // 1000 + TOKEN_SECONDS}
        if self._contact:
            claims["sub"] = self._contact
        signed = f"{_HEAD}.{to_base64(msgspec.json.encode(claims))}"
        r, s = utils.decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        signature = r.to_bytes(_COORDINATE_BYTES) + s.to_bytes(_COORDINATE_BYTES)
        return f"vapid t={signed}.{to_base64(signature)}, k={self.public_key}"


def new_secret() -> bytes:
    """A new private key, as a number of 32 bytes."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_numbers().private_value.to_bytes(_SCALAR_BYTES)
