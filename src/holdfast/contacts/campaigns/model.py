"""A campaign: whom it asks, with what words, how fast, and how it stands. Times are ms since the epoch."""

import re
from typing import Final, Literal

import msgspec

from holdfast.work import WorkRefusedError

TEXT_CHARACTERS_MAX: Final = 900
NAME_CHARACTERS_MAX: Final = 60
PER_MINUTE_MAX: Final = 600
DAYS_MAX: Final = 365
_GAP: Final = re.compile(r"\{(\w*)\}")
_GAPS: Final = {"link", "name", "business"}

State = Literal["draft", "running", "stopped", "done"]


class NewCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """``text`` has ``{link}`` for the private link, and may have ``{name}`` and ``{business}``. ``channels``: only who
    writes there, all where empty. ``days``: only who wrote within so many. ``per_minute``: people asked at most.
    """

    name: str
    text: str
    channels: tuple[str, ...] = ()
    days: int = 90
    per_minute: int = 20


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """``added``: who has agreed to be reached at another address since they were asked; ``opted_out``: who does not
    want to be written to any more where they were asked.
    """

    asked: int
    sent: int
    failed: int
    waiting: int
    added: int
    opted_out: int


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """``reason`` says why it stands as it does, where there is something to say."""

    id: str
    name: str
    text: str
    channels: list[str]
    days: int
    per_minute: int
    state: State
    reason: str
    made_at: int
    made_by: str
    started_at: int | None
    ended_at: int | None
    results: Results


def checked(wanted: NewCampaign) -> NewCampaign:
    """Raises WorkRefusedError."""
    name = " ".join(wanted.name.replace("\0", "").split())
    text = wanted.text.replace("\0", "").strip()
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise WorkRefusedError(f"A name has 1 to {NAME_CHARACTERS_MAX} characters.", "name")
    if not 0 < len(text) <= TEXT_CHARACTERS_MAX:
        raise WorkRefusedError(f"A text has 1 to {TEXT_CHARACTERS_MAX} characters.", "text")
    if "{link}" not in text:
        raise WorkRefusedError("The text needs {link}: the private link by which people go on.", "text")
    unknown = next((each for each in _GAP.findall(text) if each not in _GAPS), None)
    if unknown is not None:
        raise WorkRefusedError(
            f"Nothing can be filled in for {{{unknown[:40]}}}; known are {{link}}, {{name}} and {{business}}.",
            "text",
        )
    if not 1 <= wanted.days <= DAYS_MAX:
        raise WorkRefusedError(f"Ask who wrote within 1 to {DAYS_MAX} days.", "days")
    if not 1 <= wanted.per_minute <= PER_MINUTE_MAX:
        raise WorkRefusedError(f"Ask 1 to {PER_MINUTE_MAX} people a minute.", "per_minute")
    return msgspec.structs.replace(wanted, name=name, text=text)


def filled(text: str, **values: str) -> str:
    """What one person is sent."""
    return _GAP.sub(lambda match: values.get(match.group(1), ""), text)
