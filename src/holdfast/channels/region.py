"""The country of a person's address, so that a failure of one country's networks can be told from all others."""

from functools import lru_cache
from typing import Final

import phonenumbers

ADDRESSES_KEPT: Final = 4_096
_NUMBERED: Final = frozenset({"sms", "whatsapp"})
_NO_COUNTRY: Final = frozenset({"001", "ZZ"})


@lru_cache(maxsize=ADDRESSES_KEPT)
def region_of(platform: str, address: str) -> str:
    """The ISO 3166 code that an address names, or nothing where it names none."""
    if platform not in _NUMBERED:
        return ""
    scoped, dot, _ = address.partition(".")  # a WhatsApp id that is no number begins with its country
    if dot and len(scoped) == 2 and scoped.isascii() and scoped.isalpha() and scoped.isupper():  # noqa: PLR2004
        return scoped
    international = address if platform == "sms" else f"+{address.removeprefix('+')}"
    try:
        number = phonenumbers.parse(international, None)  # a short code is no number
    except phonenumbers.NumberParseException:
        return ""
    code = phonenumbers.region_code_for_number(number)
    code = code or phonenumbers.region_code_for_country_code(number.country_code or 0)
    return "" if code in _NO_COUNTRY else code
