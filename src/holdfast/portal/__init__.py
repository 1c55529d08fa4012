"""Direct: what members say to one another and to the business."""

from holdfast.portal.direct import Direct

__all__ = ["Direct"]
