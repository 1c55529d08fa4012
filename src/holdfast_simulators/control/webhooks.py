"""Webhooks by hand: any body with any signature, and the verification handshake."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.control.answers import json_of, read_input, refuse
from holdfast_simulators.control.context import Context
from holdfast_simulators.control.inputs import RawWebhookInput, VerifyInput
from holdfast_simulators.meta.signing import SIGNATURE_HEADER, signed_headers
from holdfast_simulators.settings import InstagramAccount, TwilioAccount, WhatsAppAccount
from holdfast_simulators.twilio.envelope import FORM
from holdfast_simulators.twilio.signing import SIGNATURE_HEADER as TWILIO_SIGNATURE_HEADER
from holdfast_simulators.twilio.signing import signature as twilio_signature
from holdfast_simulators.webhooks import Sealed, Webhooks

CHALLENGE_DIGITS = 10
WRONG_SECRET = "this-is-not-the-secret"  # noqa: S105 - it is meant to be wrong


class WebhookHandlers:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def send_raw(self, request: Request) -> Response:
        given = await read_input(request, RawWebhookInput)
        webhooks, account = self._target(given.platform, given.account)
        sealed = _sealed(account, given.body.encode(), given.signature)
        received = await webhooks.send_sealed(sealed)
        return json_of({"status": received.status if received else None})

    async def verify(self, request: Request) -> Response:
        given = await read_input(request, VerifyInput)
        webhooks, account = self._target(given.platform, given.account)
        settings = account.settings
        if not isinstance(settings, InstagramAccount | WhatsAppAccount):
            raise refuse("Only Instagram and WhatsApp verify an address.", "platform")
        challenge = self._context.world.digits(CHALLENGE_DIGITS)
        token = settings.verify_token if given.token is None else given.token
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}
        joint = "&" if "?" in account.webhook_url else "?"
        received = await webhooks.ask(f"{account.webhook_url}{joint}{urlencode(query)}")
        verified = received is not None and received.status == 200 and received.body == challenge.encode()  # noqa: PLR2004
        return json_of({"status": received.status if received else None, "verified": verified})

    def _target(self, platform_name: str, account_name: str | None) -> tuple[Webhooks, AccountState]:
        name = self._context.platform(platform_name)
        platform = self._context.fakes.platforms.get(name)
        if platform is None:
            raise refuse("This platform has no webhooks.", "platform")
        return platform.webhooks, self._context.account(name, account_name)


def _sealed(account: AccountState, body: bytes, signature: str) -> Sealed:
    settings = account.settings
    if isinstance(settings, TwilioAccount):
        secret = settings.auth_token if signature == "good" else WRONG_SECRET
        url = account.webhook_url.partition("#")[0]
        parameters = dict(parse_qsl(body.decode(), keep_blank_values=True))
        made = {TWILIO_SIGNATURE_HEADER: twilio_signature(secret, url, parameters)}
        sealed = Sealed(url, body, {"Content-Type": FORM, **made})
    else:
        good = settings.app_secret if isinstance(settings, InstagramAccount | WhatsAppAccount) else ""
        secret = good if signature == "good" else WRONG_SECRET
        sealed = Sealed(account.webhook_url, body, signed_headers(secret, body))
    return sealed if signature != "none" else replace(sealed, headers=_unsigned(sealed))


def _unsigned(sealed: Sealed) -> dict[str, str]:
    signatures = (SIGNATURE_HEADER, TWILIO_SIGNATURE_HEADER)
    return {name: value for name, value in sealed.headers.items() if name not in signatures}
