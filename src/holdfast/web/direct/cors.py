"""Which sites may use Direct from a browser. No cookies are taken: a site can act only for whom it holds a token."""

from collections.abc import Sequence
from typing import Final

from holdfast.web.asgi import Scope, header

PREFLIGHT_SECONDS: Final = "86400"
PREFLIGHT: Final = (
    ("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    ("access-control-allow-headers", "authorization, content-type"),
    ("access-control-max-age", PREFLIGHT_SECONDS),
)


def cors(scope: Scope, allowed_origins: Sequence[str]) -> list[tuple[str, str]]:
    """The headers that let the page that asks read the answer, where it is of an allowed site."""
    if "*" in allowed_origins:
        return [("access-control-allow-origin", "*")]
    # Also where nobody names an origin: a browser keeps such an answer, and must not give it to a site that does.
    origin = header(scope, b"origin")
    permitted = [("access-control-allow-origin", origin)] if origin in allowed_origins else []
    return [*permitted, ("vary", "origin")]
