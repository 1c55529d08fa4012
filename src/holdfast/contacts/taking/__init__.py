"""Everything that is kept of a person, as one file to hand over."""

from holdfast.contacts.taking.taking import Taking

__all__ = ["Taking"]
