"""What becomes of a member's talks when the account changes, joins another, is taken along or deleted."""

from holdfast.portal.accounts.belongings import TalksOfMember

__all__ = ["TalksOfMember"]
