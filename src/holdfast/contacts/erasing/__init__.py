"""Erasing a person for good."""

from holdfast.contacts.erasing.erasing import Erasing, ErasurePlan

__all__ = ["Erasing", "ErasurePlan"]
