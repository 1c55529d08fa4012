"""The example of RFC 8291, appendix A, byte for byte."""

import base64
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from holdfast.push.model import Keys, PushRefusedError
from holdfast.push.sealing import TEXT_BYTES_MAX, from_base64, point_and_auth, seal, to_base64

KEYS: Final = Keys(
    p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth="BTBZMqHH6r4Tts7J_aSIgg",
)
SALT: Final = from_base64("DGv6ra1nlYgDCS1FRnbzlw")
SENDER: Final = ec.derive_private_key(
    int.from_bytes(from_base64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
)
SEALED: Final = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard() -> None:
    sealed = seal(b"When I grow up, I want to be a watermelon", KEYS, salt=SALT, sender=SENDER)
    assert to_base64(sealed) == SEALED


def test_a_notice_has_an_end() -> None:
    assert len(seal(b"x" * TEXT_BYTES_MAX, KEYS, salt=SALT, sender=SENDER)) == 4_096
    with pytest.raises(ValueError, match="bytes"):
        seal(b"x" * (TEXT_BYTES_MAX + 1), KEYS, salt=SALT, sender=SENDER)


@pytest.mark.parametrize(
    "keys",
    [
        Keys("", KEYS.auth),
        Keys("not base64!", KEYS.auth),
        Keys("ü", KEYS.auth),
        Keys(base64.urlsafe_b64encode(b"\x04" + bytes(64)).decode(), KEYS.auth),
        Keys(KEYS.p256dh, ""),
        Keys(KEYS.p256dh, "AAAA"),
    ],
)
def test_keys_that_are_none_are_refused(keys: Keys) -> None:
    with pytest.raises(PushRefusedError):
        point_and_auth(keys)
