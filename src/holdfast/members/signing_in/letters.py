"""The words with which a code is sent. Pure."""

import msgspec

from holdfast.channels.email import MailNotice
from holdfast.members.codes import CODE_MINUTES


class Places(msgspec.Struct, frozen=True):
    """Who writes, and where the chat page is: an address without a closing slash."""

    business: str
    chat_url: str


def login_letter(
    places: Places, *, login_id: str, email: str, code: str, link: str, made_at: int
) -> MailNotice:
    """``link`` is the token of a link; it stands behind the # of an address, which no server sees."""
    return MailNotice(
        id=login_id,
        address=email,
        subject=f"{code} is your code for {places.business}",
        text=(
            f"Your code to sign in to {places.business} is:\n\n{code}\n\n"
            f"Or open this page:\n{places.chat_url}#s={link}\n\n"
            f"Both are good once, within {CODE_MINUTES} minutes. If you did not ask for this, somebody else typed your "
            "address: do nothing, and nobody gets in.\n"
        ),
        made_at=made_at,
    )


def claim_text(business: str, code: str) -> str:
    return (
        f"Your code for {business}: {code}. Type it where you asked for it, within {CODE_MINUTES} minutes, and this "
        "conversation goes on there. If you did not ask, do nothing and give it to nobody."
    )


def claim_letter(places: Places, *, claim_id: str, email: str, code: str, made_at: int) -> MailNotice:
    return MailNotice(
        id=claim_id,
        address=email,
        subject=f"{code} is your code for {places.business}",
        text=f"{claim_text(places.business, code)}\n",
        made_at=made_at,
    )
