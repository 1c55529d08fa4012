"""The platforms' public status pages, which lag behind and are only a hint."""

from holdfast_simulators.feeds.app import Feeds

__all__ = ["Feeds"]
