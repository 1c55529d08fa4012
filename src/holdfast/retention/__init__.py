"""What the hub forgets, after how long, and where it is written before."""

from holdfast.retention.archive import Archive
from holdfast.retention.keeping import keep_house, keep_spool

__all__ = ["Archive", "keep_house", "keep_spool"]
