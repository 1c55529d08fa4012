"""Taking along everything that is kept of a member, and leaving for good."""

from holdfast.members.leaving.leaving import Leaving

__all__ = ["Leaving"]
