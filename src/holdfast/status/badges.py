"""Small pictures that say in a word how it is, for other pages to show."""

from typing import Final

from holdfast.status.snapshot import Component, State

LETTER_PIXELS: Final = 7
PADDING_PIXELS: Final = 20
LABEL_CHARACTERS_MAX: Final = 40
WORDS: Final = {
    State.UP: "working",
    State.SUSPECTED: "checking",
    State.PARTIAL: "partly failing",
    State.DOWN: "failing",
    State.RECOVERING: "recovering",
    State.MAINTENANCE: "maintenance",
    State.UNKNOWN: "not known",
}


def badge_path(component_id: str) -> str:
    return f"/badge/{component_id}.svg"


def badge_of(component: Component, *, silent: bool) -> dict[str, object]:
    return badge(component.state, silent=silent, label=component.label)


def badge(state: State, *, silent: bool, label: str = "status") -> dict[str, object]:
    """What the picture's template asks for; widths in pixels."""
    word = "hub silent" if silent else WORDS[state]
    label = label[:LABEL_CHARACTERS_MAX]
    return {
        "state": state.value,
        "label": label,
        "word": word,
        "left": len(label) * LETTER_PIXELS + PADDING_PIXELS,
        "right": len(word) * LETTER_PIXELS + PADDING_PIXELS,
    }
