"""A browser with one subscription: it alone can read what is sent to it."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOTICES_MAX = 1_000
HEAD_BYTES = 21
SALT_BYTES = 16
KEY_BYTES = 16
NONCE_BYTES = 12
RECORD_BYTES_MIN = 18
LAST = 2


class Unreadable(ValueError):  # noqa: N818 - an answer to the caller
    """The body is not for this browser, or is not what RFC 8188 and 8291 describe."""


@dataclass(kw_only=True)
class Notice:
    text: str
    topic: str
    urgency: str
    ttl: int
    at_ms: int


@dataclass
class Browser:
    id: str
    vapid_key: str
    """Only the hub with this key may send; empty for any."""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    is_gone: bool = False
    is_asleep: bool = False
    """While it sleeps, a newer notice of a topic takes the place of the one that waits."""
    shown: list[Notice] = field(default_factory=list)
    waiting: list[Notice] = field(default_factory=list)

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, origin: str) -> dict[str, object]:
        keys = {"p256dh": to_text(self.point), "auth": to_text(self.auth)}
        return {"endpoint": f"{origin}/push/{self.id}", "expirationTime": None, "keys": keys}

    def take(self, notice: Notice) -> None:
        if not self.is_asleep:
            self.shown = [*self.shown, notice][-NOTICES_MAX:]
            return
        if notice.topic:
            self.waiting = [each for each in self.waiting if each.topic != notice.topic]
        self.waiting = [*self.waiting, notice][-NOTICES_MAX:]

    def wake(self, now_ms: int) -> None:
        self.is_asleep = False
        self.shown += [each for each in self.waiting if each.at_ms + each.ttl * 1000 > now_ms]
        self.waiting = []

    def unseal(self, body: bytes) -> str:
        """Raises Unreadable."""
        if len(body) < HEAD_BYTES:
            raise Unreadable("the body has no head")
        salt, record_bytes, length = body[:SALT_BYTES], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[HEAD_BYTES : HEAD_BYTES + length], body[HEAD_BYTES + length :]
        if record_bytes < RECORD_BYTES_MIN or len(sealed) > record_bytes:
            raise Unreadable("a push message is a single record")
        try:
            other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
            shared = self.key.exchange(ec.ECDH(), other)
            secret = _expand(self.auth, shared, b"WebPush: info\x00" + self.point + sender, 32)
            key = _expand(salt, secret, b"Content-Encoding: aes128gcm\x00", KEY_BYTES)
            nonce = _expand(salt, secret, b"Content-Encoding: nonce\x00", NONCE_BYTES)
            padded = AESGCM(key).decrypt(nonce, sealed, None)
        except (ValueError, InvalidTag) as error:
            raise Unreadable("it was not sealed for this browser") from error
        text = padded.rstrip(b"\x00")
        if not text or text[-1] != LAST:
            raise Unreadable("the last record does not end as one")
        return text[:-1].decode("utf-8")


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _expand(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF (RFC 5869) for up to 32 bytes, with SHA-256."""
    extracted = hmac.digest(salt, secret, sha256)
    return hmac.digest(extracted, info + b"\x01", sha256)[:length]
