"""What is said reaches the devices that want it: once, late or not at all, as their members have it."""

from typing import Any

import msgspec
import pytest
from tests.unit.push.conftest import Bench

from holdfast.push import DeviceSettings, Keys, PushRefusedError, Quiet, Subscription
from holdfast.push.carrier import FAILING_MS_MAX

THREAD = "thr_1"


@pytest.fixture
async def pair(bench: Bench) -> Bench:
    for name in ("ann", "ben"):
        await bench.member(name, handle=name)
    await bench.group(THREAD, "ann", "ben", kind="pair")
    await bench.tick()
    return bench


async def settings(bench: Bench, session_id: str, **wanted: Any) -> None:
    await bench.devices.change(session_id, DeviceSettings(**wanted))


async def test_a_message_wakes_the_other_and_not_its_author(pair: Bench) -> None:
    await pair.says(THREAD, "ann", "Are you there?")
    await pair.tick()
    [notice] = await pair.shown("ses_ben")
    assert notice == {
        "tag": THREAD,
        "title": "Ann",
        "body": "Are you there?",
        "path": f"/chat/#/t/{THREAD}",
        "count": 1,
        "at": notice["at"],
    }
    assert await pair.shown("ses_ann") == []


async def test_a_message_is_told_once(pair: Bench) -> None:
    message_id = await pair.says(THREAD, "ann", "Once")
    await pair.tick()
    await pair.log(THREAD, message_id)  # it was edited
    await pair.tick(3_600)
    assert await pair.bodies("ses_ben") == ["Once"]


async def test_what_follows_at_once_is_one_notice(pair: Bench) -> None:
    for text in ("One", "Two", "Three"):
        await pair.says(THREAD, "ann", text)
    await pair.tick()
    [notice] = await pair.shown("ses_ben")
    assert (notice["body"], notice["count"]) == ("Three", 3)


async def test_every_device_is_told(pair: Bench) -> None:
    await pair.device("ben", "ses_phone")
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    assert await pair.bodies("ses_phone") == await pair.bodies("ses_ben") == ["Hello"]


async def test_a_device_whose_keys_are_lost_keeps_nobody_from_being_told_once(pair: Bench) -> None:
    await pair.device("ben", "ses_phone")
    await pair.run("UPDATE push_device SET sealed = 'lost' WHERE session_id = 'ses_ben'")
    await pair.says(THREAD, "ann", "Hello")
    for _ in range(3):
        await pair.tick()
    assert await pair.bodies("ses_phone") == ["Hello"]
    assert len(pair.line.calls) == 1


async def test_what_was_read_meanwhile_is_not_told(pair: Bench) -> None:
    await pair.says(THREAD, "ann", "Hello")
    await pair.run("UPDATE direct_participant SET seen = 1 WHERE member_id = 'ben'")
    await pair.tick()
    assert await pair.shown("ses_ben") == []


async def test_what_was_taken_back_is_not_told(pair: Bench) -> None:
    message_id = await pair.says(THREAD, "ann", "Oops")
    await pair.run("UPDATE direct_message SET unsent_at = 1, text = '' WHERE id = :id", id=message_id)
    await pair.tick()
    assert await pair.shown("ses_ben") == []


async def test_a_muted_thread_is_quiet(pair: Bench) -> None:
    await pair.run("UPDATE direct_participant SET muted_until = 9999999999999 WHERE member_id = 'ben'")
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    assert await pair.shown("ses_ben") == []


async def test_a_request_of_a_stranger_wakes_nobody(pair: Bench) -> None:
    await pair.run("UPDATE direct_participant SET state = 'request' WHERE member_id = 'ben'")
    await pair.says(THREAD, "ann", "Buy this")
    await pair.tick()
    assert await pair.shown("ses_ben") == []


async def test_what_only_its_author_may_see_wakes_nobody(pair: Bench) -> None:
    message_id = await pair.says(THREAD, "ann", "You blocked me?")
    await pair.run("UPDATE direct_message SET only_for = 'ann' WHERE id = :id", id=message_id)
    await pair.tick()
    assert await pair.shown("ses_ben") == []


async def test_whoever_has_a_page_in_front_is_told_when_they_look_away(pair: Bench) -> None:
    pair.here.add("ben")
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    assert await pair.shown("ses_ben") == []
    pair.here.clear()
    await pair.tick(20)
    assert await pair.bodies("ses_ben") == ["Hello"]


async def test_quiet_hours_put_a_notice_off(pair: Bench) -> None:
    await settings(pair, "ses_ben", quiet=Quiet("11:00", "13:00"))
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    assert await pair.shown("ses_ben") == []
    await pair.tick(3_600)
    assert await pair.bodies("ses_ben") == ["Hello"]


async def test_a_device_shows_no_words_where_it_wants_none(pair: Bench) -> None:
    await settings(pair, "ses_ben", previews=False)
    await pair.says(THREAD, "ann", "A secret")
    await pair.tick()
    assert await pair.bodies("ses_ben") == ["New message"]


