"""Full-text search: what was said, by whom, where and when."""

from holdfast.inbox.finding.find import find
from holdfast.inbox.finding.model import Chip, Found, Hit, PersonFound, Piece, Seeker
from holdfast.inbox.finding.query import QueryError, Term, terms_of

__all__ = ["Chip", "Found", "Hit", "PersonFound", "Piece", "QueryError", "Seeker", "Term", "find", "terms_of"]
