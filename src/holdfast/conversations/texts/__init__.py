"""The words by which messages and notes are found: written in the transaction that stores the text."""

from holdfast.conversations.texts.filling import Filling
from holdfast.conversations.texts.store import (
    forget_texts,
    index_texts,
    is_filling,
    place_of,
    renew_text,
    start_filling,
)
from holdfast.conversations.texts.words import FILE, NOTE, Text, facet, said_by, text_words, words_in

__all__ = [
    "FILE",
    "NOTE",
    "Filling",
    "Text",
    "facet",
    "forget_texts",
    "index_texts",
    "is_filling",
    "place_of",
    "renew_text",
    "said_by",
    "start_filling",
    "text_words",
    "words_in",
]
