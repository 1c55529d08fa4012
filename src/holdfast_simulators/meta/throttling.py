"""The usage headers that the Graph API sends, and how it says that it is enough."""

import json
from http import HTTPStatus

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.faults import Fault
from holdfast_simulators.meta.graph_errors import GraphError
from holdfast_simulators.world import World

FULL_PERCENT = 100
SECONDS_PER_MINUTE = 60


def usage_headers(
    account: str, product: str, percent: int, regain_minutes: int | None = None
) -> dict[str, str]:
    usage = {"call_count": percent, "total_time": percent // 2, "total_cputime": percent // 3}
    of_account: dict[str, int | str] = {"type": product, **usage}
    if regain_minutes is not None:
        of_account["estimated_time_to_regain_access"] = regain_minutes
    return {
        "X-App-Usage": json.dumps(usage),
        "X-Business-Use-Case-Usage": json.dumps({account: [of_account]}),
    }


def too_fast(account: str, product: str) -> GraphError:
    """The answer to a caller above a published per-second limit; it is over in a second."""
    return GraphError(
        code=613,
        status=HTTPStatus.TOO_MANY_REQUESTS,
        message="Calls to this api have exceeded the rate limit.",
        headers=usage_headers(account, product, FULL_PERCENT, 0),
    )


def throttled_by(fault: Fault, world: World, account: str, product: str) -> GraphError:
    """Either of the two forms that the platform is known to use."""
    headers = usage_headers(account, product, FULL_PERCENT, minutes_left(fault, world.clock.now_ms()))
    if world.random.choice((True, False)):
        return GraphError(
            code=4, message="Application request limit reached", headers=headers, transient=True
        )
    return GraphError(
        code=613,
        status=HTTPStatus.TOO_MANY_REQUESTS,
        message="Calls to this api have exceeded the rate limit.",
        headers=headers,
    )


def minutes_left(fault: Fault, now_ms: int) -> int:
    """Whole minutes, rounded down, as the platform's estimate is."""
    ends_at_ms = fault.ends_at_ms()
    if ends_at_ms is None:
        return 0
    return max(0, ends_at_ms - now_ms) // (SECONDS_PER_MINUTE * MS_PER_SECOND)
