"""The words that subscribers get, as mail and as JSON. Pure."""

from typing import Final

import msgspec

from holdfast.channels.email import MailNotice
from holdfast.status.subscribers.model import POSTS, Notice, Told, parted
from holdfast.status.subscribers.tokens import CONFIRM, LEAVE, challenge_of, link_token

_WORDS: Final = {
    "identified": "Failing",
    "monitoring": "Recovering",
    "resolved": "Over",
    "scheduled": "Maintenance to come",
    "in_progress": "Maintenance begins",
    "completed": "Maintenance is over",
    "cancelled": "Maintenance is called off",
    "published": "New",
}


class Places(msgspec.Struct, frozen=True):
    """Who writes, and where pages are: addresses without a closing slash."""

    business: str
    hub_url: str
    status_url: str


def mail(notice: Notice, secret: str, places: Places) -> MailNotice:
    if notice.told is None:
        return _question(notice, secret, places)
    return _news(notice, notice.told, secret, places)


def _question(notice: Notice, secret: str, places: Places) -> MailNotice:
    link = f"{places.hub_url}/subscriptions/confirm?t={link_token(notice.subscriber_id, secret, CONFIRM)}"
    return MailNotice(
        id=f"ask.{notice.subscriber_id}.{notice.made_at}",
        address=notice.address,
        subject=f"Do you want updates from {places.business}?",
        text=(
            f"Somebody, perhaps you, asked that this address be told {_of_what(notice, places)}.\n\n"
            f"If you want that, open this page and press the button:\n{link}\n\n"
            "If not, do nothing: we do not write again.\n"
        ),
        made_at=notice.made_at,
    )


def _of_what(notice: Notice, places: Places) -> str:
    if parted(notice.wanted) == (POSTS,):
        return f"when {places.business} posts something new"
    return f"when messages to {places.business} fail, and when they work again"


def _news(notice: Notice, told: Told, secret: str, places: Places) -> MailNotice:
    leave = f"{places.hub_url}/subscriptions/leave?t={link_token(notice.subscriber_id, secret, LEAVE)}"
    word = _WORDS.get(told.status, "News")
    return MailNotice(
        id=f"{notice.announcement_id.replace(':', '.')}.{notice.subscriber_id}",
        address=notice.address,
        subject=f"[{places.business}] {word}: {told.title}",
        text=(
            f"{told.title}\n\n{told.text}\n\nAll about it: {places.status_url}{told.path}\n\n--\n"
            f"You asked {places.business} for these mails. No more of them: {leave}\n"
        ),
        made_at=notice.made_at,
        leave_url=leave,
    )


def webhook_body(notice: Notice, secret: str, places: Places) -> bytes:
    """``type``: verification, incident, maintenance or post; ``id`` is the same when it is repeated."""
    if notice.told is None:
        return msgspec.json.encode(
            {
                "type": "verification",
                "id": f"ask.{notice.subscriber_id}.{notice.made_at}",
                "business": places.business,
                "challenge": challenge_of(notice.subscriber_id, secret, notice.made_at),
                "key": secret,
                "unsubscribe_url": _leave(notice, secret, places),
            }
        )
    told = notice.told
    return msgspec.json.encode(
        {
            "type": told.about,
            "id": f"{notice.announcement_id}.{notice.subscriber_id}",
            "business": places.business,
            "subject_id": told.id,
            "title": told.title,
            "status": told.status,
            "text": told.text,
            "at": told.at,
            "channels": told.channels,
            "url": f"{places.status_url}{told.path}",
            "unsubscribe_url": _leave(notice, secret, places),
        }
    )


def _leave(notice: Notice, secret: str, places: Places) -> str:
    return f"{places.hub_url}/subscriptions/leave?t={link_token(notice.subscriber_id, secret, LEAVE)}"
