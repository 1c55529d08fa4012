"""Makes of the parts of a query what the store is asked for."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from holdfast.conversations.search import fold
from holdfast.conversations.search.folding import IS_UNSPACED, RUNS, WORD
from holdfast.conversations.texts import FILE, NOTE, facet, words_in
from holdfast.conversations.texts.words import WORD_CHARACTERS_MAX
from holdfast.inbox.finding import store
from holdfast.inbox.finding.model import Asked, Chip, Seeker
from holdfast.inbox.finding.query import QueryError, Term, day_of
from holdfast.storage import AskedWords, Tx

BEGINNING_CHARACTERS_MIN: Final = 2
"""Half of everything begins with one letter: where that is all there is of the last word, the others are looked for."""
STATES: Final = {
    "open": ("status", "open", "open"),
    "snoozed": ("status", "snoozed", "snoozed"),
    "resolved": ("status", "resolved", "resolved"),
    "waiting": ("waiting", 1, "waiting for an answer"),
}
_SENDERS: Final = {"customer": ("in", "by customers"), "agent": ("out", "by the team")}
_NOBODY: Final = "nobody"


class Asking:
    """Gathers what the terms of one query ask for. Every method raises QueryError."""

    def __init__(self, tx: Tx, seeker: Seeker) -> None:
        self._tx = tx
        self._seeker = seeker
        self._facets: list[str] = []
        self._filters: dict[str, object] = {}
        self._since = 0
        self._until: int | None = None

    async def understand(self, terms: Sequence[Term], *, goes_on: bool) -> Asked:
        """``goes_on``: the last word may be the beginning of one."""
        chips = [await self._chip(term) for term in terms]
        spoken = [term for term in terms if term.kind in {"word", "phrase"}]
        whole = " ".join(fold(term.value) for term in spoken)
        phrases = [" ".join(fold(term.value).split()) for term in spoken if term.kind == "phrase"]
        last = spoken[-1].kind == "word" and terms[-1] is spoken[-1] if spoken else False
        words, runs = asked_words(whole, begins_one=last and goes_on)
        if spoken and not words.words and not words.beginnings:
            raise QueryError("These are signs only; look for a word or a number.")
        return Asked(
            words=words,
            phrases=(*phrases, *runs),
            facets=tuple(dict.fromkeys(self._facets)),
            filters=self._filters,
            since=self._since,
            until=self._until,
            whole=" ".join(whole.split()),
            plain=" ".join(term.value for term in spoken),
            chips=tuple(chips),
        )

    async def _chip(self, term: Term) -> Chip:
        if term.kind in {"word", "phrase"}:
            return Chip("word", term.text, term.value)
        handlers: dict[str, Callable[[str], Any]] = {
            "from": self._from,
            "channel": self._channel,
            "label": self._label,
            "assignee": self._assignee,
            "team": self._team,
            "is": self._is,
            "has": self._has,
            "in": self._in,
        }
        if not term.value:
            raise QueryError(f"Say after “{term.kind}:” what to look for.")
        if term.kind in handlers:
            return Chip("filter", term.text, await handlers[term.kind](term.value))
        return Chip("filter", term.text, self._time(term.kind, term.value))

    async def _from(self, value: str) -> str:
        if sender := _SENDERS.get(value.lower()):
            self._facets.append(facet(sender[0]))
            return sender[1]
        if value.lower() == "me":
            self._filters["author"] = self._seeker.author
            return "by me"
        agent, name = await self._agent(value, "from:", "customer, agent, me")
        self._filters["author"] = f"agent:{agent}"
        return f"by {name}"

    async def _channel(self, value: str) -> str:
        wanted, known = value.lower(), self._seeker.channels
        platforms = sorted({each.partition(":")[0] for each in known})
        if wanted not in known and wanted not in platforms:
            raise QueryError(f"There is no channel “{value}”: there are {', '.join([*platforms, *known])}.")
        self._facets.append(facet(wanted))
        self._filters["channels"] = [
            each for each in known if each == wanted or each.partition(":")[0] == wanted
        ]
        return f"on {wanted}"

    async def _label(self, value: str) -> str:
        label, name = _only(await store.labels_called(self._tx, value), f"There is no label “{value}”.")
        self._filters["label"] = label
        return f"labelled {name}"

    async def _assignee(self, value: str) -> str:
        if value.lower() == _NOBODY:
            self._filters["nobody"] = 1
            return "nobody has it"
        if value.lower() == "me":
            self._filters["assignee"] = self._seeker.author.removeprefix("agent:")
            return "I have it"
        self._filters["assignee"], name = await self._agent(value, "assignee:", "me, nobody")
        return f"{name} has it"

    async def _team(self, value: str) -> str:
        team, name = _only(await store.teams_called(self._tx, value), f"There is no team “{value}”.")
        self._filters["team"] = team
        return f"of {name}"

    async def _is(self, value: str) -> str:
        if value.lower() not in STATES:
            raise QueryError(f"“is:{value}” is not known: there are {', '.join(STATES)}.")
        name, wanted, says = STATES[value.lower()]
        self._filters[name] = wanted
        return says

    async def _has(self, value: str) -> str:
        if value.lower() != FILE:
            raise QueryError(f"“has:{value}” is not known: there is has:file.")
        self._facets.append(facet(FILE))
        return "with a file"

    async def _in(self, value: str) -> str:
        if value.lower() not in {"notes", "messages"}:
            raise QueryError(f"“in:{value}” is not known: there are notes, messages.")
        if value.lower() == "notes":
            self._facets.append(facet(NOTE))
        else:
            self._filters["messages"] = 1
        return f"in {value.lower()}"

    async def _agent(self, value: str, filter_name: str, words: str) -> tuple[str, str]:
        found = await store.agents_called(self._tx, value)
        return _only(
            found, f"Nobody is called “{value}”: write {filter_name} and {words}, a name or an address."
        )

    def _time(self, kind: str, value: str) -> str:
        begins, ends = day_of(value, self._seeker.zone, self._seeker.now)
        if kind in {"after", "on"}:
            self._since = max(self._since, begins)
        if kind in {"before", "on"}:
            until = begins if kind == "before" else ends
            self._until = until if self._until is None else min(self._until, until)
        return f"{'since' if kind == 'after' else kind} {value}"


def _only(rows: Sequence[tuple[str, str]], otherwise: str) -> tuple[str, str]:
    if not rows:
        raise QueryError(otherwise)
    return rows[0]


def asked_words(whole: str, *, begins_one: bool) -> tuple[AskedWords, list[str]]:
    """The words to look for in the index, and what is written without spaces, to be found as it stands."""
    pieces = [run for match in WORD.finditer(whole) for run in RUNS.findall(match[0])]
    ends_in_word = bool(whole) and bool(pieces) and whole.endswith(pieces[-1])
    words: list[str] = []
    beginnings: list[str] = []
    runs: list[str] = []
    for number, piece in enumerate(pieces, start=1):
        is_last = number == len(pieces)
        if IS_UNSPACED.match(piece):
            runs.append(piece)
            if len(piece) == 1:
                beginnings.append(piece)
            else:
                words += list(words_in(piece))[:-1]
        elif is_last and ends_in_word and begins_one and (len(piece) >= BEGINNING_CHARACTERS_MIN or words):
            if len(piece) < BEGINNING_CHARACTERS_MIN:
                continue
            beginnings.append(piece[:WORD_CHARACTERS_MAX])
        else:
            words.append(piece[:WORD_CHARACTERS_MAX])
    return AskedWords(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(beginnings))), runs
