"""Passkeys: a device written here from the specification, against both stores."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

from holdfast.members import MemberDesk, MemberRefusedError, Members
from holdfast.members.signing_in import Passkeys
from holdfast.members.signing_in.passkeys import CHALLENGE_LIFE_MS, is_secure

ORIGIN = "https://hub.example"
PRESENT_AND_VERIFIED = 0x05


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(encoded: str) -> bytes:
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


class Device:
    """An authenticator with one key."""

    def __init__(self, origin: str = ORIGIN, flags: int = PRESENT_AND_VERIFIED) -> None:
        self.origin = origin
        self.flags = flags
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(16)
        self.count = 1

    def create(self, options: Any) -> dict[str, Any]:
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = (
            bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor.encode(public)
        )
        data = self._data(options["rp"]["id"], self.flags | 0x40) + attested
        response = {
            "clientDataJSON": text(self._client_data("webauthn.create", options)),
            "attestationObject": text(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._credential(response)

    def get(self, options: Any, rp_id: str = "") -> dict[str, Any]:
        client_data = self._client_data("webauthn.get", options)
        data = self._data(rp_id or options["rpId"], self.flags)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text(client_data),
            "authenticatorData": text(data),
            "signature": text(signature),
        }
        return self._credential(response)

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: Any) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        credential_id = text(self.credential_id)
        return {
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


@pytest.fixture
def passkeys(desk: MemberDesk) -> Passkeys:
    return desk.passkeys


@pytest.fixture
async def ann(members: Members) -> Any:
    return (await members.create_guest("Ann")).member


async def test_a_passkey_signs_in(passkeys: Passkeys, members: Members, ann: Any) -> None:
    device = Device()
    options = json.loads(json.dumps(await passkeys.new(ann)))
    assert options["rp"] == {"name": "Kelp & Co", "id": "hub.example"}
    assert raw(options["user"]["id"]).decode() == ann.id
    await passkeys.add(ann, device.create(options), " My\u202e phone ")
    device.count += 1
    made = await passkeys.enter(device.get(await passkeys.options()), "Phone")
    session = await members.by_token(made.token)
    assert session is not None
    assert session.member.id == ann.id
    [passkey] = await passkeys.all_of(ann)
    assert (passkey.name, passkey.used_at is not None) == ("My phone", True)
    again = json.loads(json.dumps(await passkeys.new(ann)))
    assert [raw(each["id"]) for each in again["excludeCredentials"]] == [device.credential_id]


async def test_a_passkey_that_was_removed_signs_nobody_in(
    passkeys: Passkeys, members: Members, ann: Any
) -> None:
    device = Device()
    passkey = await passkeys.add(ann, device.create(await passkeys.new(ann)), "")
    eve = (await members.create_guest("Eve")).member
    assert not await passkeys.remove(eve, passkey.id)
    assert await passkeys.remove(ann, passkey.id)
    device.count += 1
    with pytest.raises(MemberRefusedError):
        await passkeys.enter(device.get(await passkeys.options()), "")


async def test_an_answer_works_once_and_in_time(passkeys: Passkeys, clock: Any, ann: Any) -> None:
    device = Device()
    created = device.create(await passkeys.new(ann))
    await passkeys.add(ann, created, "")
    with pytest.raises(MemberRefusedError):
        await passkeys.add(ann, created, "")
    device.count += 1
    answer = device.get(await passkeys.options())
    await passkeys.enter(answer, "")
    with pytest.raises(MemberRefusedError):
        await passkeys.enter(answer, "")
    device.count += 1
    late = device.get(await passkeys.options())
    clock.seconds += CHALLENGE_LIFE_MS / 1000
    with pytest.raises(MemberRefusedError):
        await passkeys.enter(late, "")


async def test_a_copy_of_the_key_is_noticed(passkeys: Passkeys, ann: Any) -> None:
    device = Device()
    await passkeys.add(ann, device.create(await passkeys.new(ann)), "")
    with pytest.raises(MemberRefusedError):
        await passkeys.enter(device.get(await passkeys.options()), "")


@pytest.mark.parametrize(
    "device",
    [Device(origin="https://evil.example"), Device(flags=0x01)],
    ids=["another page", "an owner who was not asked"],
)
async def test_a_device_that_was_tricked_is_refused(passkeys: Passkeys, ann: Any, device: Device) -> None:
    with pytest.raises(MemberRefusedError):
        await passkeys.add(ann, device.create(await passkeys.new(ann)), "")


async def test_a_challenge_for_a_new_passkey_is_one_members(
    passkeys: Passkeys, members: Members, ann: Any
) -> None:
    eve = (await members.create_guest("Eve")).member
    options = await passkeys.new(ann)
    with pytest.raises(MemberRefusedError):
        await passkeys.add(eve, Device().create(options), "")
    with pytest.raises(MemberRefusedError):
        await passkeys.add(ann, Device().create({**options, "challenge": text(b"x" * 32)}), "")


async def test_another_key_signs_nobody_in(passkeys: Passkeys, ann: Any) -> None:
    device, thief = Device(), Device()
    await passkeys.add(ann, device.create(await passkeys.new(ann)), "")
    thief.credential_id, thief.count = device.credential_id, 9
    with pytest.raises(MemberRefusedError):
        await passkeys.enter(thief.get(await passkeys.options()), "")
    device.count = 9
    with pytest.raises(MemberRefusedError):
        await passkeys.enter(device.get(await passkeys.options(), rp_id="evil.example"), "")


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": 1},
        {"id": "a", "rawId": "a", "response": None},
        {"id": "YQ", "rawId": "YQ", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}},
        {
            "id": "YQ",
            "rawId": "YQ",
            "response": {"clientDataJSON": "bnVsbA", "authenticatorData": "", "signature": ""},
        },
        {
            "id": "YQ",
            "rawId": "YQ",
            "response": {"clientDataJSON": "W10", "authenticatorData": "x" * 5000, "signature": "x"},
        },
        {"rawId": "\u2028", "response": {"clientDataJSON": {"a": []}}},
    ],
)
async def test_nonsense_is_refused(passkeys: Passkeys, ann: Any, credential: dict[str, Any]) -> None:
    with pytest.raises(MemberRefusedError):
        await passkeys.add(ann, credential, "")
    with pytest.raises(MemberRefusedError):
        await passkeys.enter(credential, "")


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://hub.example", True),
        ("http://localhost:8780", True),
        ("http://hub.example", False),
        ("http://127.0.0.1:8780", False),
        ("https://127.0.0.1", False),
    ],
)
def test_browsers_want_a_name_and_https(url: str, secure: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert is_secure(url) is secure
