"""Direct: the shop's own web chat."""

from holdfast.channels.direct.adapter import EDIT_MS, DirectAdapter, make_direct
from holdfast.channels.direct.settings import DirectSettings

__all__ = ["EDIT_MS", "DirectAdapter", "DirectSettings", "make_direct"]
