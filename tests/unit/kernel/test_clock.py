"""The machine's time of day may be set at any moment; what rests on it must not jump."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel import SystemClock
from holdfast.kernel.clock import SLEW, STEP_MS

START_MS = 1_790_000_000_000
ROUNDED_MS = 2


class Machine:
    """A time of day that can be set, and seconds that pass whatever happens to it."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.off_ms = 0

    def wall_ms(self) -> int:
        return START_MS + round(self.seconds * 1000) + self.off_ms

    def steady(self) -> float:
        return self.seconds

    def clock(self) -> SystemClock:
        return SystemClock(self.wall_ms, self.steady)


jumps = st.lists(
    st.tuples(st.integers(-STEP_MS // 4, STEP_MS // 4), st.floats(0.001, 3_600)), min_size=1, max_size=8
)


def test_it_tells_the_machines_time() -> None:
    machine = Machine()
    clock = machine.clock()
    for seconds in (0.0, 0.001, 1.5, 86_400.0):
        machine.seconds += seconds
        assert abs(clock.now_ms() - machine.wall_ms()) <= 1


@given(jumps)
def test_it_never_goes_back_and_never_runs_much_faster_than_time_passes(
    steps: list[tuple[int, float]],
) -> None:
    machine = Machine()
    clock = machine.clock()
    for off_ms, seconds in steps:
        machine.off_ms += off_ms // len(steps)
        before = clock.now_ms()
        machine.seconds += seconds
        passed = clock.now_ms() - before
        assert seconds * 1000 * (1 - SLEW) - ROUNDED_MS <= passed <= seconds * 1000 * (1 + SLEW) + ROUNDED_MS


@given(st.integers(-STEP_MS + 1, STEP_MS - 1))
def test_it_catches_up_with_a_clock_that_was_set(off_ms: int) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.off_ms = off_ms
    for _ in range(100):
        machine.seconds += abs(off_ms) / 1000 / SLEW / 99
        clock.now_ms()
    assert abs(clock.now_ms() - machine.wall_ms()) <= ROUNDED_MS


def test_a_clock_that_had_never_been_set_is_believed_at_once() -> None:
    machine = Machine()
    machine.off_ms = -START_MS
    clock = machine.clock()
    assert clock.now_ms() < STEP_MS
    machine.off_ms = 0
    assert abs(clock.now_ms() - machine.wall_ms()) <= 1


def test_durations_do_not_follow_the_time_of_day() -> None:
    machine = Machine()
    clock = machine.clock()
    before = clock.monotonic()
    machine.off_ms = 120_000
    assert clock.monotonic() == before
