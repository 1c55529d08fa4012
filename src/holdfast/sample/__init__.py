"""A store full of invented people and messages, to see how a hub behaves after years."""

from holdfast.sample.filling import Filled, fill
from holdfast.sample.place import StoreInUseError, fill_shared, make_store
from holdfast.sample.town import Plan

__all__ = ["Filled", "Plan", "StoreInUseError", "fill", "fill_shared", "make_store"]
