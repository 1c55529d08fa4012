"""INBOX as one client sees it: sequence numbers that change only when the client is told."""

from collections.abc import Callable
from dataclasses import dataclass

from holdfast_simulators.mail.imap.fetch import Wanted, answer, flag_list, parse_wanted
from holdfast_simulators.mail.imap.grammar import BadCommandError, Command, Token, as_list, text
from holdfast_simulators.mail.imap.numbers import chosen
from holdfast_simulators.mail.imap.search import Numbers, search_test
from holdfast_simulators.mail.mailbox import DELETED, SEEN, Mailbox, StoredMail

FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
KEYWORDS_MAX = 50
FLAG_CHARACTERS_MAX = 60
FETCH_ARGUMENTS = 2
STORE_ARGUMENTS = 3


@dataclass(frozen=True)
class Found:
    """A message and its sequence number for this client."""

    sequence: int
    mail: StoredMail


class Folder:
    def __init__(self, mailbox: Mailbox, *, writable: bool) -> None:
        self.writable = writable
        self._mailbox = mailbox
        self._validity = mailbox.uid_validity
        self._known = mailbox.uids

    @property
    def is_outdated(self) -> bool:
        """Whether UIDVALIDITY changed: nothing that this client knows holds any more."""
        return self._validity != self._mailbox.uid_validity

    def counts(self) -> dict[str, int]:
        return {
            "MESSAGES": len(self._mailbox.uids),
            "RECENT": 0,
            "UIDNEXT": self._mailbox.uid_next,
            "UIDVALIDITY": self._mailbox.uid_validity,
            "UNSEEN": self._mailbox.unseen,
        }

    def description(self) -> bytes:
        """The untagged answers to SELECT and EXAMINE."""
        permanent = f"{' '.join(FLAGS)} \\*" if self.writable else ""
        lines = (
            f"FLAGS ({' '.join(FLAGS)})",
            f"{len(self._known)} EXISTS",
            "0 RECENT",
            f"OK [UIDVALIDITY {self._mailbox.uid_validity}] Numbers are valid",
            f"OK [UIDNEXT {self._mailbox.uid_next}] The next number",
            f"OK [PERMANENTFLAGS ({permanent})] What is kept",
        )
        return "".join(f"* {line}\r\n" for line in lines).encode()

    def news(self) -> bytes:
        """EXPUNGE and EXISTS since the last call; afterwards the client knows what is there."""
        present = self._mailbox.uids
        still_there = set(present)
        lines: list[str] = []
        for index in range(len(self._known), 0, -1):
            # From the end, so that no number named here moves another that is still to be named.
            if self._known[index - 1] not in still_there:
                lines.append(f"* {index} EXPUNGE\r\n")
                del self._known[index - 1]
        if present != self._known:
            lines.append(f"* {len(present)} EXISTS\r\n")
            self._known = present
        return "".join(lines).encode()

    def expunge(self) -> None:
        for found in self._messages():
            if DELETED in found.mail.flags:
                self._mailbox.remove(found.mail.uid)

    def perform(self, command: Command) -> list[bytes]:
        """Carry out SEARCH, FETCH or STORE, by sequence number or by UID; return untagged answers."""
        by_uid, name = command.name.startswith("UID "), command.name.removeprefix("UID ")
        work: dict[str, Callable[[list[Token], bool], list[bytes]]] = {
            "SEARCH": self._search,
            "FETCH": self._fetch,
            "STORE": self._store,
        }
        return work[name](command.arguments, by_uid)

    def _search(self, criteria: list[Token], by_uid: bool) -> list[bytes]:  # noqa: FBT001 - one of three alike
        test = search_test(criteria, Numbers(range(1, len(self._known) + 1), self._known))
        hits = [found for found in self._messages() if test(found.sequence, found.mail)]
        numbers = [found.mail.uid if by_uid else found.sequence for found in hits]
        return [f"* SEARCH{''.join(f' {number}' for number in numbers)}\r\n".encode()]

    def _fetch(self, arguments: list[Token], by_uid: bool) -> list[bytes]:  # noqa: FBT001 - one of three alike
        if len(arguments) != FETCH_ARGUMENTS:
            raise BadCommandError("FETCH takes numbers and items")
        wanted = parse_wanted(arguments[1])
        if by_uid:
            wanted = wanted.plus("UID")
        return [self._read(found, wanted) for found in self._chosen(arguments[0], by_uid=by_uid)]

    def _read(self, found: Found, wanted: Wanted) -> bytes:
        if wanted.marks_seen and self.writable and SEEN not in found.mail.flags:
            found.mail.flags.add(SEEN)
            wanted = wanted.plus("FLAGS")
        return answer(found.sequence, found.mail, wanted)

    def _store(self, arguments: list[Token], by_uid: bool) -> list[bytes]:  # noqa: FBT001 - one of three alike
        if len(arguments) < STORE_ARGUMENTS:
            raise BadCommandError("STORE takes numbers, an item and flags")
        item, _, silent = text(arguments[1]).upper().partition(".")
        flags = {_flag(token) for argument in arguments[2:] for token in as_list(argument)}
        answers: list[bytes] = []
        for found in self._chosen(arguments[0], by_uid=by_uid):
            found.mail.flags = _changed(found.mail.flags, item, flags)
            uid = f"UID {found.mail.uid} " if by_uid else ""
            answers.append(
                f"* {found.sequence} FETCH ({uid}FLAGS {flag_list(found.mail.flags)})\r\n".encode()
            )
        return [] if silent == "SILENT" else answers

    def _chosen(self, numbers: Token, *, by_uid: bool) -> list[Found]:
        messages = self._messages()
        if by_uid:
            uids = set(chosen(text(numbers), self._known))
            return [found for found in messages if found.mail.uid in uids]
        sequence = set(chosen(text(numbers), range(1, len(self._known) + 1)))
        return [found for found in messages if found.sequence in sequence]

    def _messages(self) -> list[Found]:
        pairs = ((number, self._mailbox.find(uid)) for number, uid in enumerate(self._known, start=1))
        return [Found(number, mail) for number, mail in pairs if mail is not None]


def _flag(token: Token) -> str:
    word = text(token)
    known = {flag.lower(): flag for flag in FLAGS}
    if len(word) > FLAG_CHARACTERS_MAX or not word.isascii() or not word.isprintable():
        raise BadCommandError("A flag is a short word of plain letters")
    if word.startswith("\\") and word.lower() not in known:
        raise BadCommandError(f"Unknown flag {word}")
    return known.get(word.lower(), word)


def _changed(present: set[str], item: str, flags: set[str]) -> set[str]:
    outcomes = {"FLAGS": flags, "+FLAGS": present | flags, "-FLAGS": present - flags}
    if item not in outcomes:
        raise BadCommandError("STORE changes FLAGS, +FLAGS or -FLAGS")
    if len(outcomes[item]) > KEYWORDS_MAX:
        raise BadCommandError("Too many flags")
    return set(outcomes[item])
