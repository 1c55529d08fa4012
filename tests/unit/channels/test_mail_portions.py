"""How much of a mailbox is in memory at once."""

import pytest

from holdfast.channels.email.mailbox import POLL_BYTES_MAX, fitting


@pytest.mark.parametrize(
    ("sizes", "taken"),
    [
        ([], 0),
        ([1, 2, 3], 3),
        ([POLL_BYTES_MAX, 1], 1),
        ([POLL_BYTES_MAX + 1, 1], 1),
        ([1, POLL_BYTES_MAX, 1], 1),
    ],
)
def test_the_first_mails_that_fit_are_read_and_at_least_one(sizes: list[int], taken: int) -> None:
    sized = list(enumerate(sizes, start=7))
    assert fitting(sized) == sized[:taken]
