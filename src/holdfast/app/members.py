"""Members of a hub, wired together."""

import secrets
from collections.abc import Callable

from holdfast.app.announcements import mailing_of
from holdfast.app.hub import Hub
from holdfast.members import MemberDesk, Members, make_member_desk
from holdfast.members.signing_in import Mailing
from holdfast.portal.accounts import TalksOfMember
from holdfast.portal.files import FilesOfMember


def members_of(hub: Hub) -> Members:
    members = Members(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=secrets.token_bytes,
        continue_link_hours=hub.settings.direct.continue_link_hours,
    )
    members.neighbours.add(TalksOfMember(hub.clock))
    members.neighbours.add(FilesOfMember())
    return members


def member_desk_of(
    hub: Hub, members: Members, mailing: Callable[[], Mailing | None] | None = None
) -> MemberDesk:
    """``mailing`` stands in for the hub's email channel."""
    return make_member_desk(
        members=members,
        conversations=hub.conversations,
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=secrets.token_bytes,
        mailing=mailing or (lambda: mailing_of(hub)),
        direct=lambda: first_direct(hub),
        business=hub.settings.hub.name,
        public_url=hub.settings.public_url,
        channels=hub.channels.adapters,
        enqueue=hub.outbox.enqueue,
    )


def first_direct(hub: Hub) -> str:
    """The first channel of our own; an empty text where there is none."""
    return next((name for name in hub.channels.adapters() if name.startswith("direct:")), "")
