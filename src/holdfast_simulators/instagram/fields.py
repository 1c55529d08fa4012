"""The Graph API's `fields` language: `id,messages.limit(20){id,message}`."""

from dataclasses import dataclass, field

from holdfast_simulators.meta.graph_errors import bad_parameter

DEPTH_MAX = 4
LENGTH_MAX = 2_000


@dataclass
class Field:
    limit: int | None = None
    inside: dict[str, "Field"] = field(default_factory=dict)


def parse_fields(text: str, depth: int = 0) -> dict[str, Field]:
    """Raises GraphError on nonsense."""
    if depth > DEPTH_MAX or len(text) > LENGTH_MAX:
        raise bad_parameter("Param fields is too long or too deep.")
    return dict(_parse_one(part, depth) for part in _split(text) if part)


def _split(text: str) -> list[str]:
    """Split at the commas that are outside of braces."""
    parts, level, start = [], 0, 0
    for place, letter in enumerate(text):
        level += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and level == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    if level != 0:
        raise bad_parameter("Syntax error in param fields: braces do not match.")
    return [*parts, text[start:].strip()]


def _parse_one(part: str, depth: int) -> tuple[str, Field]:
    head, brace, rest = part.partition("{")
    inside = parse_fields(rest.rstrip()[:-1], depth + 1) if brace else {}
    name, *modifiers = head.strip().split(".")
    limit = next((m[len("limit(") : -1] for m in modifiers if m.startswith("limit(")), None)
    if limit is not None and not limit.isdigit():
        raise bad_parameter("Syntax error in param fields: limit must be a number.")
    return name, Field(limit=int(limit) if limit else None, inside=inside)
