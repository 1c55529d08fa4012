"""Instagram's webhook body and delivery rules.

Source: developers.facebook.com, messenger-platform/webhooks: 200 within 5 s, repeated at once and then
at growing gaps, unsubscribed after an hour of failure.
"""

from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.meta.signing import escaped_json, signed_headers
from holdfast_simulators.settings import InstagramAccount
from holdfast_simulators.webhooks import DeliveryRules, Hook, Sealed

HOUR_SECONDS = 3600.0
RULES = DeliveryRules(
    timeout_seconds=5.0,
    gaps_seconds=(0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
    keep_seconds=36 * HOUR_SECONDS,
    good_statuses=range(200, 201),
    unsubscribe_after_seconds=HOUR_SECONDS,
)


class InstagramEnvelope:
    rules = RULES

    def seal(self, hook: Hook, now_ms: int) -> Sealed:
        body = escaped_json({"object": "instagram", "entry": _entries(hook, now_ms)})
        return Sealed(hook.account.webhook_url, body, signed_headers(secret_of(hook.account), body))


def secret_of(account: AccountState) -> str:
    if not isinstance(account.settings, InstagramAccount):
        raise TypeError(account.platform)
    return account.settings.app_secret


def _entries(hook: Hook, now_ms: int) -> list[dict[str, Any]]:
    # A batch is spread over an entry with one event and an entry with the rest:
    # receivers must loop over both lists.
    groups = [hook.events[:1], hook.events[1:]]
    return [{"time": now_ms, "id": hook.account.key, "messaging": list(group)} for group in groups if group]
