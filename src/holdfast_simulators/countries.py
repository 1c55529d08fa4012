"""Which country a telephone number belongs to."""

import phonenumbers


def country_of(number: str) -> str | None:
    """An ISO 3166 code; None for what is no number."""
    try:
        parsed = phonenumbers.parse("+" + number.removeprefix("+"), None)
    except phonenumbers.NumberParseException:
        return None
    code = parsed.country_code or 0
    return phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(code)
