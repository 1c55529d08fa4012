"""What a platform's record says about a send whose answer was lost."""

from typing import Any

from holdfast.channels.contract import CannotTell, FoundSent, NotSent, Outgoing, SentQuery
from holdfast.channels.instagram.adapter import message_body
from holdfast.channels.instagram.conversations import judge_record

US, PERSON = "17841400000000001", "900100200300400"
STARTED = 1_790_000_000_500


def message(key: str, seconds: int, *, text: str = "an answer", sender: str = US) -> dict[str, Any]:
    times = {0: "2026-09-21T14:13:20+0000", 9: "2026-09-21T14:13:29+0000", -60: "2026-09-21T14:12:20+0000"}
    return {"id": key, "created_time": times[seconds], "from": {"id": sender}, "message": text}


def query(*known: str) -> SentQuery:
    return SentQuery("dlv_1", PERSON, "an answer", STARTED, frozenset(known))


def test_a_message_made_in_the_same_second_counts_though_the_record_rounds_down() -> None:
    assert judge_record([message("m1", 0)], query(), account_id=US) == FoundSent("m1")


def test_of_equal_words_the_oldest_unknown_one_is_ours() -> None:
    record = [message("m2", 9), message("m1", 0)]
    assert judge_record(record, query(), account_id=US) == FoundSent("m1")
    assert judge_record(record, query("m1"), account_id=US) == FoundSent("m2")
    assert judge_record(record, query("m1", "m2"), account_id=US) == NotSent()


def test_earlier_words_other_words_and_the_persons_words_do_not_count() -> None:
    others = [message("m3", 9, sender=PERSON), message("m2", 9, text="other"), message("m1", -60)]
    assert judge_record(others, query(), account_id=US) == NotSent()


def test_a_record_full_of_newer_messages_proves_nothing() -> None:
    newer = [message(f"m{number}", 9, text="other") for number in range(20)]
    assert isinstance(judge_record(newer, query(), account_id=US), CannotTell)


def test_a_record_without_times_proves_nothing() -> None:
    assert isinstance(judge_record([{"id": "m1"}], query(), account_id=US), CannotTell)


def test_the_tag_is_for_a_persons_words_after_the_first_window() -> None:
    late = Outgoing("dlv_1", PERSON, "hello", 1, window_open=False)
    assert message_body(late, "hello", human_agent=True)["tag"] == "HUMAN_AGENT"
    assert "tag" not in message_body(late, "hello", human_agent=False)
    machine = Outgoing("dlv_1", PERSON, "hello", 1, human=False, window_open=False)
    assert "tag" not in message_body(machine, "hello", human_agent=True)
    assert "tag" not in message_body(Outgoing("dlv_1", PERSON, "hello", 1), "hello", human_agent=True)
