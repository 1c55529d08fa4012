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


def new_email_letter(places: Places, *, login_id: str, email: str, code: str, made_at: int) -> MailNotice:
    return MailNotice(
        id=login_id,
        address=email,
        subject=f"{code} is your code for {places.business}",
        text=(
            f"Your code to use this address for your account at {places.business} is:\n\n{code}\n\n"
            f"Type it where you asked for it, within {CODE_MINUTES} minutes. If you did not ask, somebody else typed "
            "your address: do nothing, give the code to nobody, and nothing changes.\n"
        ),
        made_at=made_at,
    )


def changed_letter(places: Places, *, login_id: str, email: str, made_at: int) -> MailNotice:
    """To the address before; the new one is not told to whoever reads this."""
    return MailNotice(
        id=f"{login_id}-told",
        address=email,
        subject=f"Your account at {places.business} has another address now",
        text=(
            f"Your account at {places.business} is signed in to with another email address from now on, which was "
            "confirmed with a code. This address opens it no longer.\n\n"
            "If this was not you, answer this letter at once.\n"
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
