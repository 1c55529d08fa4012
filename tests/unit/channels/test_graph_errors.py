"""The error tables of Instagram and WhatsApp: what may have taken effect is never called deferred."""

import json
from typing import Any

import pytest

from holdfast.channels.contract import Deferred, ErrorClass, InDoubt, Rejected, Scope, Throttle
from holdfast.channels.graph import GraphAnswer, read_answer
from holdfast.channels.instagram.errors import classify as instagram
from holdfast.channels.transport import HttpAnswer
from holdfast.channels.whatsapp.errors import classify as whatsapp


def answer(code: int, subcode: int = 0, *, status: int = 400, **more: Any) -> GraphAnswer:
    error = {"message": "words", "type": "OAuthException", "code": code, "error_subcode": subcode, **more}
    return read_answer(HttpAnswer(status, {}, json.dumps({"error": error}).encode()))


@pytest.mark.parametrize(
    ("code", "subcode", "status"),
    [
        (1, 0, 400),
        (1, 99, 500),
        (1, 1357046, 500),
        (2, 0, 500),
        (2, 1545133, 503),
        (2, 0, 400),
        (77777, 0, 500),
    ],
)
def test_faults_of_the_platform_end_in_doubt(code: int, subcode: int, status: int) -> None:
    assert isinstance(instagram(answer(code, subcode, status=status)), InDoubt)


@pytest.mark.parametrize(("code", "status"), [(2, 503), (1, 400), (77777, 500), (77777, 200)])
def test_a_fault_in_the_platforms_own_words_ends_the_call(code: int, status: int) -> None:
    for classify in (instagram, whatsapp):
        outcome = classify(answer(code, status=status))
        assert isinstance(outcome, InDoubt)
        assert outcome.over


@pytest.mark.parametrize("status", [502, 504, 503, 200])
def test_after_a_page_of_a_proxy_the_platform_may_still_be_at_work(status: int) -> None:
    outcome = instagram(read_answer(HttpAnswer(status, {}, b"<html>Bad gateway</html>")))
    assert isinstance(outcome, InDoubt)
    assert not outcome.over


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 200])
def test_an_answer_that_cannot_be_read_ends_in_doubt(status: int) -> None:
    for body in (b"<html>Sorry</html>", b"", b"[]"):
        assert isinstance(instagram(read_answer(HttpAnswer(status, {}, body))), InDoubt)


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80002, 341])
def test_throttling_holds_the_channel(code: int) -> None:
    outcome = instagram(answer(code))
    assert isinstance(outcome, Deferred)
    assert (outcome.error_class, outcome.scope) == (ErrorClass.THROTTLED, Scope.CHANNEL)


def test_a_bare_429_is_throttling_and_its_wait_is_obeyed() -> None:
    outcome = instagram(read_answer(HttpAnswer(429, {"retry-after": "30"}, b"slow down")))
    assert isinstance(outcome, Deferred)
    assert (outcome.error_class, outcome.wait_ms) == (ErrorClass.THROTTLED, 30_000)


@pytest.mark.parametrize(("code", "subcode"), [(190, 0), (190, 463), (102, 0), (190, 460)])
def test_a_dead_token_holds_the_channel(code: int, subcode: int) -> None:
    outcome = instagram(answer(code, subcode, status=401))
    assert isinstance(outcome, Deferred)
    assert (outcome.error_class, outcome.scope) == (ErrorClass.TOKEN, Scope.CHANNEL)


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (10, 2534022, ErrorClass.WINDOW),
        (10, 2018278, ErrorClass.WINDOW),
        (551, 1545041, ErrorClass.RECIPIENT),
        (200, 1545041, ErrorClass.RECIPIENT),
        (100, 2534014, ErrorClass.RECIPIENT),
        (100, 2534015, ErrorClass.MESSAGE),
        (100, 0, ErrorClass.MESSAGE),
    ],
)
def test_final_refusals(code: int, subcode: int, expected: ErrorClass) -> None:
    outcome = instagram(answer(code, subcode))
    assert isinstance(outcome, Rejected)
    assert outcome.error_class is expected


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (200, 2534041, ErrorClass.ACCOUNT),
        (10, 1893063, ErrorClass.ACCOUNT),
        (368, 0, ErrorClass.ACCOUNT),
        (10, 0, ErrorClass.PERMISSION),
        (230, 0, ErrorClass.PERMISSION),
    ],
)
def test_what_an_owner_must_mend_waits(code: int, subcode: int, expected: ErrorClass) -> None:
    outcome = instagram(answer(code, subcode, status=403))
    assert isinstance(outcome, Deferred)
    assert (outcome.error_class, outcome.scope) == (expected, Scope.CHANNEL)


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        (131047, Rejected, ErrorClass.WINDOW),
        (131026, Rejected, ErrorClass.RECIPIENT),
        (131050, Rejected, ErrorClass.OPTED_OUT),
        (131051, Rejected, ErrorClass.MESSAGE),
        (131000, InDoubt, ErrorClass.PLATFORM),
        (131016, InDoubt, ErrorClass.PLATFORM),
        (130429, Deferred, ErrorClass.THROTTLED),
        (131056, Deferred, ErrorClass.THROTTLED),
        (131031, Deferred, ErrorClass.ACCOUNT),
        (0, Deferred, ErrorClass.TOKEN),
    ],
)
def test_whatsapps_codes(code: int, kind: type, expected: ErrorClass) -> None:
    outcome = whatsapp(answer(code))
    assert isinstance(outcome, kind)
    assert outcome.error_class is expected


def test_the_limit_for_one_person_holds_only_their_lane() -> None:
    outcome = whatsapp(answer(131056))
    assert isinstance(outcome, Deferred)
    assert outcome.scope is Scope.LANE


def test_the_fullest_limit_counts() -> None:
    headers = {
        "x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":25}',
        "x-business-use-case-usage": '{"1":[{"type":"instagram","call_count":95,"total_cputime":20,'
        '"total_time":20,"estimated_time_to_regain_access":19}]}',
    }
    assert read_answer(HttpAnswer(200, headers, b"{}")).throttle == Throttle(used=0.95, wait_ms=1_140_000)


@pytest.mark.parametrize(
    "text", ["", "[", "[]", '{"a":5}', '{"a":[5]}', '{"call_count":"NaN"}', '{"call_count":NaN}']
)
def test_strange_usage_headers_do_no_harm(text: str) -> None:
    headers = {"x-app-usage": text, "x-business-use-case-usage": text}
    found = read_answer(HttpAnswer(200, headers, b"{}")).throttle
    assert found is None or found.used == 0
