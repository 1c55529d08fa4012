"""Codes of six digits that people type: stored as hashes, good for some minutes and a few attempts."""

import hashlib
import hmac
from typing import Final

from holdfast.members.tokens import RandomBytes

CODE_DIGITS: Final = 6
CODE_MINUTES: Final = 15
CODE_LIFE_MS: Final = CODE_MINUTES * 60_000
ATTEMPTS_MAX: Final = 5
TYPED_CHARACTERS_MAX: Final = 40


def new_code(random_bytes: RandomBytes) -> str:
    return f"{int.from_bytes(random_bytes(8), 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def code_hash(subject: str, code: str) -> str:
    """Of one login or claim: the same code of another one has another hash."""
    return hashlib.sha256(f"{subject}:{typed(code)}".encode("utf-8", "replace")).hexdigest()


def is_code(subject: str, code: str, expected_hash: str) -> bool:
    return hmac.compare_digest(code_hash(subject, code), expected_hash)


def typed(code: str) -> str:
    """As somebody types it: with spaces or a dash in between."""
    return "".join(letter for letter in code[:TYPED_CHARACTERS_MAX] if letter not in " -\u00a0")
