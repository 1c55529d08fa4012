"""The inbox stays small, however many pages the console has."""

from bench.console import weigh

INBOX_BYTES_MAX = 150_000


def test_the_inbox_asks_for_little_script() -> None:
    inbox, everything = weigh()
    assert 0 < inbox < INBOX_BYTES_MAX
    assert inbox < everything, "pages beside the inbox are fetched when somebody goes there"
