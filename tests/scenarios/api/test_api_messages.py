"""From a webhook to the thread, and from a reply to its message, over the HTTP interface."""

from typing import Any

from .conftest import PERSON, Asker, instagram_message, until


async def first_conversation(hub: Asker) -> str:
    assert (await hub.write_in(1, "Is it in stock?")).status_code == 200
    return str((await hub.applied(1))[0]["conversation_id"])
