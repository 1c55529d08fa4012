"""Passkeys: a key that a device keeps, and uses once its owner has shown a finger, a face or a PIN."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from holdfast.kernel import Clock, IdSource
from holdfast.members import store as members_store
from holdfast.members.members import Members
from holdfast.members.model import Member, MemberRefusedError, NewSession, Session
from holdfast.members.profile import clean_name
from holdfast.members.signing_in import store
from holdfast.members.signing_in.coming_along import ComingAlong
from holdfast.members.tokens import RandomBytes
from holdfast.storage import Database, Row, Tx

CHALLENGE_BYTES: Final = 32
CHALLENGE_LIFE_MS: Final = 5 * 60_000
CHALLENGES_MAX: Final = 10_000
"""Open at once, of everybody."""
PASSKEYS_MAX: Final = 20
"""Of one member."""
PASSKEY_NAME: Final = "Passkey"


class PasskeyView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    created_at: int
    used_at: int | None


class Passkeys:
    """``url`` is where the chat page is, which passkeys are bound to."""

    def __init__(
        self,
        *,
        members: Members,
        database: Database,
        clock: Clock,
        ids: IdSource,
        random_bytes: RandomBytes,
        coming_along: ComingAlong,
        url: str,
        business: str,
    ) -> None:
        self._members = members
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._coming_along = coming_along
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        self.is_open = is_secure(url)
        self._server = Fido2Server(
            PublicKeyCredentialRpEntity(name=business, id=parts.hostname or "localhost"),
            verify_origin=lambda given: given == origin,
        )

    async def new(self, member: Member) -> Mapping[str, Any]:
        """What the browser's ``navigator.credentials.create`` takes as JSON. Raises MemberRefusedError."""
        challenge = await self._challenge(member.id)
        known = await self._database.read(store.passkeys, member.id)
        options, _ = self._server.register_begin(
            PublicKeyCredentialUserEntity(
                id=member.id.encode(),
                name=member.handle or member.email or member.name or "Guest",
                display_name=member.name or member.handle or "Guest",
            ),
            credentials=[_credential(row) for row in known],
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
            challenge=challenge,
        )
        return {name: _plain(value) for name, value in options.public_key.items()}

    async def add(self, member: Member, credential: Mapping[str, Any], name: str) -> PasskeyView:
        """Raises MemberRefusedError."""
        response = _registration(credential)
        challenge = response.response.client_data
        if not await self._took(challenge, member.id):
            raise _refused()
        try:
            data = self._server.register_complete(_state(challenge), response)
        except ValueError as error:
            raise _refused() from error
        passkey = PasskeyView(
            id=self._ids.new("psk"),
            name=clean_name(name) or PASSKEY_NAME,
            created_at=self._clock.now_ms(),
            used_at=None,
        )
        await self._database.write(_add, member.id, passkey, data)
        return passkey

    async def all_of(self, member: Member) -> list[PasskeyView]:
        return [passkey_view(row) for row in await self._database.read(store.passkeys, member.id)]

    async def remove(self, member: Member, passkey_id: str) -> bool:
        return await self._database.write(store.drop_passkey, member.id, passkey_id)

    async def options(self) -> Mapping[str, Any]:
        """What ``navigator.credentials.get`` takes as JSON. Raises MemberRefusedError."""
        challenge = await self._challenge("")
        options, _ = self._server.authenticate_begin(
            user_verification=UserVerificationRequirement.REQUIRED, challenge=challenge
        )
        return {name: _plain(value) for name, value in options.public_key.items()}

    async def enter(
        self, credential: Mapping[str, Any], device: str, *, guest: Session | None = None
    ) -> NewSession:
        """Sign in whoever's device signed the challenge; what a guest said there comes along.

        Raises MemberRefusedError.
        """
        response = _authentication(credential)
        client_data = response.response.client_data
        if not await self._took(client_data, ""):
            raise _refused()
        row = await self._database.read(store.passkey, websafe_encode(response.raw_id))
        if row is None:
            raise _refused()
        try:
            self._server.authenticate_complete(_state(client_data), [_credential(row)], response)
        except ValueError as error:
            raise _refused() from error
        count = response.response.authenticator_data.counter
        if count <= row["sign_count"] and (count or row["sign_count"]):
            raise _refused()  # a copy of the key was used somewhere else
        made = await self._database.write(self._enter, row, count, device, guest)
        for each in {made.member.id, guest.member.id if guest else made.member.id}:
            self._members.changed_here(each)
        return made

    async def _challenge(self, member_id: str) -> bytes:
        if not self.is_open:
            raise MemberRefusedError("refused", "Passkeys need this page to be at an https address.")
        challenge = self._random_bytes(CHALLENGE_BYTES)
        now = self._clock.now_ms()
        has_room = await self._database.write(
            store.add_challenge,
            challenge=websafe_encode(challenge),
            member_id=member_id,
            now=now,
            expires_at=now + CHALLENGE_LIFE_MS,
            most=CHALLENGES_MAX,
        )
        if not has_room:
            raise MemberRefusedError("too_many", "Too many are signing in just now; wait a little.")
        return challenge

    async def _took(self, client_data: CollectedClientData, member_id: str) -> bool:
        """Whether the challenge is one of ours, for this purpose; it is used up now."""
        return await self._database.write(
            store.take_challenge,
            challenge=websafe_encode(client_data.challenge),
            member_id=member_id,
            now=self._clock.now_ms(),
        )

    async def _enter(self, tx: Tx, row: Row, count: int, device: str, guest: Session | None) -> NewSession:
        member = await members_store.member(tx, row["member_id"])
        if member is None or member.deleted_at is not None:
            raise _refused()
        if member.standing == "banned":
            raise MemberRefusedError("forbidden", f"This account is closed. {member.standing_reason}".strip())
        await store.note_passkey_used(tx, row["id"], count, self._clock.now_ms())
        await self._coming_along.bring(tx, member, guest)
        return await self._members.open_session(tx, member, device)


