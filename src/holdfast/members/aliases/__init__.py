"""Guests who became a member that was there already."""

from holdfast.members.aliases.aliases import Aliases, aliases_of

__all__ = ["Aliases", "aliases_of"]
