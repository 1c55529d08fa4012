"""From a webhook to the thread, and from a reply to its message, over the HTTP interface."""

from typing import Any

from holdfast.outbox import NewReply


async def test_what_a_person_writes_appears_once(hub: Any) -> None:
    for _ in range(3):
        assert (await hub.write_in(1, "Is it in stock?")).status_code == 200
    await hub.write_in(2)
    messages = await hub.applied(2)
    assert [message["text"] for message in messages] == ["message 2", "Is it in stock?"]
    conversations = (await hub.get("/conversations")).json()["items"]
    assert len(conversations) == 1
    assert conversations[0]["unread"] == 2
    assert conversations[0]["last_channel"] == "instagram:shop"
    assert conversations[0]["window_closes_at"] == messages[0]["at"] + 86_400_000


async def test_a_thread_is_read_page_by_page_from_the_newest(hub: Any) -> None:
    for number in range(7):
        await hub.write_in(number)
    messages = await hub.applied(7)
    path = f"/conversations/{messages[0]['conversation_id']}/messages"
    seen: list[str] = []
    before: str | None = None
    while True:
        query = {"limit": 3} | ({"before": before} if before else {})
        page = (await hub.get(path, **query)).json()
        texts = [item["text"] for item in page["items"]]
        seen = texts + seen
        before = page["next"]
        if before is None:
            break
    assert sorted(seen) == [f"message {number}" for number in range(7)]
    assert len(seen) == 7


async def test_counting_all_messages_is_exact_while_more_arrive(hub: Any) -> None:
    for number in range(12):
        await hub.write_in(number, person=f"9001{number}")
    await hub.applied(12)
    ids: list[str] = []
    before: str | None = None
    number = 100
    while True:
        query = {"limit": 5, "direction": "in"} | ({"before": before} if before else {})
        page = (await hub.get("/messages", **query)).json()
        ids += [item["id"] for item in page["items"]]
        before = page["next"]
        if before is None:
            break
        number += 1
        await hub.write_in(number, person="900199")
    assert len(set(ids)) == len(ids)
    assert len(ids) == 12


async def test_a_reply_is_taken_once_for_its_key(hub: Any) -> None:
    path = f"/conversations/{await hub.first_conversation()}/messages"
    body = {"text": "Yes, it is.", "idempotency_key": "one"}
    first = await hub.send("POST", path, body)
    again = await hub.send("POST", path, body)
    other = await hub.send("POST", path, {**body, "text": "No."})
    by_header = await hub.send("POST", path, {"text": "Yes, it is."}, **{"Idempotency-Key": "one"})
    assert [first.status_code, again.status_code, other.status_code, by_header.status_code] == [
        201,
        200,
        409,
        200,
    ]
    assert first.json()["id"] == again.json()["id"] == by_header.json()["id"]
    assert first.json()["state"] in {"waiting", "sending", "held"}
    assert first.json()["author"] == "api:admin"
    assert other.json()["error"]["code"] == "key_reused"
    outgoing = (await hub.get("/messages", direction="out")).json()["items"]
    assert len(outgoing) == 1


async def test_a_message_to_a_known_address_joins_its_conversation(hub: Any) -> None:
    conversation = await hub.first_conversation()
    body = {"channel": "instagram:shop", "address": "900100200300400", "text": "Hello"}
    sent = await hub.send("POST", "/messages", body)
    assert sent.status_code == 201
    assert sent.json()["conversation_id"] == conversation
    unknown = await hub.send("POST", "/messages", {**body, "address": "1"})
    assert unknown.status_code == 404
    assert unknown.json()["error"]["field"] == "address"


async def test_what_cannot_be_sent_is_said_in_the_one_error_shape(hub: Any) -> None:
    path = f"/conversations/{await hub.first_conversation()}/messages"
    for body, status, code in (
        ({"text": "   "}, 422, "empty"),
        ({"text": "x" * 20_000}, 422, "too_long"),
        ({"text": "x", "channel": "sms:shop"}, 422, "no_route"),
        ({"text": 5}, 400, "invalid"),
        ({}, 400, "invalid"),
    ):
        answer = await hub.send("POST", path, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), body
        assert set(answer.json()["error"]) == {"code", "message", "field"}


