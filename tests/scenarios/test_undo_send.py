"""A reply that was just sent can be taken back for a moment; kill -9 in that moment changes nothing of it."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.scenarios.demo import Demo, Refused, chance, running_demo

UNDO_SECONDS: Final = 2.0
ROUNDS: Final = 4


async def test_what_is_held_goes_out_once_or_goes_back_however_often_the_hub_is_killed(
    tmp_path: Path,
) -> None:
    random = chance("kills while replies are held")
    async with running_demo(tmp_path, undo_seconds=UNDO_SECONDS) as demo:
        await demo.ready()
        assert (await demo.api("GET", "/me"))["hub"]["undo_seconds"] == UNDO_SECONDS
        await demo.write("dev", "Is the blue one in stock?")
        conversation = await demo.until(lambda: _talk(demo), 30, "the conversation")
        taken: dict[str, bool] = {}
        for number in range(ROUNDS):
            text = f"Held {number}"
            reply = await _send(demo, conversation, text)
            assert (reply["held"], reply["state"]) == (True, "waiting")
            assert reply["send_at"] - reply["made_at"] == UNDO_SECONDS * 1000
            await asyncio.sleep(random.uniform(0, UNDO_SECONDS))
            demo.kill_hub()
            taken[text] = number % 2 == 1 and await _take_back(demo, reply["id"])
            again = await _send(demo, conversation, text)
            assert again["id"] == reply["id"], "the same key is the same reply"
        await demo.ready()
        await demo.until(lambda: _nothing_waits(demo, conversation), 60, "the last to leave")
        await demo.all_settled()
        refused = (await demo.api("GET", f"/conversations/{conversation}/later"))["items"]
        assert refused == [], "each could leave"
        reached = [each for each in await demo.on_all_phones() if each["direction"] == "in"]
        on_phone = [each["text"] for each in reached if each["person"] == "dev"]
        assert {text: on_phone.count(text) for text in taken} == {
            text: 0 if back else 1 for text, back in taken.items()
        }
        late = await _send(demo, conversation, "Held 0")
        assert (late["state"], await _take_back(demo, late["id"])) == ("queued", False)


async def _talk(demo: Demo) -> str | None:
    found = await demo.items("/contacts", query=await demo.name_of("dev"))
    return found[0]["conversation_id"] if found else None


async def _send(demo: Demo, conversation: str, text: str) -> dict[str, Any]:
    body = {"text": text, "idempotency_key": text}
    url = f"{demo.addresses['api']}/conversations/{conversation}/later"
    kept: dict[str, Any] = await demo.stubbornly("POST", url, body, token=demo.addresses["api_token"])
    return kept


async def _take_back(demo: Demo, later_id: str) -> bool:
    """Whether the hub says that it was taken back; else it says that it is too late."""
    url = f"{demo.addresses['api']}/later/{later_id}"
    with suppress(Refused):
        taken = await demo.stubbornly("DELETE", url, token=demo.addresses["api_token"])
        return bool(taken["state"] == "cancelled")
    return False


async def _nothing_waits(demo: Demo, conversation: str) -> bool:
    items = (await demo.api("GET", f"/conversations/{conversation}/later"))["items"]
    return not [each for each in items if each["state"] == "waiting"]
