"""Signing in: by a code or a link that was sent to an address, and by passkey."""

from holdfast.members.signing_in.coming_along import ComingAlong
from holdfast.members.signing_in.letters import Places
from holdfast.members.signing_in.new_email import NewEmail
from holdfast.members.signing_in.passkeys import Passkeys, PasskeyView
from holdfast.members.signing_in.sign_in import Mailing, SignIn

__all__ = ["ComingAlong", "Mailing", "NewEmail", "PasskeyView", "Passkeys", "Places", "SignIn"]
