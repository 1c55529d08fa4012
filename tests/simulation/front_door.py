"""What people and agents ask of the hub over HTTP, each yes seen by a witness."""

import json
from collections.abc import Callable
from typing import Any, Final

from holdfast.channels.transport import HttpAnswer

from .diary import Reply
from .network import Network
from .town import DIRECT, HUB_URL
from .virtual_loop import LoopClock
from .witness import Witness

_DIRECT: Final = f"{HUB_URL}/direct/v1"
_THREAD: Final = f"{_DIRECT}/threads/business:{DIRECT.partition(':')[2]}"
_API: Final = f"{HUB_URL}/api/v1"


class FrontDoor:
    def __init__(self, network: Network, witness: Witness, clock: LoopClock) -> None:
        self._network = network
        self._witness = witness
        self._clock = clock
        network.on_webhook_taken = lambda url, body: witness.webhook(clock.monotonic(), url, body)

    async def come_to_chat(self, name: str) -> Any:
        """A guest and its token; None where the hub did not answer, or could not."""
        answer = await self._post(f"{_DIRECT}/guests", {"name": name})
        return json.loads(answer.body) if answer is not None and answer.status == 201 else None

    async def write_in_chat(self, visitor: str, token: str, client_id: str, text: str) -> bool:
        """Whether the hub acknowledged it."""
        answer = await self._post(
            f"{_THREAD}/messages",
            {"id": client_id, "text": text},
            token,
            on_yes=lambda _: self._witness.chat(self._clock.monotonic(), f"{visitor}:{client_id}"),
        )
        return answer is not None and answer.status == 202

    async def reply(self, reply: Reply, token: str) -> HttpAnswer | None:
        key = f"reply-{reply.number}"
        return await self._post(
            f"{_API}/conversations/{reply.conversation_id}/messages",
            {"text": reply.text, "channel": reply.route, "idempotency_key": key},
            token,
            on_yes=lambda _: self._witness.reply(self._clock.monotonic(), key),
        )

    async def read(self, what: str, token: str) -> HttpAnswer | None:
        return await self._network.ask_hub(
            "GET", f"{_API}/{what}", headers={"authorization": f"Bearer {token}"}
        )

    async def decide(self, message_id: str, decision: str, token: str) -> HttpAnswer | None:
        """Say what became of a message in doubt."""
        return await self._post(f"{_API}/messages/{message_id}/doubt", {"decision": decision}, token)

    async def _post(
        self, url: str, body: Any, token: str = "", on_yes: Callable[[HttpAnswer], None] = lambda _: None
    ) -> HttpAnswer | None:
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        return await self._network.ask_hub(
            "POST", url, body=json.dumps(body).encode(), headers=headers, on_yes=on_yes
        )
