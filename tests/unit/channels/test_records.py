"""What a platform's record says about a send whose answer was lost."""

import msgspec
import pytest

from holdfast.channels.contract import CannotTell, Evidence, FoundSent, NotSent, Outgoing, SentQuery
from holdfast.channels.instagram.adapter import message_body
from holdfast.channels.instagram.conversations import judge_record
from holdfast.channels.record import Listed, judge
from holdfast.channels.sms.log import judge_log

US, PERSON = "17841400000000001", "900100200300400"
STARTED = 1_790_000_000_500
SECOND = 1_790_000_000_000
"""What a platform that keeps whole seconds says of that moment."""


def line(
    key: str, at: int | None = SECOND, *, text: str | None = "an answer", ours: bool | None = True
) -> Listed:
    return Listed(key, at, ours, text)


def hidden(key: str, at: int | None = SECOND) -> Listed:
    return Listed(key, at)


def ask(*known: str) -> SentQuery:
    return SentQuery("dlv_1", PERSON, "an answer", STARTED, frozenset(known))


def found(*listed: Listed, anchors: str = "", known: str = "", complete: bool = False) -> Evidence:
    before = frozenset(anchors.split())
    return judge(listed, ask(*known.split(), *before), anchors=before, complete=complete)


def untold(evidence: Evidence) -> str:
    assert isinstance(evidence, CannotTell), evidence
    return evidence.reason


# --- with something known from before the send, clocks do not matter ---------------------------------


@pytest.mark.parametrize("off_by", [0, -7_200_000, 7_200_000])
def test_what_stands_before_a_message_from_before_the_send_is_ours_however_wrong_a_clock_is(
    off_by: int,
) -> None:
    listed = (line("m2", SECOND + 1_000 + off_by), line("m1", SECOND - 60_000 + off_by, ours=False))
    assert found(*listed, anchors="m1") == FoundSent("m2")


@pytest.mark.parametrize("off_by", [0, -7_200_000, 7_200_000])
def test_where_only_others_stand_before_it_ours_was_not_sent(off_by: int) -> None:
    others = (line("m3", SECOND + off_by, ours=False), line("m2", SECOND + off_by, text="other"))
    assert found(*others, line("m1", SECOND - 60_000 + off_by), anchors="m1") == NotSent()


def test_of_equal_words_the_oldest_unknown_one_is_ours() -> None:
    listed = (line("m3", SECOND + 9_000), line("m2"), line("m1", SECOND - 60_000, ours=False))
    assert found(*listed, anchors="m1") == FoundSent("m2")
    assert found(*listed, anchors="m1", known="m2") == FoundSent("m3")
    assert found(*listed, anchors="m1", known="m2 m3") == NotSent()


def test_two_of_the_same_second_may_stand_in_either_order() -> None:
    assert found(line("m1", text="Hi", ours=False), line("m2"), anchors="m1") == FoundSent("m2")
    old = line("m0", SECOND - 60_000)
    assert found(line("m1", text="Hi", ours=False), old, anchors="m1") == NotSent(), (
        "the same words, long ago"
    )


def test_a_list_that_lacks_what_was_there_before_proves_nothing() -> None:
    assert "does not reach back" in untold(found(line("m2", text="other"), anchors="m1"))
    assert "does not reach back" in untold(found(anchors="m1"))


def test_a_hidden_text_may_be_ours_and_a_known_one_is_not() -> None:
    listed = (line("m9", text="other"), hidden("m3"), hidden("m2"), hidden("m1", SECOND - 60_000))
    assert "hide their text (2)" in untold(found(*listed, anchors="m1"))
    assert found(*listed, anchors="m1", known="m2 m3") == NotSent()
    assert "hide their text (1)" in untold(
        found(line("m2", text=None), line("m1", SECOND - 9_000), anchors="m1")
    )


def test_a_platform_may_change_spaces_quotation_marks_and_capitals() -> None:
    query = SentQuery("dlv_1", PERSON, "It\u2019s  open \u2013 come!", STARTED, frozenset({"m1"}))
    listed = [line("m2", text="It's open - come!"), line("m1", SECOND - 60_000, text="Hi", ours=False)]
    assert judge(listed, query, anchors=frozenset({"m1"}), complete=False) == FoundSent("m2")


# --- without, times decide ---------------------------------------------------------------------------


def test_a_message_made_in_the_same_second_counts_though_the_record_rounds_down() -> None:
    assert found(line("m1")) == FoundSent("m1")


def test_a_first_message_needs_a_list_that_is_complete_or_reaches_back() -> None:
    assert found(complete=True) == NotSent()
    assert "does not reach back" in untold(found())
    assert found(line("m1", SECOND - 60_000, text="other")) == NotSent()


def test_the_same_words_from_a_little_earlier_by_the_clocks_prove_nothing() -> None:
    assert "by the clocks" in untold(found(line("m1", SECOND - 600_000), complete=True))
    assert found(line("m1", SECOND - 7_200_000), complete=True) == NotSent()


def test_a_line_without_a_time_may_be_ours() -> None:
    assert "hide their text" in untold(found(hidden("m1", None), complete=True))


# --- as the platforms tell it ------------------------------------------------------------------------


def test_instagram_tells_of_older_messages_by_their_ids_only() -> None:
    newest = [{"id": f"m{n}", "from": {"id": PERSON}, "message": "x"} for n in range(30, 10, -1)]
    older = [{"id": f"m{n}"} for n in range(10, 0, -1)]
    known = frozenset(f"m{n}" for n in range(1, 31))
    heard = SentQuery("dlv_1", PERSON, "an answer", STARTED, known, frozenset(), frozenset({"m5"}))
    assert judge_record(newest, older, heard, account_id=US) == NotSent()
    unknown = msgspec.structs.replace(heard, known=known - {"m7"})
    assert "hide their text (1)" in untold(judge_record(newest, older, unknown, account_id=US))
    assert isinstance(judge_record(newest, [], heard, account_id=US), CannotTell)


def test_twilio_writes_before_the_texts_of_an_account_on_trial_and_empties_what_is_redacted() -> None:
    made = {"sid": "SM2", "direction": "outbound-api", "date_created": "Mon, 21 Sep 2026 14:13:21 +0000"}
    trial = made | {"body": "Sent from your Twilio trial account - an answer"}
    assert judge_log([trial], ask()) == FoundSent("SM2")
    assert "hide their text" in untold(judge_log([made | {"body": ""}], ask()))
    assert judge_log([], ask()) == NotSent()


def test_the_tag_is_for_a_persons_words_after_the_first_window() -> None:
    late = Outgoing("dlv_1", PERSON, "hello", 1, window_open=False)
    assert message_body(late, "hello", human_agent=True)["tag"] == "HUMAN_AGENT"
    assert "tag" not in message_body(late, "hello", human_agent=False)
    machine = Outgoing("dlv_1", PERSON, "hello", 1, human=False, window_open=False)
    assert "tag" not in message_body(machine, "hello", human_agent=True)
    assert "tag" not in message_body(Outgoing("dlv_1", PERSON, "hello", 1), "hello", human_agent=True)
