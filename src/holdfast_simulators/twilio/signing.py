"""How Twilio signs what it sends.

Source: twilio.com/docs/usage/security.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

SIGNATURE_HEADER = "X-Twilio-Signature"


def signature(auth_token: str, url: str, parameters: Mapping[str, str]) -> str:
    text = url + "".join(name + parameters[name] for name in sorted(parameters))
    # SHA-1 is what the platform uses.
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
