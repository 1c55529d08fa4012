"""Phone numbers in one form."""

import phonenumbers


def normal_number(text: str) -> str:
    """A number as +31612345678; short codes and names of senders stay as they are."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return text.strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
