from holdfast.status import Heartbeat

NOW = 1_790_000_000_000


def test_a_hub_is_silent_when_its_beat_stops() -> None:
    heartbeat = Heartbeat(10)

    assert heartbeat.silent_since(NOW, now_ms=NOW, monotonic=100.0) is None
    assert heartbeat.silent_since(NOW, now_ms=NOW + 9_000, monotonic=109.0) is None
    assert heartbeat.silent_since(NOW, now_ms=NOW + 11_000, monotonic=111.0) == NOW
    assert heartbeat.silent_since(NOW + 12_000, now_ms=NOW + 12_000, monotonic=112.0) is None


def test_a_hub_that_stopped_before_we_started_is_silent_at_once() -> None:
    assert Heartbeat(10).silent_since(NOW - 60_000, now_ms=NOW, monotonic=5.0) == NOW - 60_000


def test_a_clock_that_jumps_ahead_does_not_silence_a_beating_hub() -> None:
    heartbeat = Heartbeat(10)
    heartbeat.silent_since(NOW, now_ms=NOW, monotonic=100.0)

    assert heartbeat.silent_since(NOW, now_ms=NOW + 3_600_000, monotonic=101.0) is None


def test_a_clock_that_jumps_back_does_not_keep_a_dead_hub_alive() -> None:
    heartbeat = Heartbeat(10)
    heartbeat.silent_since(NOW, now_ms=NOW, monotonic=100.0)

    assert heartbeat.silent_since(NOW, now_ms=NOW - 3_600_000, monotonic=111.0) == NOW


def test_a_beat_from_the_future_is_believed_only_for_its_time() -> None:
    heartbeat = Heartbeat(10)

    assert heartbeat.silent_since(NOW + 3_600_000, now_ms=NOW, monotonic=100.0) is None
    assert heartbeat.silent_since(NOW + 3_600_000, now_ms=NOW, monotonic=111.0) == NOW + 3_600_000
