"""Joining two people and their conversations, and parting them again."""

from holdfast.conversations.joining.merging import Beside, Merge, Pair, merge, merge_of, part, split_off

__all__ = ["Beside", "Merge", "Pair", "merge", "merge_of", "part", "split_off"]
