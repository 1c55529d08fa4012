"""A push service, and the browsers that it wakes: RFC 8030, 8291 and 8292 from the receiving side."""

from holdfast_simulators.webpush.service import WebPush

__all__ = ["WebPush"]
