"""What a platform's wire looks like from outside, written anew: signed webhooks that share no code with the hub."""

import hashlib
import hmac
import json
import time
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import aiohttp

SIGNATURE: Final = "X-Hub-Signature-256"


def channel_settings(config: Path, channel: str) -> dict[str, Any]:
    """A channel's table in a hub's configuration file."""
    tables = tomllib.loads(config.read_text("utf-8"))["channel"]
    return dict(next(table for table in tables if table["id"] == channel))


def signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def instagram(account: str, *events: dict[str, Any]) -> bytes:
    """A webhook of Instagram with these messaging events."""
    entry = {"id": account, "time": now_ms(), "messaging": list(events)}
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


def says(account: str, person: str, mid: str, **message: Any) -> dict[str, Any]:
    """An event by which a person writes a message."""
    return {
        "sender": {"id": person},
        "recipient": {"id": account},
        "timestamp": now_ms(),
        "message": {"mid": mid, **message},
    }


def whatsapp(shop: dict[str, Any], person: str, wamid: str, text: str) -> bytes:
    """A webhook of WhatsApp by which a person writes; ``shop`` is the channel's table in a configuration."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": shop["phone_number_id"]},
        "contacts": [{"profile": {"name": person}, "wa_id": person}],
        "messages": [
            {
                "from": person,
                "id": wamid,
                "timestamp": str(now_ms() // 1000),
                "type": "text",
                "text": {"body": text},
            }
        ],
    }
    entry = {"id": shop["waba_id"], "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def post(session: aiohttp.ClientSession, url: str, body: bytes, signed: str | None) -> int:
    """Deliver a webhook; the status of the answer."""
    headers = {"Content-Type": "application/json"} | ({SIGNATURE: signed} if signed is not None else {})
    async with session.post(url, data=BytesIO(body), headers=headers) as answer:
        await answer.read()
        return answer.status