async def test_a_message_that_waits_can_be_taken_back_and_one_in_peace_has_no_doubt(hub: Any) -> None:
    path = f"/conversations/{await hub.first_conversation()}/messages"
    message = (await hub.send("POST", path, {"text": "Wait"})).json()

    async def waits() -> bool:
        state = (await hub.get(f"/messages/{message['id']}")).json()["state"]
        return state in {"waiting", "held"}

    await hub.until(waits)
    assert (
        await hub.send("POST", f"/messages/{message['id']}/doubt", {"decision": "sent"})
    ).status_code == 409
    taken = await hub.until(lambda: _cancelled(hub, message["id"]))
    assert taken["state"] == "cancelled"
    assert (await hub.send("POST", f"/messages/{message['id']}/cancel")).status_code == 409
    attempts = (await hub.get(f"/messages/{message['id']}/attempts")).json()["items"]
    assert all(attempt["delivery_id"] == message["deliveries"][0]["id"] for attempt in attempts)


async def _cancelled(hub: Any, message_id: str) -> Any:
    """The message once it was between two attempts and could be taken back."""
    answer = await hub.send("POST", f"/messages/{message_id}/cancel")
    return answer.json() if answer.status_code == 200 else None


async def test_conversations_are_found_by_words_names_and_addresses(hub: Any) -> None:
    await hub.write_in(1, "Do you have 100% wool?", person="77001")
    await hub.write_in(2, "Hello there", person="77002")
    await hub.applied(2)
    for query, count in (
        ("WOOL", 1),
        ("100%", 1),
        ("77002", 1),
        ("hello", 1),
        ("%", 0),
        ("_", 0),
        ("7700", 2),
    ):
        found = (await hub.get("/conversations", query=query)).json()["items"]
        assert len(found) == count, query


async def test_what_was_said_is_found_and_opened_where_it_was_said(hub: Any) -> None:
    for number in range(9):
        await hub.write_in(number, f"number {number} <b>bold</b>")
    await hub.applied(9)
    found = (await hub.get("/search", query="number 4 channel:instagram")).json()
    [hit] = found["items"]
    assert [piece["text"] for piece in hit["snippet"] if piece["hit"]] == ["number", "4"]
    assert "".join(piece["text"] for piece in hit["snippet"]) == "number 4 <b>bold</b>"
    assert [chip["kind"] for chip in found["chips"]] == ["word", "word", "filter"]
    path = f"/conversations/{hit['conversation_id']}"
    around = (await hub.get(f"{path}/around/{hit['id']}", limit=4)).json()
    texts = [item["text"][:8] for item in around["items"]]
    assert texts == [f"number {number}" for number in (2, 3, 4, 5, 6)]
    newer = (await hub.get(f"{path}/messages", after=around["newer"], limit=10)).json()
    assert [item["text"][:8] for item in newer["items"]] == ["number 7", "number 8"]
    assert newer["next"] is None
    older = (await hub.get(f"{path}/messages", before=around["older"], limit=10)).json()
    assert [item["text"][:8] for item in older["items"]] == ["number 0", "number 1"]
    assert (await hub.get(f"/conversations/cnv_other/around/{hit['id']}")).status_code == 404


async def test_what_cannot_be_searched_for_is_refused_with_a_sentence(hub: Any) -> None:
    for query in (
        "chanel:sms",
        "label:none",
        "after:soon",
        "channel:pigeon",
        "assignee:somebody",
        '""',
        "<>",
    ):
        refused = await hub.get("/search", query=query)
        assert refused.status_code == 422, query
        assert refused.json()["error"]["field"] == "query"
        assert len(refused.json()["error"]["message"]) > 10
    assert (await hub.get("/search", query="a", zone="Moon/Base")).status_code == 422
    assert (await hub.get("/search", query="a", before="x")).status_code == 400


