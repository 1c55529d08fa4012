"""WhatsApp's webhook body and delivery rules.

Source: developers.facebook.com, whatsapp/webhooks/overview: anything but 200 is repeated with growing gaps
for up to seven days; an account is never unsubscribed.
"""

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.meta.signing import escaped_json, signed_headers
from holdfast_simulators.settings import WhatsAppAccount
from holdfast_simulators.webhooks import DeliveryRules, Hook, Sealed

DAY_SECONDS = 24 * 3600.0
RULES = DeliveryRules(
    timeout_seconds=10.0,
    gaps_seconds=(1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 3 * 3600.0, 6 * 3600.0),
    keep_seconds=7 * DAY_SECONDS,
    good_statuses=range(200, 201),
)


class WhatsAppEnvelope:
    rules = RULES

    def seal(self, hook: Hook, now_ms: int) -> Sealed:
        del now_ms
        account = settings_of(hook.account)
        changes = [{"field": hook.field, "value": _value(account, event)} for event in hook.events]
        entry = {"id": account.waba_id, "changes": changes}
        body = escaped_json({"object": "whatsapp_business_account", "entry": [entry]})
        return Sealed(hook.account.webhook_url, body, signed_headers(account.app_secret, body))


def settings_of(account: AccountState) -> WhatsAppAccount:
    if not isinstance(account.settings, WhatsAppAccount):
        raise TypeError(account.platform)
    return account.settings


def _value(account: WhatsAppAccount, event: dict[str, object]) -> dict[str, object]:
    metadata = {
        "display_phone_number": account.display_phone_number,
        "phone_number_id": account.phone_number_id,
    }
    return {"messaging_product": "whatsapp", "metadata": metadata, **event}
