"""The hub's log lines of a run, kept instead of printed."""

import asyncio
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog

LINES_MAX: Final = 20_000
_SURPRISES: Final = frozenset({"error", "critical", "exception"})


@dataclass(frozen=True)
class Line:
    at: float
    level: str
    text: str

    @property
    def surprise(self) -> bool:
        """Whether it tells of something that should never happen, whatever fails outside."""
        return self.level in _SURPRISES


@contextmanager
def keeping_logs(lines: list[Line]) -> Iterator[None]:
    """Structured lines go to the list for as long as this lasts."""

    def keep(_: object, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if len(lines) < LINES_MAX:
            text = " ".join(f"{name}={value}" for name, value in event.items())
            lines.append(Line(_now(lines), level, text))
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.processors.format_exc_info, keep], cache_logger_on_first_use=False
    )
    try:
        yield
    finally:
        structlog.reset_defaults()


def _now(lines: list[Line]) -> float:
    """The writer's thread has no loop; no time passes while it runs."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return lines[-1].at if lines else 0.0
