"""Looking at an account through the Graph API without touching any conversation."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from holdfast.channels.contract import Capability, ErrorClass, ProbeResult
from holdfast.channels.graph.client import CallFailedError, GraphClient
from holdfast.channels.untrusted import items_at, text_at

_INCONCLUSIVE: Final = frozenset({ErrorClass.THROTTLED, ErrorClass.MESSAGE, ErrorClass.RECIPIENT})
"""Errors that speak of our question rather than of the capability."""

Finding = tuple[bool | None, str, ErrorClass | None]


async def look(
    client: GraphClient,
    capability: Capability,
    path: str,
    query: Mapping[str, str],
    judge: Callable[[dict[str, Any]], Finding],
    *,
    timeout_seconds: float,
) -> ProbeResult:
    """One call, and what its answer says about one capability."""
    started = client.clock.monotonic()
    try:
        ok, detail, error_class = judge(await client.read(path, query, timeout_seconds=timeout_seconds))
    except CallFailedError as error:
        ok, detail, error_class = _failed(error)
    latency_ms = int((client.clock.monotonic() - started) * 1000)
    return ProbeResult(capability, ok, detail, error_class, latency_ms)


def _failed(error: CallFailedError) -> Finding:
    return (None if error.error_class in _INCONCLUSIVE else False), str(error), error.error_class


async def look_at_subscription(
    client: GraphClient, account: str, app_id: str, *, field: str, timeout_seconds: float
) -> ProbeResult:
    """Whether the platform still delivers this account's webhooks to us.

    Meta removes the subscription after an hour of failing webhooks and tells nobody. ``field`` may be
    empty where subscriptions have no fields.
    """

    def judge(data: dict[str, Any]) -> Finding:
        apps = [app for app in items_at(data, "data") if not app_id or app_id in _ids(app)]
        if not apps:
            return False, "The account's webhooks are no longer subscribed.", ErrorClass.SUBSCRIPTION
        if field and not any(field in items_at(app, "subscribed_fields") for app in apps):
            return False, f"The subscription lacks the field {field}.", ErrorClass.SUBSCRIPTION
        return True, "The webhooks are subscribed.", None

    path = f"{account}/subscribed_apps"
    return await look(client, Capability.RECEIVE, path, {}, judge, timeout_seconds=timeout_seconds)


def _ids(app: Any) -> set[str]:
    return {text_at(app, "id"), text_at(app, "whatsapp_business_api_data", "id")}
