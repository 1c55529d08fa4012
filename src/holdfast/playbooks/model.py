"""The playbook: what is to be done during an incident, as a person can read and edit it."""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import msgspec

from holdfast.kernel import replace_synced
from holdfast.outbox.routing import PLATFORM_ORDER
from holdfast.settings import line_of

TEXT_CHARACTERS_MAX: Final = 900
PLAYBOOK_BYTES_MAX: Final = 20_000
AFTER_SECONDS_MAX: Final = 86_400
AFTER_MINUTES_MAX: Final = 1_440
_PLACES: Final = {"business", "failing", "channel", "other_ways", "continue_link"}
_PLAIN: Final = (
    ("Object contains unknown field", "there is no setting"),
    ("Object missing required field", "this setting is missing:"),
    ("Expected", "expected"),
    ("float", "a number"),
    ("bool", "true or false"),
    ("array", "a list"),
    ("str", "a text"),
    ("int", "a whole number"),
    ("object", "a table"),
)
_PLACE: Final = re.compile(r"\{(\w*)\}")


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True


class FailOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True
    after_seconds: float = 10
    order: tuple[str, ...] = ("whatsapp", "sms", "email", "direct")
    lead_in: str = ""


class AutoReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True
    text: str = ""


class Publish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the public is told: ``auto`` lets drafts out after ``after_minutes`` unless a person has edited
    them, ``draft`` keeps them for a person, ``off`` writes none. ``enabled`` false means that nothing is told.
    """

    enabled: bool = True
    policy: Literal["auto", "draft", "off"] = "auto"
    after_minutes: float = 5


class Recovery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    drain: bool = True
    read_back: bool = True
    thank: bool = True
    thank_text: str = ""


class Playbook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    hold: Switch = Switch()
    fail_over: FailOver = FailOver()
    auto_reply: AutoReply = AutoReply()
    publish: Publish = Publish()
    recovery: Recovery = Recovery()


class PlaybookError(ValueError):
    """A playbook that cannot be used; the sentence names the line or the field."""


def read_playbook(text: str) -> Playbook:
    """Check a playbook whole; raises PlaybookError, which names the line where there is one to name."""
    if len(text.encode("utf-8", "replace")) > PLAYBOOK_BYTES_MAX:
        raise PlaybookError(f"The playbook is over {PLAYBOOK_BYTES_MAX} bytes.")
    try:
        playbook = msgspec.convert(tomllib.loads(text), Playbook)
    except tomllib.TOMLDecodeError as error:
        raise PlaybookError(f"This is not valid TOML: {error}.") from error
    except msgspec.ValidationError as error:
        sentence, _, place = str(error).replace("`", "").partition(" - at $.")
        problem = f"{place}: {_plain(sentence)}." if place else f"{_plain(sentence)}."
        raise PlaybookError(_placed(text, place or _unknown_field(sentence), problem)) from error
    for field, problem in (*_text_problems(playbook), *_value_problems(playbook)):
        raise PlaybookError(_placed(text, field, problem))
    return playbook


def _placed(text: str, field: str, sentence: str) -> str:
    """The sentence with the line where the field (``section.key``) stands."""
    section, _, key = field.partition(".")
    line = line_of(text, section, key.partition("[")[0]) or line_of(text, section)
    return f"Line {line}: {sentence}" if line else sentence


def _plain(sentence: str) -> str:
    for technical, plain in _PLAIN:
        sentence = sentence.replace(technical, plain)
    return sentence


def _unknown_field(sentence: str) -> str:
    return sentence.rpartition("unknown field ")[2].strip()


def _value_problems(playbook: Playbook) -> Iterator[tuple[str, str]]:
    strange = [name for name in playbook.fail_over.order if name not in PLATFORM_ORDER]
    if strange:
        known = ", ".join(PLATFORM_ORDER)
        yield "fail_over.order", f"fail_over.order names {strange[0]}; known are {known}."
    if not 0 <= playbook.fail_over.after_seconds <= AFTER_SECONDS_MAX:
        sentence = f"fail_over.after_seconds must be between 0 and {AFTER_SECONDS_MAX}."
        yield "fail_over.after_seconds", sentence
    if not 0 <= playbook.publish.after_minutes <= AFTER_MINUTES_MAX:
        yield "publish.after_minutes", f"publish.after_minutes must be between 0 and {AFTER_MINUTES_MAX}."


def _text_problems(playbook: Playbook) -> Iterator[tuple[str, str]]:
    texts = {
        "fail_over.lead_in": playbook.fail_over.lead_in,
        "auto_reply.text": playbook.auto_reply.text,
        "recovery.thank_text": playbook.recovery.thank_text,
    }
    for field, text in texts.items():
        if len(text) > TEXT_CHARACTERS_MAX:
            yield field, f"{field} is over {TEXT_CHARACTERS_MAX} characters."
        unknown = [place for place in _PLACE.findall(text) if place not in _PLACES]
        if unknown:
            known = ", ".join(f"{{{place}}}" for place in sorted(_PLACES))
            yield field, f"{field} names {{{unknown[0]}}}; only {known} can be filled in."


def fill(text: str, **values: str) -> str:
    """The text with its places filled; a place without a value is left empty."""
    return _PLACE.sub(lambda match: values.get(match.group(1), ""), text).strip()


class PlaybookFile:
    """Where the playbook lives: the business's own file, or the built-in one until there is one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def text(self) -> tuple[str, str]:
        """(TOML, ``edited`` or ``built-in``)."""
        try:
            return self._path.read_text("utf-8", errors="replace"), "edited"
        except FileNotFoundError:
            return built_in(), "built-in"

    def save(self, text: str) -> Playbook:
        """Replace the playbook whole, once it is known to be good; raises PlaybookError."""
        playbook = read_playbook(text)
        replace_synced(self._path, text.encode())
        return playbook

    def read(self) -> Playbook:
        """The playbook in force; one broken by hand outside Holdfast falls back to the built-in."""
        try:
            return read_playbook(self.text()[0])
        except PlaybookError:
            return read_playbook(built_in())


def built_in() -> str:
    return files("holdfast.playbooks").joinpath("built_in.toml").read_text("utf-8")