def is_secure(url: str) -> bool:
    """Whether browsers let a page at this address use passkeys."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https"
    return False


def passkey_view(row: Row) -> PasskeyView:
    return PasskeyView(id=row["id"], name=row["name"], created_at=row["created_at"], used_at=row["used_at"])


async def _add(tx: Tx, member_id: str, passkey: PasskeyView, data: AuthenticatorData) -> None:
    credential = data.credential_data
    if credential is None:
        raise _refused()
    credential_id = websafe_encode(credential.credential_id)
    known = await store.passkeys(tx, member_id)
    if len(known) >= PASSKEYS_MAX:
        raise MemberRefusedError("refused", f"You can have {PASSKEYS_MAX} passkeys at most.")
    if await store.passkey(tx, credential_id) is not None:
        raise _refused()
    await store.add_passkey(
        tx,
        passkey_id=passkey.id,
        member_id=member_id,
        credential_id=credential_id,
        public_key=websafe_encode(bytes(credential)),
        sign_count=data.counter,
        name=passkey.name,
        at=passkey.created_at,
    )


def _registration(credential: Mapping[str, Any]) -> RegistrationResponse:
    try:
        return RegistrationResponse.from_dict(credential)
    except Exception as error:  # the library raises what its parsers raise
        raise _refused() from error


def _authentication(credential: Mapping[str, Any]) -> AuthenticationResponse:
    try:
        return AuthenticationResponse.from_dict(credential)
    except Exception as error:  # the library raises what its parsers raise
        raise _refused() from error


def _state(client_data: CollectedClientData) -> Mapping[str, Any]:
    """The challenge was taken from the store just now, so that it is known to be ours."""
    return {
        "challenge": websafe_encode(client_data.challenge),
        "user_verification": UserVerificationRequirement.REQUIRED,
    }


def _credential(row: Row) -> AttestedCredentialData:
    """What the store keeps as ``public_key``: the credential as the device attested it, with its id."""
    return AttestedCredentialData(websafe_decode(row["public_key"]))


def _plain(value: Any) -> Any:
    """As JSON has it: bytes in URL-safe base64, which the library's values do by themselves when they are mapped."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, bytes):
        return websafe_encode(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value


def _refused() -> MemberRefusedError:
    return MemberRefusedError("wrong_code", "This passkey is not known here, or its answer came too late.")
