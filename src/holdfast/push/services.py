"""Which addresses a browser may name as its push service's."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from holdfast.channels.outside import url_problem
from holdfast.push.model import PushRefusedError

ANY: Final = "*"


def check_endpoint(endpoint: str, services: Sequence[str], *, inside_allowed: bool) -> None:
    """``services`` are hosts, ``*.example`` for all below one, ``*`` for any. Raises PushRefusedError."""
    problem = url_problem(endpoint, inside_allowed=inside_allowed)
    if problem:
        raise PushRefusedError("refused", problem, "subscription.endpoint")
    host = (urlsplit(endpoint).hostname or "").lower()
    if not any(_fits(host, service) for service in services):
        raise PushRefusedError("refused", "This is not a push service that we know.", "subscription.endpoint")


def _fits(host: str, service: str) -> bool:
    if service == ANY:
        return True
    if service.startswith("*."):
        return host.endswith(service[1:]) and len(host) > len(service) - 1
    return host == service