async def test_of_a_group_a_device_may_want_only_what_names_its_member(pair: Bench) -> None:
    await pair.group("thr_2", "ann", "ben", title="Garden")
    await settings(pair, "ses_ben", level="direct")
    await pair.says("thr_2", "ann", "benches are @benjamin's")
    await pair.tick()
    assert await pair.shown("ses_ben") == []
    await pair.says("thr_2", "ann", "What do you say, @Ben?")
    await pair.tick()
    [notice] = await pair.shown("ses_ben")
    assert notice["title"] == "Ann · Garden"


async def test_hostile_words_are_short_plain_text(pair: Bench) -> None:
    await pair.says(THREAD, "ann", "<script>\n\x01" + "🙏" * 4_000)
    await pair.tick()
    [body] = await pair.bodies("ses_ben")
    assert body.startswith("<script>")
    assert len(body) <= 240


async def test_followers_are_told_of_a_post(pair: Bench) -> None:
    await settings(pair, "ses_ben", posts=True)
    await pair.publish(post_id="pst_1", title="Open on Sunday")
    await pair.tick()
    [notice] = await pair.shown("ses_ben")
    assert (notice["title"], notice["body"], notice["path"]) == ("The shop", "Open on Sunday", "/posts/pst_1")
    assert await pair.shown("ses_ann") == []


async def test_a_browser_that_is_gone_is_forgotten(pair: Bench) -> None:
    await pair.turn("ses_ben", gone=True)
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    assert pair.line.calls == [410]
    assert await pair.devices.settings("ses_ben") is None
    await pair.says(THREAD, "ann", "Hello again")
    await pair.tick()
    assert pair.line.calls == [410]


async def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(pair: Bench) -> None:
    fault = pair.fault("throttle")
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    await pair.says(THREAD, "ann", "Hello?")
    await pair.tick(4)
    assert pair.line.calls == [429]
    pair.line.world.faults.end(fault)
    await pair.tick(5)
    assert pair.line.calls == [429, 201]
    assert await pair.bodies("ses_ben") == ["Hello?"]


async def test_a_line_that_is_cut_costs_time_and_no_notice(pair: Bench) -> None:
    pair.line.is_cut = True
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    pair.line.is_cut = False
    await pair.tick(10)
    assert await pair.bodies("ses_ben") == ["Hello"]


async def test_a_notice_that_is_a_day_old_says_nothing_new(pair: Bench) -> None:
    pair.line.is_cut = True
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick(86_401)
    pair.line.is_cut = False
    await pair.tick(3_600)
    assert await pair.shown("ses_ben") == []


async def test_a_device_that_fails_for_a_week_is_forgotten(pair: Bench) -> None:
    pair.fault("server_error")
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    pair.clock.move(FAILING_MS_MAX / 1000)
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick(3_700)
    assert await pair.devices.settings("ses_ben") is None


async def test_what_a_kill_left_on_its_way_is_carried_again(pair: Bench) -> None:
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick(0)
    await pair.run("UPDATE push_notice SET state = 'sending'")
    await pair.database.write(pair.carrier.recover)
    await pair.tick()
    assert await pair.bodies("ses_ben") == ["Hello"]


async def test_what_is_said_while_a_notice_is_on_its_way_is_told_after_it(pair: Bench) -> None:
    await pair.says(THREAD, "ann", "One")
    await pair.tick(0)
    await pair.run("UPDATE push_notice SET state = 'sending'")
    await pair.says(THREAD, "ann", "Two")
    await pair.tick()
    [row] = await pair.rows("SELECT state FROM push_notice WHERE session_id = 'ses_ben'")
    assert row["state"] == "sending"


async def test_a_session_that_ends_takes_its_device_along(pair: Bench) -> None:
    await pair.run("DELETE FROM member_session WHERE id = 'ses_ben'")
    await pair.says(THREAD, "ann", "Hello")
    await pair.tick()
    assert pair.line.calls == []


async def test_a_browser_that_signs_in_again_has_one_device(pair: Bench) -> None:
    found = await pair.rows("SELECT sealed FROM push_device WHERE session_id = 'ses_ben'")
    subscription = Subscription("http://push.example/push/x", Keys(*_keys(found[0]["sealed"])))
    await pair.run(
        "INSERT INTO member_session (id, member_id, token_hash, created_at, seen_at) VALUES ('new', 'ann', 'n', 1, 1)"
    )
    for session_id, member_id in (("ses_ben", "ben"), ("new", "ann")):
        await pair.devices.subscribe(session_id=session_id, member_id=member_id, subscription=subscription)
    assert await pair.devices.settings("ses_ben") is None
    assert await pair.devices.settings("new") == DeviceSettings()


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "ftp://push.example/x",
        "https://push.example.evil.example/x",
        "https://evil.example/push.example",
        "https://user@push.example/x",
        "https://push.example/" + "x" * 3_000,
        "http://[::1/x",
    ],
)
async def test_only_known_push_services_are_called(pair: Bench, endpoint: str) -> None:
    found = await pair.rows("SELECT sealed FROM push_device WHERE session_id = 'ses_ben'")
    keys = Keys(*_keys(found[0]["sealed"]))
    with pytest.raises(PushRefusedError):
        await pair.devices.subscribe(
            session_id="ses_ben", member_id="ben", subscription=Subscription(endpoint, keys)
        )


def _keys(sealed: str) -> tuple[str, str]:
    found = msgspec.json.decode(bytes.fromhex(sealed), type=Subscription)
    return found.keys.p256dh, found.keys.auth
