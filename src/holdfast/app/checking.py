"""Looking at a channel: what the platform says of it, and what its webhook calls say; each with what would mend it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from holdfast.app.channel_set import ChannelSet, platform_of
from holdfast.channels import PLATFORMS
from holdfast.channels.contract import Adapter, Capability, ErrorClass, ProbeResult
from holdfast.inbox import Finding, calls_of, judge_calls
from holdfast.storage import Database

CHECK_SECONDS_MAX: Final = 20.0
LOCAL_HOSTS: Final = ("127.0.0.1", "localhost", "::1")

_SIGN_IN: Final[Mapping[str, Mapping[Capability, str]]] = {
    "sms": {Capability.SIGN_IN: "auth_token", Capability.HISTORY: "auth_token"},
    "email": {
        Capability.SIGN_IN: "smtp_password",
        Capability.SEND: "smtp_password",
        Capability.RECEIVE: "imap_password",
        Capability.HISTORY: "imap_password",
    },
}
"""Which setting signs in for what; a token wherever nothing else is said."""
_ACCOUNT: Final = {
    "instagram": "account_id",
    "whatsapp": "phone_number_id",
    "sms": "account_sid",
    "email": "address",
}
_MEND: Final = {
    ErrorClass.TOKEN: "Make a new one at the platform, and enter it here.",
    ErrorClass.PERMISSION: (
        "Give the app the permission for messages at the platform, then make a new token and enter it here."
    ),
    ErrorClass.ACCOUNT: "Enter the id of the account to which the token belongs, or that account's own token.",
    ErrorClass.SUBSCRIPTION: "Subscribe it, with the button here.",
    ErrorClass.NETWORK: "Look whether this machine reaches the internet, and whether the address is right.",
    ErrorClass.THROTTLED: "Wait a minute, and check again.",
    ErrorClass.PLATFORM: "Nothing to mend here: check again in a while.",
}


async def check_channel(channels: ChannelSet, database: Database, channel_id: str) -> list[Finding]:
    """Raises LookupError where there is no such channel."""
    adapter = channels.adapters().get(channel_id)
    if adapter is None:
        raise LookupError(f"there is no channel {channel_id}")
    platform = platform_of(channel_id)
    kept = await channels.kept(channel_id)
    calls = await database.read(calls_of, channel_id)
    hook_url = channels.hook_url(channel_id)
    probed = [finding_of(platform, result) for result in await _probe(adapter)]
    heard = judge_calls(platform, calls, changed_at=kept.changed_at, hook_url=hook_url)
    return [*probed, *unreachable(platform, str(kept.settings.get("base_url", "")), hook_url), *heard]


async def _probe(adapter: Adapter) -> Sequence[ProbeResult]:
    try:
        async with asyncio.timeout(CHECK_SECONDS_MAX):
            return await adapter.probe()
    except TimeoutError:
        return [ProbeResult(Capability.SIGN_IN, ok=False, detail="The platform did not answer in time.")]


def finding_of(platform: str, result: ProbeResult) -> Finding:
    """What a probe says, with what would mend it."""
    step, error = result.capability.value, result.error_class
    if result.ok is not False or error is None:
        return Finding(step=step, ok=result.ok, detail=result.detail)
    setting = ""
    if error in {ErrorClass.TOKEN, ErrorClass.PERMISSION}:
        setting = _SIGN_IN.get(platform, {}).get(result.capability, "token")
    elif error is ErrorClass.ACCOUNT:
        setting = _ACCOUNT.get(platform, "")
    return Finding(step=step, ok=False, detail=result.detail, mend=_MEND.get(error, ""), setting=setting)


def unreachable(platform: str, base_url: str, hook_url: str) -> list[Finding]:
    """A platform on the internet cannot call an address that only this machine knows, or that is not encrypted."""
    kind = PLATFORMS[platform]
    is_real = not base_url or (urlsplit(base_url).hostname or "") not in LOCAL_HOSTS
    if not kind.caller or not is_real or hook_url.startswith("https://"):
        return []
    return [
        Finding(
            step="address",
            ok=False,
            detail=f"{kind.caller} calls encrypted public addresses only, and this hub says that it is at {hook_url}.",
            mend="Set hub.public_url in the configuration file to the https address of this hub, and start it again.",
        )
    ]
