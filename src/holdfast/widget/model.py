"""What a business sets of the chat on its website, and what people tell before they write. Times are ms."""

from typing import Any, Final, Literal

import msgspec

QUESTIONS_MAX: Final = 10
CHOICES_MAX: Final = 20
LABEL_CHARACTERS_MAX: Final = 200
CHOICE_CHARACTERS_MAX: Final = 100
WORDS_CHARACTERS_MAX: Final = 500
LAUNCHER_CHARACTERS_MAX: Final = 30
ANSWER_CHARACTERS_MAX: Final = 1_000
ADDRESS_CHARACTERS_MAX: Final = 254

Kind = Literal["text", "choice", "name", "email", "phone"]
Corner = Literal["right", "left"]
Theme = Literal["auto", "light", "dark"]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Asked before the first message. ``id`` is of the business's choice and never used for another question."""

    id: str
    kind: Kind = "text"
    label: str
    required: bool = False
    choices: tuple[str, ...] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """``accent`` is ``#rrggbb`` or empty for our own; ``label`` stands beside the sign on the button."""

    accent: str = ""
    corner: Corner = "right"
    theme: Theme = "auto"
    label: str = ""
    sound: bool = False


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """``greeting``: empty for that of the settings; ``away`` is said outside of the opening hours. ``consent``: the
    words that people tick who may be reached elsewhere, none where nobody is asked.
    """

    greeting: str = ""
    away: str = ""
    look: Look = Look()
    questions: tuple[Question, ...] = ()
    consent: str = ""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as it came; ``label`` is the question as it was read."""

    id: str
    label: str = ""
    value: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answered to a question in its words of then."""

    question_id: str
    kind: str
    question: str
    answer: str
    at: int


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody agreed to for an address; ``proven_at`` once they have shown it to be theirs. ``site`` is where."""

    kind: Literal["email", "phone"]
    address: str
    text: str
    site: str
    at: int
    withdrawn_at: int | None = None
    proven_at: int | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a person told before they wrote."""

    answers: list[Answer]
    consents: list[Consent]


class WidgetRefusedError(ValueError):
    """``field`` cannot be taken; the sentence says why."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


def as_document(setup: Setup) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(setup)
    return found
