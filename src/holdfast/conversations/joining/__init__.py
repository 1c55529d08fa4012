"""Joining two conversations, and parting them again."""

from holdfast.conversations.joining.store import merge_into, split_off

__all__ = ["merge_into", "split_off"]
