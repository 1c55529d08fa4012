"""Secrets at rest: encrypted under a key that is not in the database."""

import hashlib
import hmac
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from holdfast.kernel import make_synced
from holdfast.settings import Secret

KEY_FILE: Final = "secret.key"


class VaultError(Exception):
    """The key does not fit what was encrypted; the sentence says what to do."""


class Vault:
    def __init__(self, key: Secret) -> None:
        self._key = key.reveal().encode()
        self._fernet = Fernet(self._key)

    def derived(self, purpose: str) -> bytes:
        """A key for another purpose, from which this one cannot be found out."""
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()

    def lock(self, text: bytes) -> bytes:
        return self._fernet.encrypt(text)

    def open(self, sealed: bytes) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            remedy = "Bring back the key file, or the setting hub.key, under which it was stored."
            raise VaultError(f"A stored secret cannot be read with this key. {remedy}") from error


def open_vault(data_dir: Path, key: Secret | None) -> Vault:
    """The vault under the configured key, or under a key file made at the first start."""
    if key is not None:
        return _checked(key)
    path = data_dir / KEY_FILE
    if not path.exists():
        with suppress(FileExistsError):  # another process of ours was quicker: that key holds
            make_synced(path, Fernet.generate_key())
    return _checked(Secret(path.read_text("ascii").strip()))


def _checked(key: Secret) -> Vault:
    try:
        return Vault(key)
    except ValueError as error:
        raise VaultError("The key is not 32 bytes in URL-safe base64.") from error
