"""Finding contacts by the beginnings of words in their names and addresses, at a price that does not grow."""

from holdfast.conversations.search.finding import find_contacts
from holdfast.conversations.search.folding import fold
from holdfast.conversations.search.store import add_words, join_words, renew_words
from holdfast.conversations.search.words import words_of

__all__ = ["add_words", "find_contacts", "fold", "join_words", "renew_words", "words_of"]
