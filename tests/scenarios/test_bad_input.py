"""Bad input from outside: refused and counted, or kept and shown; inert everywhere, and never in anybody's way."""

import html
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
import pytest_asyncio
from tests.scenarios.demo import Demo, Refused, running_demo, until
from tests.scenarios.stranger import channel_settings, instagram, post, says, signature

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEEN_SECONDS: Final = 10
BODY_BYTES_MAX: Final = 4 * 1024 * 1024
HOSTILE: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %} ${jndi:ldap://x} %s %n",
    "'; DROP TABLE message; --",
    "\u202egnp.exe \u0007\u001b[2J\ufeff\u2028",
    "../../etc/passwd\r\nSet-Cookie: a=b",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 " + "a\u0300" * 50,
)


class Door:
    """The webhook address of the demo's Instagram channel, as a stranger finds it."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        settings = channel_settings(Path(demo.addresses["config"]), "instagram:shop")
        self.account, self._secret = settings["account_id"], settings["app_secret"]
        self.url = f"{demo.addresses['hub']}/hooks/instagram/shop"

    async def knock(self, body: bytes, signed: str | None = None) -> int:
        """Deliver a body, with a good signature unless another is given."""
        good = signature(body, self._secret)
        return await post(self.demo.session, self.url, body, good if signed is None else signed)

    async def say(self, person: str, mid: str, **message: Any) -> int:
        return await self.knock(instagram(self.account, says(self.account, person, mid, **message)))

    async def unreadable(self) -> list[dict[str, Any]]:
        return await self.demo.items("/unreadable")

    async def message(self, text: str) -> dict[str, Any]:
        """The incoming message with that text, once it is stored."""

        async def look() -> dict[str, Any] | None:
            found = await self.demo.items("/messages", direction="in", channel="instagram:shop")
            return next((each for each in found if each["text"] == text), None)

        found = await until(look, SEEN_SECONDS, f"the message {text!r}")
        assert found is not None
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(store: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    async with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield Door(demo)


@pytest.mark.parametrize("signed", ["sha256=" + "0" * 64, "sha256=zz", "", "sha1=abc", "sha256=é"])
async def test_a_wrong_signature_is_refused_counted_and_nothing_is_stored(door: Door, signed: str) -> None:
    before = await _refused(door, "forged")
    body = instagram(
        door.account, says(door.account, "900100200300400", f"forged-{signed}", text="forged words")
    )
    assert await door.knock(body, signed) == 401
    assert await _refused(door, "forged") == before + 1
    await door.say("900100200300400", f"after-{signed}", text=f"after {signed}")
    await door.message(f"after {signed}")
    texts = [each["text"] for each in await door.demo.items("/messages", direction="in")]
    assert "forged words" not in texts
    assert not [each for each in await door.unreadable() if "forged words" in each["excerpt"]]


async def _refused(door: Door, reason: str) -> int:
    items = (await door.demo.api("GET", "/refused"))["items"]
    return sum(
        each["count"] for each in items if (each["channel"], each["reason"]) == ("instagram:shop", reason)
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe\x00",
        b"[" * 50_000,
        b"null",
        b'"words"',
        b'{"object": "instagram", "entry": {"id": 1}}',
        b'{"object": "instagram", "entry": [{"id": "17841400000000001", "messaging": [null, 3, [], "x"]}]}',
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_what_cannot_be_read_is_kept_and_shown_and_blocks_nobody(door: Door, body: bytes) -> None:
    assert await door.knock(body) == 200
    mark = f"behind {body[:24]!r}"
    assert await door.say("900100200300400", mark, text=mark) == 200
    await door.message(mark)
    excerpt = body[:20].decode("utf-8", "replace")
    kept = {each["excerpt"][: len(excerpt)] for each in await door.unreadable()}
    assert kept & {excerpt, excerpt.replace("\x00", "\ufffd")}, "PostgreSQL holds no NUL"


async def test_one_poisoned_event_does_not_spoil_its_neighbours(door: Door) -> None:
    good = says(door.account, "900100200300400", "neighbour", text="a good neighbour")
    poison: dict[str, Any] = {"sender": {"id": ["x"]}, "timestamp": "soon", "message": {"mid": {}, "text": 4}}
    assert await door.knock(instagram(door.account, poison, good)) == 200
    await door.message("a good neighbour")


async def test_an_event_of_an_unknown_kind_is_kept_and_shown_as_such(door: Door) -> None:
    event = {
        "sender": {"id": "900100200300400"},
        "recipient": {"id": door.account},
        "timestamp": 1_790_000_000_000,
        "hologram": {"depth": 3},
    }
    assert await door.knock(instagram(door.account, event)) == 200

    async def look() -> bool:
        return any("hologram" in each["problem"] + each["excerpt"] for each in await door.unreadable())

    await until(look, SEEN_SECONDS, "the unknown kind among what could not be read")


async def test_a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not(door: Door) -> None:
    assert await door.knock(b" " * BODY_BYTES_MAX) == 200
    assert await _status_of_too_much(door) == 413
    assert await _refused(door, "too_large") >= 1


async def _status_of_too_much(door: Door) -> int:
    """A server may answer and close before all has been sent, which some clients take for an error."""
    try:
        return await door.knock(b" " * (BODY_BYTES_MAX + 1))
    except aiohttp.ClientConnectionError:
        return 413


@pytest.mark.parametrize("path", ["instagram/nobody", "telegraph/shop", "instagram", "instagram/shop/x", ""])
async def test_an_unknown_channel_is_not_found(door: Door, path: str) -> None:
    url = f"{door.demo.addresses['hub']}/hooks/{path}"
    assert await post(door.demo.session, url, b"{}", "sha256=00") == 404


async def test_a_handshake_is_answered_with_the_right_word_only(door: Door) -> None:
    word = channel_settings(Path(door.demo.addresses["config"]), "instagram:shop")["verify_token"]
    for given, status, said in ((word, 200, "4711"), ("wrong", 403, None)):
        query = {"hub.mode": "subscribe", "hub.challenge": "4711", "hub.verify_token": given}
        async with door.demo.session.get(door.url, params=query) as answer:
            text = await answer.text()
            assert answer.status == status
            assert said is None or text == said


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_words_are_stored_as_they_are_and_inert_wherever_shown(door: Door, text: str) -> None:
    attachment = {"type": "image", "payload": {"url": f"javascript:alert('{text[:8]}')", "title": text}}
    mid = f"hostile-{HOSTILE.index(text)}"
    assert await door.say("666" + str(HOSTILE.index(text)), mid, text=text, attachments=[attachment]) == 200
    stored = await door.message(text)
    page = await _export(door, stored["conversation_id"], "html")
    assert "<script" not in page
    assert "<img" not in page
    assert html.escape("<b>") not in page or "<b>" not in page
    assert 'href="javascript:' not in page.lower()
    lines = (await _export(door, stored["conversation_id"], "jsonl")).strip().split("\n")
    said = [json.loads(line) for line in lines]
    assert text in [line["message"]["text"] for line in said if line["type"] == "message"]


async def test_what_is_no_text_is_marked_where_it_stood(door: Door) -> None:
    assert await door.say("668", "no-text", text="a nul \u0000, half a sign \ud800") == 200
    await door.message("a nul \ufffd, half a sign \ufffd")


async def _export(door: Door, conversation: str, form: str) -> str:
    url = f"{door.demo.addresses['api']}/export?conversation={conversation}&format={form}"
    headers = {"Authorization": f"Bearer {door.demo.addresses['api_token']}"}
    async with door.demo.session.get(url, headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_hostile_names_are_inert(door: Door) -> None:
    made = await door.demo.api(
        "POST",
        "/contacts",
        {
            "name": HOSTILE[0],
            "addresses": [
                {"channel": "sms:shop", "value": "+31600000001", "proof": "agent", "consent": "reply"}
            ],
        },
    )
    assert made["name"] == HOSTILE[0]
    assert "<script" not in await _export(door, made["conversation_id"], "html")
    contacts = (await door.demo.api("GET", "/contacts", query="<script>"))["items"]
    assert [each["id"] for each in contacts] == [made["id"]]


async def test_what_is_written_into_an_incident_is_inert_on_the_status_page(door: Door) -> None:
    await door.demo.fault("sms", "refused")
    incident = await door.demo.incident("sms:shop", 30)
    await door.demo.api("POST", f"/incidents/{incident['id']}/updates", {"text": HOSTILE[1], "public": True})

    async def told() -> bool:
        return html.escape(HOSTILE[1]) in await door.demo.page()

    await until(told, SEEN_SECONDS, "the update on the status page")
    assert "<img src=x" not in await door.demo.page()
    await door.demo.end_faults()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/conversations/cnv_none/messages", {"text": "Hi", "idempotency_key": "a"}, 404),
        (
            "/messages",
            {"channel": "instagram:shop", "address": "1", "text": "Hi", "idempotency_key": "b"},
            404,
        ),
        (
            "/messages",
            {"channel": "nowhere:at-all", "address": "1", "text": "Hi", "idempotency_key": "c"},
            404,
        ),
        ("/messages", {"text": 3}, 400),
        ("/messages", [], 400),
    ],
)
async def test_the_interface_refuses_in_words(door: Door, path: str, body: Any, status: int) -> None:
    with pytest.raises(Refused) as refused:
        await door.demo.api("POST", path, body)
    assert refused.value.status in {status, 422}
    assert refused.value.body["error"]["message"]


async def test_a_key_that_was_used_for_other_words_is_refused(door: Door) -> None:
    path = f"/conversations/{await door.demo.conversation_of('ann')}/messages"
    made = await door.demo.api("POST", path, {"text": "One", "idempotency_key": "same"})
    again = await door.demo.api("POST", path, {"text": "One", "idempotency_key": "same"})
    assert again["id"] == made["id"]
    with pytest.raises(Refused) as refused:
        await door.demo.api("POST", path, {"text": "Two", "idempotency_key": "same"})
    assert refused.value.status == 409
