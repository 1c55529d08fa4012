"""The business's own reactions to messages: what is wanted is kept, and sent until it is so."""

from holdfast.outbox.reactions.reactions import ReactionRules, Reactions

__all__ = ["ReactionRules", "Reactions"]
