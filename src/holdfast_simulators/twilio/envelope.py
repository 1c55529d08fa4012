"""Twilio's webhook body and delivery rules.

Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides: 15 s in all, one repetition when the
connection failed, the same idempotency token on both.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.settings import TwilioAccount
from holdfast_simulators.twilio.signing import SIGNATURE_HEADER, signature
from holdfast_simulators.webhooks import DeliveryRules, Hook, Sealed

RULES = DeliveryRules(
    timeout_seconds=15.0,
    gaps_seconds=(0.5,),
    keep_seconds=60.0,
    good_statuses=range(200, 300),
    repeat_after_answer=False,
    tries_max=2,
    needs_subscription=False,
)
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True)
class FormEvent:
    """One form to be posted to one address."""

    url: str
    parameters: dict[str, str]
    idempotency_token: str


class TwilioEnvelope:
    rules = RULES

    def seal(self, hook: Hook, now_ms: int) -> Sealed:
        del now_ms
        event: Any = hook.events[0]
        return sealed_form(event, settings_of(hook.account).auth_token)


def sealed_form(event: FormEvent, auth_token: str) -> Sealed:
    # What stands behind # tells Twilio how to connect; it is neither sent nor signed.
    url = event.url.partition("#")[0]
    headers = {
        "Content-Type": FORM,
        SIGNATURE_HEADER: signature(auth_token, url, event.parameters),
        "I-Twilio-Idempotency-Token": event.idempotency_token,
    }
    return Sealed(url, urlencode(event.parameters).encode(), headers)


def settings_of(account: AccountState) -> TwilioAccount:
    if not isinstance(account.settings, TwilioAccount):
        raise TypeError(account.platform)
    return account.settings
