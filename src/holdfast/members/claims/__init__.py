"""Claiming the conversation that one had with the business from another address."""

from holdfast.members.claims.claims import Claims

__all__ = ["Claims"]
