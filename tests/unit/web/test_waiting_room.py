"""Nobody can take every seat of those who wait for news."""

from contextlib import ExitStack

from holdfast.web.waiting_room import WaitingRoom


def _seated(room: WaitingRoom, stack: ExitStack, visitors: list[str], address: str) -> list[bool]:
    return [stack.enter_context(room.seat(visitor, address)) for visitor in visitors]


def test_one_visitor_and_one_address_have_their_share() -> None:
    room = WaitingRoom(seats=10, of_address=4, of_visitor=2)
    with ExitStack() as stack:
        assert _seated(room, stack, ["a", "a", "a"], "203.0.113.1") == [True, True, False]
        assert _seated(room, stack, ["b", "c", "d"], "203.0.113.1") == [True, True, False]
        assert _seated(room, stack, ["d"], "203.0.113.2") == [True]


def test_all_seats_together_are_bounded_and_free_again_after_use() -> None:
    room = WaitingRoom(seats=2, of_address=9, of_visitor=9)
    for _ in range(3):
        with ExitStack() as stack:
            assert _seated(room, stack, ["a", "b", "c"], "203.0.113.1") == [True, True, False]
