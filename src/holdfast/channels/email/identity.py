"""How a mail of ours is known again: by its Message-ID, and by a signed tag in the address of replies."""

import hashlib
import hmac
import re
from typing import Final

from holdfast.settings import Secret

MAC_CHARACTERS: Final = 10
_TAGGED: Final = re.compile(r"\+([\w-]{1,60})\.([0-9a-f]{10})@", re.ASCII)


def message_id_of(delivery_id: str, domain: str) -> str:
    """The Message-ID of a delivery, without angle brackets; the same for every attempt."""
    return f"{delivery_id}@{domain}"


def delivery_of(message_id: str, domain: str) -> str:
    """The delivery that a Message-ID of ours names, or nothing."""
    local, _, host = message_id.strip("<> ").rpartition("@")
    return _restored(local) if host.casefold() == domain.casefold() else ""


def tagged_address(address: str, delivery_id: str, secret: Secret) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}+{delivery_id}.{_mac(delivery_id, secret)}@{domain}"


def delivery_of_tag(address: str, secret: Secret) -> str:
    """The delivery that a tagged address names, where the tag is ours; else nothing."""
    found = _TAGGED.search(address)
    if not found:
        return ""
    delivery_id, mac = found.groups()
    return _restored(delivery_id) if hmac.compare_digest(mac, _mac(delivery_id, secret)) else ""


def _mac(delivery_id: str, secret: Secret) -> str:
    # Some mail systems change the case of addresses; the tag survives that.
    text = delivery_id.casefold().encode()
    return hmac.new(secret.reveal().encode(), text, hashlib.sha256).hexdigest()[:MAC_CHARACTERS]


def _restored(delivery_id: str) -> str:
    """An identifier as it was made: the prefix in small letters, the rest in capitals."""
    prefix, mark, rest = delivery_id.partition("_")
    return prefix.lower() + mark + rest.upper() if mark else delivery_id