async def test_an_answer_that_crosses_another_is_refused_with_what_was_said(hub: Any) -> None:
    conversation = await hub.first_conversation()
    path = f"/conversations/{conversation}/messages"
    [seen] = (await hub.get(path)).json()["items"]
    other = NewReply(conversation_id=conversation, text="It is in stock", author="agent:jo")
    await hub.hub.outbox.enqueue(other)
    refused = await hub.send("POST", path, {"text": "Sold out", "seen": seen["id"]})
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "answered_meanwhile"
    [meanwhile] = refused.json()["meanwhile"]
    assert meanwhile["text"] == "It is in stock"
    sent = await hub.send("POST", path, {"text": "Sold out", "seen": meanwhile["id"]})
    assert sent.status_code == 201


async def test_a_view_of_what_mentions_its_owner_is_saved(hub: Any) -> None:
    saved = await hub.send(
        "POST", "/views", {"name": "Me", "filter": {"status": "all", "mentioned": "me"}, "shared": True}
    )
    assert saved.json()["filter"]["mentioned"] == "me"
    refused = await hub.send("POST", "/views", {"name": "You", "filter": {"mentioned": "agt_1"}})
    assert refused.status_code == 400


async def test_resolving_and_reading_show_in_the_list(hub: Any) -> None:
    conversation = await hub.first_conversation()
    assert (await hub.send("POST", f"/conversations/{conversation}/read")).status_code == 204
    resolved = await hub.send("PATCH", f"/conversations/{conversation}", {"status": "resolved"})
    assert resolved.json()["status"] == "resolved"
    assert resolved.json()["unread"] == 0
    assert (await hub.get("/conversations")).json()["items"] == []
    assert len((await hub.get("/conversations", status="resolved")).json()["items"]) == 1
    assert (await hub.send("POST", "/conversations/cnv_0/read")).status_code == 404


async def test_contacts_are_added_merged_and_split(hub: Any) -> None:
    conversation = await hub.first_conversation()
    first = (await hub.get(f"/conversations/{conversation}")).json()["contact"]
    address = {"channel": "sms:shop", "value": "+31612345600", "proof": "agent", "consent": "failover"}
    made = await hub.send("POST", "/contacts", {"name": "Ann Lee", "addresses": [address]})
    assert made.status_code == 201
    taken = await hub.send("POST", f"/contacts/{first['id']}/addresses", address)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "address_taken")
    merged = await hub.send("POST", f"/contacts/{first['id']}/merge", {"other": made.json()["id"]})
    assert {each["channel"] for each in merged.json()["addresses"]} == {"instagram:shop", "sms:shop"}
    routes = (await hub.get(f"/conversations/{conversation}")).json()["routes"]
    assert {route["channel"] for route in routes} == {"instagram:shop", "sms:shop"}
    sms = next(each for each in merged.json()["addresses"] if each["channel"] == "sms:shop")
    path = f"/contacts/{first['id']}/addresses/{sms['id']}"
    consent = await hub.send("PATCH", path, {"consent": "opted_out"})
    assert [each["consent"] for each in consent.json()["addresses"]] == ["reply", "opted_out"]
    split = await hub.send("POST", f"{path}/split")
    assert split.status_code == 201
    assert [each["value"] for each in split.json()["addresses"]] == [sms["value"]]
    assert (await hub.get(f"/contacts/{made.json()['id']}")).status_code == 404


async def test_an_export_is_complete_and_inert(hub: Any) -> None:
    await hub.write_in(1, "<script>alert(1)</script>")
    await hub.write_in(2)
    await hub.applied(2)
    lines = (await hub.get("/export", conversation="all", format="jsonl")).text.splitlines()
    assert len(lines) == 3
    page = await hub.get("/export", conversation="all", format="html")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "sandbox" in page.headers["content-security-policy"]
    assert (await hub.get("/export", conversation="cnv_0")).status_code == 404
