"""One suite for every platform: what the road in and the road out may rely on."""

from typing import Any

import pytest

from holdfast.channels.contract import (
    Accepted,
    CannotTell,
    Capability,
    Deferred,
    ErrorClass,
    Forged,
    FoundSent,
    Genuine,
    HistoryUnavailableError,
    InDoubt,
    MessageEchoed,
    NotSent,
    RawRequest,
    ReceiptArrived,
    ReceiptState,
    Rejected,
    SentQuery,
    Unreachable,
)
from holdfast_simulators.phone_line import NotPossible

WEBHOOKS = ("instagram", "whatsapp", "sms")
PLATFORMS = (*WEBHOOKS, "email")
TEXT = "Is it in stock? Fünf Äpfel 👋 https://example.org/a?b=c&d=e"


@pytest.fixture
async def stage(request: pytest.FixtureRequest, make_stage: Any) -> Any:
    return await make_stage(request.param)


def on(*platforms: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", platforms, indirect=True)


@on(*PLATFORMS)
async def test_what_a_person_writes_arrives_once_with_words_and_address(stage: Any) -> None:
    written = await stage.person_writes(TEXT)
    (message,) = await stage.received()
    assert message.text == TEXT
    assert message.address == stage.address
    assert not message.automatic
    assert message.proven
    if stage.platform != "email":
        assert message.external_id == written


@on(*WEBHOOKS)
async def test_a_changed_byte_or_a_missing_signature_is_forged(stage: Any) -> None:
    await stage.person_writes("hello")
    await stage.received()
    genuine = stage.hub.requests[-1]
    assert isinstance(stage.adapter.verify(genuine), Genuine)
    changed = RawRequest("POST", genuine.url, genuine.query, genuine.headers, genuine.body + b"x")
    bare = RawRequest("POST", genuine.url, genuine.query, {}, genuine.body)
    for request in (changed, bare):
        verdict = stage.adapter.verify(request)
        assert isinstance(verdict, Forged)
        assert verdict.status == 401


@on("email")
async def test_mail_has_no_webhook(stage: Any) -> None:
    assert isinstance(stage.adapter.verify(RawRequest("POST", "", {}, {}, b"")), Forged)


@on(*PLATFORMS)
async def test_an_accepted_send_reaches_the_person_once(stage: Any) -> None:
    await stage.person_writes("hello")
    sending = await stage.adapter.send(stage.outgoing(TEXT))
    assert isinstance(sending.outcome, Accepted)
    (reached,) = stage.reached()
    assert TEXT in reached.text
    if stage.platform != "email":
        assert sending.outcome.external_id == reached.id


FAULTS = [
    ("server_error", InDoubt),
    ("html_error", InDoubt),
    ("accept_then_reset", InDoubt),
    ("accept_then_timeout", InDoubt),
    ("accept_then_html", InDoubt),
    ("accept_then_cut", InDoubt),
    ("lose_then_reset", InDoubt),
    ("lose_then_timeout", InDoubt),
    ("throttle", Deferred),
    ("token_error", Deferred),
    ("refused", Unreachable),
]


@pytest.mark.parametrize(("kind", "expected"), FAULTS)
@on(*WEBHOOKS)
async def test_each_fault_has_its_outcome_and_only_doubt_may_have_an_effect(
    stage: Any, kind: str, expected: type
) -> None:
    await stage.person_writes("hello")
    stage.fault(kind)
    sending = await stage.adapter.send(stage.outgoing("an answer"))
    assert isinstance(sending.outcome, expected), sending
    assert len(stage.reached()) == (1 if kind.startswith("accept_then") else 0)


MAIL_FAULTS = [
    ("server_error", Deferred),
    ("throttle", Deferred),
    ("greylist", Deferred),
    ("token_error", Deferred),
    ("accept_then_reset", InDoubt),
    ("accept_then_cut", InDoubt),
    ("lose_then_reset", InDoubt),
    ("refused", Unreachable),
]


@pytest.mark.parametrize(("kind", "expected"), MAIL_FAULTS)
@on("email")
async def test_each_fault_of_mail_has_its_outcome(stage: Any, kind: str, expected: type) -> None:
    stage.fault(kind)
    sending = await stage.adapter.send(stage.outgoing("an answer"))
    assert isinstance(sending.outcome, expected), sending
    assert len(stage.reached()) == (1 if kind.startswith("accept_then") else 0)


@pytest.mark.parametrize(
    ("kind", "expected"), [("throttle", ErrorClass.THROTTLED), ("token_error", ErrorClass.TOKEN)]
)
@on(*WEBHOOKS)
async def test_a_deferral_says_why(stage: Any, kind: str, expected: ErrorClass) -> None:
    await stage.person_writes("hello")
    stage.fault(kind)
    sending = await stage.adapter.send(stage.outgoing("an answer"))
    assert sending.outcome.error_class is expected


@on("instagram", "sms")
async def test_the_record_tells_whether_a_lost_answer_had_an_effect(stage: Any) -> None:
    heard = frozenset({await stage.person_writes("hello")})
    for kind, expected in (("server_error", NotSent), ("accept_then_reset", FoundSent)):
        fault = stage.fault(kind, capability="send")
        query = SentQuery("dlv_1", stage.address, "an answer", stage.clock.now_ms(), heard=heard)
        await stage.adapter.send(stage.outgoing("an answer"))
        stage.world.faults.end(fault.id)
        assert isinstance(await stage.adapter.find_sent(query), expected)
    (reached,) = stage.reached()
    known = frozenset({reached.id})
    again = SentQuery("dlv_2", stage.address, "an answer", query.started_at, known, heard=heard)
    assert isinstance(await stage.adapter.find_sent(again), NotSent)


@on("email")
async def test_the_folder_of_sent_mail_tells_whether_a_lost_answer_had_an_effect(stage: Any) -> None:
    async def lost(kind: str, delivery_id: str) -> Any:
        fault = stage.fault(kind, capability="send")
        await stage.adapter.send(stage.outgoing("an answer", delivery_id))
        stage.world.faults.end(fault.id)
        query = SentQuery(delivery_id, stage.address, "an answer", stage.clock.now_ms())
        return await stage.adapter.find_sent(query)

    assert isinstance(await lost("lose_then_reset", "dlv_01A"), CannotTell), "it may keep nothing of ours"
    assert await lost("accept_then_reset", "dlv_01B") == FoundSent("dlv_01B@shop.example")
    assert isinstance(await lost("lose_then_reset", "dlv_01C"), NotSent)
    assert len(stage.reached()) == 1


@on("instagram")
async def test_the_ids_behind_the_newest_messages_tell_as_well(stage: Any) -> None:
    heard = await stage.person_writes("hello")
    started = stage.clock.now_ms()
    stage.fault("webhooks_silent")
    known = frozenset([await stage.person_writes(f"message {number}") for number in range(25)])
    query = SentQuery("dlv_1", stage.address, "an answer", started, known, heard=frozenset({heard}))
    assert isinstance(await stage.adapter.find_sent(query), NotSent)
    query = SentQuery(
        "dlv_1", stage.address, "an answer", started, known - {min(known)}, heard=frozenset({heard})
    )
    await stage.adapter.send(stage.outgoing("an answer"))
    assert isinstance(await stage.adapter.find_sent(query), FoundSent)


@on("instagram", "sms")
async def test_a_record_that_cannot_be_read_proves_nothing(stage: Any) -> None:
    await stage.person_writes("hello")
    stage.fault("server_error")
    query = SentQuery("dlv_1", stage.address, "an answer", stage.clock.now_ms())
    assert isinstance(await stage.adapter.find_sent(query), CannotTell)


@on("whatsapp", "email")
async def test_a_platform_without_a_record_says_so(stage: Any) -> None:
    query = SentQuery("dlv_1", stage.address, "an answer", stage.clock.now_ms())
    assert isinstance(await stage.adapter.find_sent(query), CannotTell)
    with pytest.raises(HistoryUnavailableError):
        _ = [page async for page in stage.adapter.history(0)]


@on("instagram", "sms")
async def test_what_no_webhook_brought_is_read_back_under_the_same_id(stage: Any) -> None:
    since = stage.clock.now_ms() - 1000
    stage.fault("webhooks_silent")
    written = [await stage.person_writes(f"message {number}") for number in range(3)]
    pages = [page async for page in stage.adapter.history(since)]
    assert [i for page in pages for i in page.external_ids] == written
    assert all(at >= since for page in pages for at in page.times)
    for page in pages:
        for body in page.bodies:
            stage.hub.take(stage.platform, body, "history")
    assert [message.external_id for message in await stage.received(3)] == written


@on("instagram")
async def test_history_says_when_older_messages_are_hidden(stage: Any) -> None:
    since = stage.clock.now_ms() - 1000
    stage.fault("webhooks_silent")
    for number in range(25):
        await stage.person_writes(f"message {number}")
    (page,) = [page async for page in stage.adapter.history(since)]
    assert page.truncated
    assert len(page.bodies) == 20


@on("instagram", "sms")
async def test_a_history_that_fails_says_so(stage: Any) -> None:
    stage.fault("server_error")
    with pytest.raises(HistoryUnavailableError):
        _ = [page async for page in stage.adapter.history(0)]


@on(*PLATFORMS)
async def test_all_probes_of_a_healthy_platform_are_good(stage: Any) -> None:
    results = await stage.adapter.probe()
    assert results
    assert all(result.ok is True for result in results), results


@on(*PLATFORMS)
async def test_a_dead_token_shows_in_the_probe_of_sign_in(stage: Any) -> None:
    stage.fault("token_error")
    results = {result.capability: result for result in await stage.adapter.probe()}
    assert results[Capability.SIGN_IN].ok is False
    assert results[Capability.SIGN_IN].error_class is ErrorClass.TOKEN


@on(*PLATFORMS)
async def test_a_refused_connection_shows_in_the_probe(stage: Any) -> None:
    stage.fault("refused")
    results = {result.capability: result for result in await stage.adapter.probe()}
    assert results[Capability.SIGN_IN].ok is False
    assert results[Capability.SIGN_IN].error_class is ErrorClass.NETWORK


@on("instagram", "whatsapp")
async def test_a_removed_subscription_shows_and_can_be_taken_up_again(stage: Any) -> None:
    stage.fault("subscription_removed")
    results = {result.capability: result for result in await stage.adapter.probe()}
    assert results[Capability.RECEIVE].ok is False
    assert results[Capability.RECEIVE].error_class is ErrorClass.SUBSCRIPTION
    stage.world.faults.end_all()
    assert await stage.adapter.resubscribe()
    results = {result.capability: result for result in await stage.adapter.probe()}
    assert results[Capability.RECEIVE].ok is True


@on("instagram")
async def test_each_send_is_echoed(stage: Any) -> None:
    await stage.person_writes("hello")
    sending = await stage.adapter.send(stage.outgoing("an answer"))
    await stage.until(lambda: any(isinstance(event, MessageEchoed) for event in stage.hub.events))
    (echo,) = [event for event in stage.hub.events if isinstance(event, MessageEchoed)]
    assert (echo.external_id, echo.address, echo.text) == (
        sending.outcome.external_id,
        stage.address,
        "an answer",
    )


@on("whatsapp", "sms")
async def test_receipts_carry_our_delivery(stage: Any) -> None:
    await stage.person_writes("hello")
    sending = await stage.adapter.send(stage.outgoing("an answer"))

    def receipts() -> list[ReceiptArrived]:
        return [event for event in stage.hub.events if isinstance(event, ReceiptArrived)]

    await stage.until(lambda: any(one.state is ReceiptState.DELIVERED for one in receipts()))
    assert {one.correlation for one in receipts()} == {"dlv_01J8ZK3Q"}
    assert {one.external_id for one in receipts()} == {sending.outcome.external_id}


@on("instagram", "whatsapp")
async def test_a_closed_window_is_a_final_refusal(stage: Any) -> None:
    await stage.person_writes("hello")
    await stage.clock.sleep(25 * 3600)
    sending = await stage.adapter.send(stage.outgoing("too late"))
    assert isinstance(sending.outcome, Rejected)
    assert sending.outcome.error_class is ErrorClass.WINDOW
    assert stage.reached() == []


@on("instagram", "whatsapp")
async def test_the_handshake_answers_the_challenge_only_for_our_word(stage: Any) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "verify", "hub.challenge": "1158201444"}
    verdict = stage.adapter.verify(RawRequest("GET", "", query, {}, b""))
    assert isinstance(verdict, Genuine)
    assert not verdict.store
    assert verdict.reply.body == b"1158201444"
    wrong = stage.adapter.verify(RawRequest("GET", "", query | {"hub.verify_token": "x"}, {}, b""))
    assert isinstance(wrong, Forged)
    assert wrong.status == 403


