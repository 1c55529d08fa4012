"""Records of people, their addresses, their conversations and what was said."""

import msgspec

BUSINESS = "business"
"""Who reacted, where it was not the person of the conversation."""
LATE_AFTER_MS = 15_000
"""A message that reaches us later than this after its platform time is shown as late."""


class NewAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address to be recorded for a person.

    ``proof`` is how we know that it is theirs (``wrote``, ``confirmed``, ``agent``); ``consent`` what they
    agreed to (``none``, ``reply``, ``failover``, ``opted_out``).
    """

    channel: str
    value: str
    name: str = ""
    proof: str | None = None
    consent: str = "none"


CONSENTS = ("none", "reply", "failover", "opted_out")
PROOFS = ("wrote", "confirmed", "agent")


class UnknownContactError(LookupError):
    """No such contact, address or conversation."""


class AddressTakenError(ValueError):
    """The address belongs to another contact; joining people is a decision of its own."""
