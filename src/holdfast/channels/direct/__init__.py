"""Direct: the shop's own web chat."""

from holdfast.channels.direct.adapter import DirectAdapter, make_direct
from holdfast.channels.direct.settings import DirectSettings

__all__ = ["DirectAdapter", "DirectSettings", "make_direct"]