@on("sms")
async def test_stop_withdraws_consent_and_is_kept_as_words(stage: Any) -> None:
    await stage.person_writes("STOP")
    (message,) = await stage.received()
    assert message.text == "STOP"
    sending = await stage.adapter.send(stage.outgoing("one more thing"))
    assert isinstance(sending.outcome, Rejected)
    assert sending.outcome.error_class is ErrorClass.OPTED_OUT


@on("email")
async def test_a_mail_that_comes_back_names_its_delivery(stage: Any) -> None:
    stage.fault("bounce")
    sending = await stage.adapter.send(stage.outgoing("an answer"))
    assert isinstance(sending.outcome, Accepted)
    await stage.until(lambda: any(isinstance(event, ReceiptArrived) for event in stage.hub.events))
    (receipt,) = [event for event in stage.hub.events if isinstance(event, ReceiptArrived)]
    assert receipt.state is ReceiptState.FAILED
    assert receipt.correlation == "dlv_01J8ZK3Q"
    assert receipt.external_id == sending.outcome.external_id


@on("email")
async def test_whoever_answers_a_mail_has_got_it(stage: Any) -> None:
    stage.fault("accept_then_reset")
    assert isinstance((await stage.adapter.send(stage.outgoing("an answer"))).outcome, InDoubt)
    stage.world.faults.end_all()
    await stage.person_writes("Thank you!")
    await stage.received()
    (receipt,) = [event for event in stage.hub.events if isinstance(event, ReceiptArrived)]
    assert (receipt.state, receipt.correlation) == (ReceiptState.SENT, "dlv_01J8ZK3Q")


@on("email")
async def test_a_reply_by_mail_names_the_mail_that_it_answers(stage: Any) -> None:
    sending = await stage.adapter.send(stage.outgoing(".a dot begins this line\nand another follows"))
    assert ".a dot begins this line\nand another follows" in stage.reached()[0].text
    await stage.person_writes("Thank you!")
    (message,) = await stage.received()
    assert message.text == "Thank you!"
    assert message.reply_to == sending.outcome.external_id


@on("email")
async def test_a_repeated_mail_has_the_same_message_id(stage: Any) -> None:
    stage.fault("accept_then_reset")
    outgoing = stage.outgoing("an answer")
    await stage.adapter.send(outgoing)
    stage.world.faults.end_all()
    await stage.adapter.send(outgoing)
    first, second = stage.reached()
    assert first.details["message_id"] == second.details["message_id"]


@on("instagram", "whatsapp")
@pytest.mark.parametrize("kind", ["image", "story_reply", "like", "unsupported", "quick_reply"])
async def test_whatever_a_phone_can_send_is_a_message(stage: Any, kind: str) -> None:
    try:
        await stage.person_writes("words", kind=kind)
    except NotPossible:
        return
    (message,) = await stage.received()
    assert message.text or message.attachments
