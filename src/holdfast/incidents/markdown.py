"""A post-mortem as a Markdown document."""

from collections.abc import Iterator
from typing import Final

from holdfast.incidents.post_mortem import PostMortem
from holdfast.incidents.words import counted, length, stamp

_CAUSES: Final = {
    "platform": "the platform",
    "account": "our account there",
    "token": "our access token",
    "subscription": "the subscription to webhooks",
    "uplink": "our own connection",
    "hub": "our own hub",
    "conversation": "one conversation",
}
_ROWS: Final = (
    ("people", "People affected"),
    ("reports", "Reports from people"),
    ("received", "Messages received"),
    ("received_late", "Received late"),
    ("read_back", "Read back from the platform's history"),
    ("answered_automatically", "Answered automatically"),
    ("held", "Messages that were to go out"),
    ("sent_after_hold", "Went out here"),
    ("rerouted", "Went another way"),
    ("waiting", "Still waiting"),
    ("in_doubt", "Still in doubt"),
    ("failed", "Refused in the end"),
    ("expired", "Given up for their age"),
    ("cancelled", "Taken back"),
    ("unreadable", "Could not be read"),
    ("lost", "Lost"),
)
UNWRITTEN: Final = "_Not written yet._"


def as_markdown(found: PostMortem) -> str:
    return "\n".join(_lines(found)).rstrip() + "\n"


def _lines(found: PostMortem) -> Iterator[str]:
    yield f"# {_plain(found.title)}"
    yield ""
    yield f"Incident {found.incident_id}. {_cause(found)}"
    yield ""
    yield from _section("Summary", found.summary or UNWRITTEN)
    yield from _times(found)
    yield from _parts(found)
    yield from _section("How we knew", "\n".join(f"- {_plain(each)}" for each in found.detected_by))
    yield from _numbers(found)
    yield from _timeline(found)
    yield from _section("What we will change", found.will_change or UNWRITTEN)


def _section(title: str, text: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield text
    yield ""


def _cause(found: PostMortem) -> str:
    cause = _CAUSES.get(found.cause, "")
    return f"Likely cause: {cause}." if cause else "The cause is not known."


def _times(found: PostMortem) -> Iterator[str]:
    yield "## When"
    yield ""
    yield f"- Began: {stamp(found.onset_at)}"
    yield f"- Known after: {length(found.detected_after_ms)}"
    if found.recovered_at is not None:
        yield f"- Worked again: {stamp(found.recovered_at)}"
    if found.closed_at is not None:
        yield f"- Over: {stamp(found.closed_at)}"
    yield f"- Lasted: {length(found.lasted_ms)}{'' if found.recovered_at else ' so far'}"
    yield ""


def _parts(found: PostMortem) -> Iterator[str]:
    if len(found.parts) < 2:  # noqa: PLR2004 - one part is the whole
        return
    yield "## What failed"
    yield ""
    for each in found.parts:
        until = f"worked again {stamp(each.recovered_at)}" if each.recovered_at else "still failing"
        yield f"- {_plain(each.place)}: {_plain(each.title)}, since {stamp(each.onset_at)}, {until}"
    yield ""


def _numbers(found: PostMortem) -> Iterator[str]:
    yield "## What became of every message"
    yield ""
    yield "| | |"
    yield "|---|---:|"
    for field, name in _ROWS:
        yield f"| {name} | {getattr(found.counts, field):,} |"
    yield ""
    yield f"Proof: {found.proof}."
    for doubt in found.doubts:
        yield f"Of those whose answer was lost, {counted(doubt.count, 'message')}: {doubt.outcome}."
    yield ""


def _timeline(found: PostMortem) -> Iterator[str]:
    yield "## What happened"
    yield ""
    for line in found.timeline:
        yield f"- {stamp(line.at)} ({line.kind.value}{'' if line.public else ', only for us'}): {_plain(line.text)}"
    yield ""


def _plain(text: str) -> str:
    """One line that no reader of Markdown takes for anything else."""
    flat = " ".join(text.split())
    for sign in ("\\", "`", "*", "_", "[", "]", "<", ">", "#", "|"):
        flat = flat.replace(sign, f"\\{sign}")
    return flat
