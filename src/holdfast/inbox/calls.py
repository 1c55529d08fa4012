"""What a channel's webhook calls say about its settings. Times are ms since the epoch, 0 for never."""

from collections.abc import Mapping
from typing import Final

import msgspec

from holdfast.channels import PLATFORMS
from holdfast.inbox import store
from holdfast.storage import Tx

RECENT_MS: Final = 15 * 60_000


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """The newest of each kind: signed and believed, signed by another secret, asked with our word, with another."""

    genuine_at: int = 0
    forged_at: int = 0
    asked_at: int = 0
    misasked_at: int = 0


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at a channel found. ``ok`` None: it cannot be told (yet). ``setting`` would mend it."""

    step: str
    ok: bool | None
    detail: str
    mend: str = ""
    setting: str = ""


async def note_calls(tx: Tx, seen: Mapping[str, Calls]) -> None:
    for channel, calls in seen.items():
        await store.note_call(tx, channel=channel, **msgspec.structs.asdict(calls))


async def calls_of(tx: Tx, channel: str) -> Calls:
    row = await store.calls_of(tx, channel)
    return Calls() if row is None else msgspec.convert(row, Calls)


def judge_calls(platform: str, calls: Calls, *, changed_at: int, hook_url: str) -> list[Finding]:
    """What the calls say, in sentences. What came before ``changed_at`` says nothing of what stands there now."""
    kind = PLATFORMS[platform]
    findings = []
    if kind.asks_first:
        findings.append(_of_asking(kind.caller, calls, changed_at, hook_url))
    if kind.signed_with:
        findings.append(_of_signatures(kind.caller, kind.signed_with, calls, changed_at))
    return findings


def _of_asking(caller: str, calls: Calls, changed_at: int, hook_url: str) -> Finding:
    if calls.misasked_at > max(calls.asked_at, changed_at):
        return Finding(
            step="handshake",
            ok=False,
            detail=f"{caller} asked with a verify token that is not the one which stands here.",
            mend=f"Make a new verify token here, and copy it to {caller} beside the callback address.",
            setting="verify_token",
        )
    if calls.asked_at or calls.genuine_at > changed_at:
        return Finding(
            step="handshake", ok=True, detail=f"{caller} knows the address, and has had the right word."
        )
    return Finding(
        step="handshake",
        ok=None,
        detail=f"{caller} has not asked for the verify token yet.",
        mend=(
            f"Enter the callback address {hook_url} and the verify token at {caller}, "
            "and press “Verify and save” there."
        ),
    )


def _of_signatures(caller: str, setting: str, calls: Calls, changed_at: int) -> Finding:
    is_forged = calls.forged_at > max(calls.genuine_at, changed_at)
    if is_forged and calls.genuine_at <= changed_at:
        return _wrong_secret(caller, setting)
    if is_forged:
        return Finding(
            step="call",
            ok=None,
            detail=f"Calls of {caller} were believed, but the newest bears another signature.",
            mend=(
                f"If the {_WORDS[setting]} was changed at {caller}, enter the new one here. "
                "If not, somebody is only trying."
            ),
            setting=setting,
        )
    if calls.genuine_at > changed_at:
        return Finding(step="call", ok=True, detail=f"A call of {caller} came, and its signature is right.")
    if calls.forged_at:
        detail = f"No call of {caller} came since this was changed; {caller} tries again by itself, or send a new one."
    else:
        detail = f"No call of {caller} has come yet."
    mend = f"Write to this account from another one, or press “Test” beside the field messages at {caller}."
    return Finding(step="call", ok=None, detail=detail, mend=mend if caller == "Meta" else _SMS_MEND)


def _wrong_secret(caller: str, setting: str) -> Finding:
    word = _WORDS[setting]
    is_meta = caller == "Meta"
    where = "(App settings, Basic, App secret)" if is_meta else "(Account, API keys & tokens)"
    other = "" if is_meta else f" Or the address that stands at {caller} is not the one that this hub has."
    again = f"{caller} sends it again" if is_meta else f"it is read back from {caller}'s record"
    return Finding(
        step="call",
        ok=False,
        detail=(
            f"The signature of {caller}'s call does not match: "
            f"the {word} here is not the one with which {caller} signs.{other}"
        ),
        mend=f"Copy the {word} anew from {caller} {where}. What was refused is not lost: {again}.",
        setting=setting,
    )


_WORDS: Final = {"app_secret": "app secret", "auth_token": "auth token"}
_SMS_MEND: Final = "Send a message to this number from any telephone."
