"""Whose token a call carries."""

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.settings import InstagramAccount, WhatsAppAccount
from holdfast_simulators.wire import Call
from holdfast_simulators.world import World

BEARER = "bearer "


def token_of(call: Call) -> str | None:
    header = call.headers.get("authorization", "")
    if header.lower().startswith(BEARER):
        return header[len(BEARER) :].strip()
    return call.query.get("access_token") or dict(call.form() if call.is_form() else []).get("access_token")


def account_with_token(world: World, platform: str, token: str | None) -> AccountState | None:
    for account in world.accounts.all(platform):
        settings = account.settings
        if isinstance(settings, InstagramAccount | WhatsAppAccount) and settings.token == token:
            return account
    return None
