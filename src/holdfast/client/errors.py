"""How a call can fail."""

from typing import Final

PASSING: Final = frozenset({0, 408, 429})
UNAUTHORIZED: Final = 401
SERVER_ERRORS: Final = 500


class DirectError(Exception):
    """``status`` is that of HTTP, 0 where no answer came; ``code`` and ``field`` are those of the protocol.
    ``retry_after`` is in seconds, 0 where the hub did not say.
    """

    def __init__(
        self, status: int, code: str, message: str, *, field: str = "", retry_after: float = 0.0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.retry_after = retry_after

    @property
    def is_passing(self) -> bool:
        """Whether the same call may work later."""
        return (
            self.status in PASSING or self.status >= SERVER_ERRORS or self.code in {"too_many", "unavailable"}
        )


def unreachable(reason: object) -> DirectError:
    return DirectError(0, "unreachable", f"The hub did not answer: {reason}")
