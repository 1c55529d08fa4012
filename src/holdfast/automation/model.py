"""A rule: what it listens for, and what it does then. Times are ms since the epoch."""

import re
from typing import Final, Literal

import msgspec

from holdfast.work import WorkRefusedError

RULES_MAX: Final = 100
NAME_CHARACTERS_MAX: Final = 60
WORDS_MAX: Final = 50
WORD_CHARACTERS_MAX: Final = 60
NAMED_MAX: Final = 30
"""Channels or labels that one rule names."""
REPLY_CHARACTERS_MAX: Final = 900
REPLY_HOURS_MIN: Final = 1
REPLY_HOURS_MAX: Final = 720
GAPS: Final = ("name", "first_name", "business", "hours")
_GAP: Final = re.compile(r" ?\{\{\s*(\w*)\s*\}\}")


class Conditions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them must hold; what is empty holds always. ``words``: one of them stands in the text. ``hours``: whether
    the business is open when the message arrives; without opening hours neither holds. ``first``: the first message
    that we ever had from this person. ``labels``: the conversation carries one of them (ids).
    """

    channels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    hours: Literal["any", "open", "closed"] = "any"
    first: bool = False
    labels: tuple[str, ...] = ()


class Actions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``add_labels``, ``team`` and ``assignee`` are ids, the last two empty for leaving it as it is. ``reply`` may hold
    ``{{name}}``, ``{{first_name}}``, ``{{business}}`` and ``{{hours}}``; the same person has it once in
    ``reply_every_hours`` at most.
    """

    add_labels: tuple[str, ...] = ()
    team: str = ""
    assignee: str = ""
    reply: str = ""
    reply_every_hours: int = 24

    @property
    def is_empty(self) -> bool:
        return not (self.add_labels or self.team or self.assignee or self.reply)


class NewRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``stop``: where it acts, the rules behind it do not."""

    name: str
    when: Conditions = Conditions()
    then: Actions
    enabled: bool = True
    stop: bool = False


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Rules are tried in the order of ``position``. ``used`` counts the messages on which it acted."""

    id: str
    name: str
    when: Conditions
    then: Actions
    enabled: bool
    stop: bool
    position: int
    used: int
    used_at: int | None
    changed_at: int
    changed_by: str


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A message as rules look at it; ``is_open`` is None where no opening hours are known."""

    text: str
    channel: str
    is_first: bool
    is_open: bool | None
    labels: tuple[str, ...] = ()


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message that nobody wrote, to see what would be done; ``at`` is now where it is None."""

    text: str
    channel: str = ""
    first: bool = False
    at: int | None = None


class WouldDo(msgspec.Struct, frozen=True, kw_only=True):
    """``reply`` is filled in with an example's name."""

    rule_id: str
    name: str
    then: Actions
    reply: str


def checked(wanted: NewRule) -> NewRule:
    """With its texts cleaned. Raises WorkRefusedError, whose field is a path such as ``then.reply``."""
    name = " ".join(wanted.name.replace("\0", "").split())
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise WorkRefusedError(f"A name has 1 to {NAME_CHARACTERS_MAX} characters.", "name")
    when = msgspec.structs.replace(wanted.when, words=_checked_words(wanted.when.words))
    for field, named in (
        ("when.channels", when.channels),
        ("when.labels", when.labels),
        ("then.add_labels", wanted.then.add_labels),
    ):
        if len(named) > NAMED_MAX:
            raise WorkRefusedError(f"Name {NAMED_MAX} at most.", field)
    then = _checked_actions(wanted.then)
    return msgspec.structs.replace(wanted, name=name, when=when, then=then)


def _checked_words(words: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = (" ".join(word.replace("\0", "").split()) for word in words)
    kept = tuple(dict.fromkeys(filter(None, cleaned)))
    if len(kept) > WORDS_MAX:
        raise WorkRefusedError(f"A rule listens for {WORDS_MAX} words at most.", "when.words")
    if any(len(word) > WORD_CHARACTERS_MAX for word in kept):
        raise WorkRefusedError(
            f"A word, or several that belong together, has {WORD_CHARACTERS_MAX} characters at most.",
            "when.words",
        )
    return kept


def _checked_actions(then: Actions) -> Actions:
    reply = then.reply.replace("\0", "").strip()
    if len(reply) > REPLY_CHARACTERS_MAX:
        raise WorkRefusedError(f"An answer has {REPLY_CHARACTERS_MAX} characters at most.", "then.reply")
    unknown = next((gap for gap in _GAP.findall(reply) if gap not in GAPS), None)
    if unknown is not None:
        known = ", ".join(f"{{{{{gap}}}}}" for gap in GAPS)
        raise WorkRefusedError(
            f"Nothing can be filled in for {{{{{unknown[:40]}}}}}; known are {known}.", "then.reply"
        )
    if not REPLY_HOURS_MIN <= then.reply_every_hours <= REPLY_HOURS_MAX:
        raise WorkRefusedError(
            f"The same answer comes once in {REPLY_HOURS_MIN} to {REPLY_HOURS_MAX} hours.",
            "then.reply_every_hours",
        )
    then = msgspec.structs.replace(then, reply=reply)
    if then.is_empty:
        raise WorkRefusedError("Say what is to be done: a label, a team, somebody, or an answer.", "then")
    return then


def filled(text: str, **values: str) -> str:
    """What one person reads. A gap for which nothing is known goes, with the space before it."""

    def fill(match: re.Match[str]) -> str:
        value = values.get(match.group(1), "")
        space = " " if match.group().startswith(" ") else ""
        return f"{space}{value}" if value else ""

    return _GAP.sub(fill, text).strip()
