"""Messages that a browser alone can read: RFC 8291 over the content coding aes128gcm of RFC 8188."""

import base64
import binascii
import struct
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from holdfast.push.model import Keys, PushRefusedError

SALT_BYTES: Final = 16
AUTH_BYTES: Final = 16
POINT_BYTES: Final = 65
RECORD_BYTES: Final = 4_096
"""Push services take no more than this, and it is one record."""
TEXT_BYTES_MAX: Final = RECORD_BYTES - SALT_BYTES - 4 - 1 - POINT_BYTES - AUTH_BYTES - 1
LAST_RECORD: Final = b"\x02"


def seal(text: bytes, keys: Keys, *, salt: bytes, sender: ec.EllipticCurvePrivateKey) -> bytes:
    """A body for the push service; ``salt`` and ``sender`` are new for every message."""
    if len(text) > TEXT_BYTES_MAX:
        raise ValueError(f"a notice has up to {TEXT_BYTES_MAX} bytes")
    receiver_point, auth = point_and_auth(keys)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver_point)
    sender_point = point_of(sender.public_key())
    info = b"WebPush: info\0" + receiver_point + sender_point
    secret = _derive(sender.exchange(ec.ECDH(), receiver), auth, info, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack("!IB", RECORD_BYTES, POINT_BYTES) + sender_point
    return head + AESGCM(key).encrypt(nonce, text + LAST_RECORD, None)


def point_and_auth(keys: Keys) -> tuple[bytes, bytes]:
    """The browser's point and secret. Raises PushRefusedError where they are none."""
    try:
        point, auth = from_base64(keys.p256dh), from_base64(keys.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, binascii.Error) as error:
        raise PushRefusedError("invalid", "These are not the keys of a browser.", "keys") from error
    if len(auth) != AUTH_BYTES:
        raise PushRefusedError("invalid", f"The secret has {AUTH_BYTES} bytes.", "keys.auth")
    return point, auth


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Raises ValueError."""
    data = text.encode("ascii")
    return base64.b64decode(data + b"=" * (-len(data) % 4), altchars=b"-_", validate=True)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
