"""What the pages that messages name say of themselves."""

from holdfast.portal.previews.adding import LinkPreviews

__all__ = ["LinkPreviews"]
