"""What the platforms' developer consoles show of an account, and their buttons: verify and save, send a test."""

import json
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.control.answers import json_of, read_input, refuse
from holdfast_simulators.control.context import Context
from holdfast_simulators.control.inputs import CallbackInput
from holdfast_simulators.meta.signing import signed_headers
from holdfast_simulators.settings import InstagramAccount, TwilioAccount, WhatsAppAccount
from holdfast_simulators.webhooks import Sealed

CHALLENGE_DIGITS = 10
GOOD = 200
TEST_SENDER = "12334"
"""Whom the real console's test call names."""


class DeveloperHandlers:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def accounts(self, request: Request) -> Response:
        del request
        shown = [self._shown(account) for account in self._context.world.accounts.all()]
        return json_of({"accounts": [each for each in shown if each["facts"]]})

    async def save_callback(self, request: Request) -> Response:
        """Ask the address for its word, and deliver there from now on if it knows it."""
        account = self._meta_account(request)
        given = await read_input(request, CallbackInput)
        challenge = self._context.world.digits(CHALLENGE_DIGITS)
        query = {"hub.mode": "subscribe", "hub.verify_token": given.verify_token, "hub.challenge": challenge}
        webhooks = self._context.fakes.platforms[account.platform].webhooks
        received = await webhooks.ask(f"{given.url}?{urlencode(query)}")
        status = received.status if received else None
        if received is None or status != GOOD or received.body != challenge.encode():
            return json_of({"status": status, "verified": False})
        account.webhook_url = given.url
        account.failing_since_ms = None
        return json_of({"status": status, "verified": True})

    async def test(self, request: Request) -> Response:
        """One signed call, as the button “Test” sends it."""
        account = self._meta_account(request)
        settings = account.settings
        secret = settings.app_secret if isinstance(settings, InstagramAccount | WhatsAppAccount) else ""
        body = json.dumps(self._test_body(account)).encode()
        webhooks = self._context.fakes.platforms[account.platform].webhooks
        received = await webhooks.send_sealed(Sealed(account.webhook_url, body, signed_headers(secret, body)))
        return json_of({"status": received.status if received else None})

    def _meta_account(self, request: Request) -> AccountState:
        platform = self._context.platform(request.path_params["platform"])
        account = self._context.account(platform, request.path_params["account"])
        if not isinstance(account.settings, InstagramAccount | WhatsAppAccount):
            raise refuse("Only Meta's console has these buttons.", "platform")
        return account

    def _shown(self, account: AccountState) -> dict[str, Any]:
        return {
            "platform": account.platform,
            "account": account.key,
            "name": account.settings.names[-1],
            "facts": {**_facts(account), "base_url": self._context.world.addresses.get(account.platform, "")},
            "callback_url": account.webhook_url,
            "verifies": isinstance(account.settings, InstagramAccount | WhatsAppAccount),
            "subscribed": bool(account.subscribed_fields),
        }

    def _test_body(self, account: AccountState) -> dict[str, Any]:
        now_ms = self._context.world.clock.now_ms()
        text, message_id = "This is a test of the webhook.", f"test_{self._context.world.digits(12)}"
        settings = account.settings
        if isinstance(settings, WhatsAppAccount):
            message = {
                "from": TEST_SENDER,
                "id": message_id,
                "timestamp": str(now_ms // 1000),
                "type": "text",
            }
            value = {
                "messaging_product": "whatsapp",
                "metadata": {
                    "display_phone_number": settings.display_phone_number,
                    "phone_number_id": settings.phone_number_id,
                },
                "contacts": [{"profile": {"name": "Test"}, "wa_id": TEST_SENDER}],
                "messages": [{**message, "text": {"body": text}}],
            }
            changes = [{"field": "messages", "value": value}]
            return {
                "object": "whatsapp_business_account",
                "entry": [{"id": settings.waba_id, "changes": changes}],
            }
        event = {
            "sender": {"id": TEST_SENDER},
            "recipient": {"id": account.key},
            "timestamp": now_ms,
            "message": {"mid": message_id, "text": text},
        }
        entry = {"id": account.key, "time": now_ms, "messaging": [event]}
        return {"object": "instagram", "entry": [entry]}


def _facts(account: AccountState) -> dict[str, str]:
    match account.settings:
        case InstagramAccount() as settings:
            return {
                "account_id": settings.user_id,
                "token": settings.token,
                "app_secret": settings.app_secret,
            }
        case WhatsAppAccount() as settings:
            ids = {"phone_number_id": settings.phone_number_id, "waba_id": settings.waba_id}
            return {**ids, "token": settings.token, "app_secret": settings.app_secret}
        case TwilioAccount() as settings:
            token = {"auth_token": settings.auth_token}
            return {"account_sid": settings.account_sid, "number": settings.number, **token}
        case _:
            return {}
