"""The grammar of IMAP commands (RFC 3501, section 9), as far as this server needs it."""

from dataclasses import dataclass
from typing import TypeAlias

NESTING_MAX = 8
TOKENS_MAX = 2_000

Token: TypeAlias = "str | list[Token]"  # noqa: S105 - no secret, a word of the grammar


class BadCommandError(Exception):
    """The command cannot be understood; the text goes to the client after BAD."""


@dataclass(frozen=True)
class Command:
    """`name` is upper case and carries its UID prefix: "UID FETCH"."""

    tag: str
    name: str
    arguments: list[Token]


def parse_command(line: bytes) -> Command:
    """Parse one command with its literals in place and without its final line end."""
    tokens = _Scanner(line).tokens()
    words = [token for token in tokens[:3] if isinstance(token, str)]
    if len(words) < len(tokens[:2]) or not words:
        raise BadCommandError("A command is a tag and a name")
    tag, names = words[0], words[1:]
    if not names:
        raise BadCommandError("The command has no name")
    if names[0].upper() == "UID" and len(names) > 1:
        return Command(tag, f"UID {names[1].upper()}", tokens[3:])
    return Command(tag, names[0].upper(), tokens[2:])


def text(token: Token) -> str:
    """Return a token that must be a string."""
    if isinstance(token, list):
        raise BadCommandError("A list stands where a word belongs")
    return token


def as_list(token: Token) -> list[Token]:
    return token if isinstance(token, list) else [token]


class _Scanner:
    """Reads atoms, quoted strings, literals and parenthesised lists from left to right."""

    def __init__(self, line: bytes) -> None:
        self._line = line.decode("utf-8", errors="surrogateescape")
        self._at = 0
        self._count = 0

    def tokens(self, depth: int = 0) -> list[Token]:
        found: list[Token] = []
        while self._more():
            if self._line[self._at] == ")":
                if depth == 0:
                    raise BadCommandError("A closing parenthesis too many")
                self._at += 1
                return found
            found.append(self._token(depth))
        if depth:
            raise BadCommandError("A parenthesis is not closed")
        return found

    def _more(self) -> bool:
        while self._at < len(self._line) and self._line[self._at] == " ":
            self._at += 1
        return self._at < len(self._line)

    def _token(self, depth: int) -> Token:
        self._count += 1
        if self._count > TOKENS_MAX or depth > NESTING_MAX:
            raise BadCommandError("The command is too long or too deep")
        first = self._line[self._at]
        if first == "(":
            self._at += 1
            return self.tokens(depth + 1)
        if first == '"':
            return self._quoted()
        if first == "{":
            return self._literal()
        return self._atom()

    def _quoted(self) -> str:
        self._at += 1
        characters: list[str] = []
        while self._at < len(self._line):
            character = self._line[self._at]
            self._at += 1
            if character == '"':
                return "".join(characters)
            if character == "\\" and self._at < len(self._line):
                character = self._line[self._at]
                self._at += 1
            characters.append(character)
        raise BadCommandError("A quotation is not closed")

    def _literal(self) -> str:
        head, found, rest = self._line[self._at :].partition("}\r\n")
        size = head[1:].rstrip("+")
        if not found or not size.isdigit():
            raise BadCommandError("A literal has no length")
        # Lengths count octets, and the line has been decoded.
        body = rest.encode("utf-8", errors="surrogateescape")[: int(size)]
        value = body.decode("utf-8", errors="surrogateescape")
        self._at += len(head) + len(found) + len(value)
        return value

    def _atom(self) -> str:
        """Take an atom; brackets shield spaces and parentheses, as in BODY[HEADER.FIELDS (FROM)]<0.9>."""
        start, shielded = self._at, False
        while self._at < len(self._line):
            character = self._line[self._at]
            if not shielded and character in ' ()"':
                break
            shielded = (shielded or character == "[") and character != "]"
            self._at += 1
        if self._at == start:
            raise BadCommandError("A word begins with a character that it cannot hold")
        return self._line[start : self._at]
