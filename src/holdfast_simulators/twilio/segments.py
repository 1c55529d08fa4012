"""How many parts a text is cut into on its way."""

GSM_LETTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE_LETTERS = frozenset("{}[]~\\|^€\f")
GSM_SINGLE, GSM_PART = 160, 153
WIDE_SINGLE, WIDE_PART = 70, 67
BYTES_PER_UNIT = 2


def segments(text: str) -> int:
    if all(letter in GSM_LETTERS or letter in GSM_DOUBLE_LETTERS for letter in text):
        units = len(text) + sum(letter in GSM_DOUBLE_LETTERS for letter in text)
        return _parts(units, GSM_SINGLE, GSM_PART)
    units = len(text.encode("utf-16-le")) // BYTES_PER_UNIT
    return _parts(units, WIDE_SINGLE, WIDE_PART)


def _parts(units: int, single: int, part: int) -> int:
    return 1 if units <= single else -(-units // part)
