"""Everything about members that needs more than the store: letters, channels, the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from holdfast.channels.contract import Adapter
from holdfast.conversations import Conversations
from holdfast.kernel import Clock, IdSource
from holdfast.members.claims import Claims
from holdfast.members.claims.claims import Enqueue
from holdfast.members.courier import Courier
from holdfast.members.joining import Joiner
from holdfast.members.leaving import Leaving
from holdfast.members.members import Members
from holdfast.members.safety import Safety
from holdfast.members.signing_in import ComingAlong, Mailing, NewEmail, Passkeys, Places, SignIn
from holdfast.members.tokens import RandomBytes
from holdfast.storage import Database


@dataclass(frozen=True, kw_only=True)
class MemberDesk:
    """``courier`` sends what the others hand it, ``safety`` takes up rules: both are to be run as long as the hub is.
    ``direct`` gives the first channel of our own ("" for none).
    """

    direct: Callable[[], str]
    courier: Courier
    sign_in: SignIn
    new_email: NewEmail
    passkeys: Passkeys
    claims: Claims
    safety: Safety
    leaving: Leaving


def make_member_desk(
    *,
    members: Members,
    conversations: Conversations,
    database: Database,
    clock: Clock,
    ids: IdSource,
    random_bytes: RandomBytes,
    mailing: Callable[[], Mailing | None],
    direct: Callable[[], str],
    business: str,
    public_url: str,
    channels: Callable[[], Mapping[str, Adapter]],
    enqueue: Enqueue,
) -> MemberDesk:
    """``mailing`` is the email channel that letters leave by, ``direct`` the first channel of our own ("" for none)."""
    courier = Courier(clock)
    safety = Safety(members=members, database=database, clock=clock, ids=ids)
    joiner = Joiner(conversations=conversations, ids=ids, direct=direct)
    coming_along = ComingAlong(members=members, joiner=joiner, clock=clock)

    def places() -> Places:
        return Places(business, f"{public_url}/chat/{direct().partition(':')[2]}")

    return MemberDesk(
        direct=direct,
        courier=courier,
        sign_in=SignIn(
            members=members,
            coming_along=coming_along,
            database=database,
            clock=clock,
            ids=ids,
            random_bytes=random_bytes,
            courier=courier,
            mailing=mailing,
            places=places,
            is_barred=safety.bars_email,
        ),
        new_email=NewEmail(
            members=members,
            database=database,
            clock=clock,
            ids=ids,
            random_bytes=random_bytes,
            courier=courier,
            mailing=mailing,
            places=places,
            is_barred=safety.bars_email,
        ),
        safety=safety,
        leaving=Leaving(members=members, database=database, clock=clock, ids=ids),
        passkeys=Passkeys(
            members=members,
            database=database,
            clock=clock,
            ids=ids,
            random_bytes=random_bytes,
            coming_along=coming_along,
            url=public_url,
            business=business,
        ),
        claims=Claims(
            members=members,
            joiner=joiner,
            database=database,
            clock=clock,
            ids=ids,
            random_bytes=random_bytes,
            courier=courier,
            channels=channels,
            enqueue=enqueue,
            mailing=mailing,
            places=places,
        ),
    )
