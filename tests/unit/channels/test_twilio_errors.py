"""Twilio's error table."""

import json

import pytest

from holdfast.channels.contract import Deferred, ErrorClass, InDoubt, Rejected
from holdfast.channels.sms.client import read_object
from holdfast.channels.sms.errors import classify
from holdfast.channels.transport import HttpAnswer


@pytest.mark.parametrize(
    ("status", "code", "kind", "expected"),
    [
        (400, 21211, Rejected, ErrorClass.RECIPIENT),
        (400, 21610, Rejected, ErrorClass.OPTED_OUT),
        (400, 21617, Rejected, ErrorClass.MESSAGE),
        (403, 21408, Rejected, ErrorClass.PERMISSION),
        (400, 21606, Deferred, ErrorClass.ACCOUNT),
        (400, 21611, Deferred, ErrorClass.THROTTLED),
        (401, 20003, Deferred, ErrorClass.TOKEN),
        (403, 0, Deferred, ErrorClass.TOKEN),
        (429, 20429, Deferred, ErrorClass.THROTTLED),
        (500, 20500, InDoubt, ErrorClass.PLATFORM),
        (503, 20503, InDoubt, ErrorClass.PLATFORM),
        (400, 99999, Deferred, ErrorClass.PLATFORM),
    ],
)
def test_codes(status: int, code: int, kind: type, expected: ErrorClass) -> None:
    answer = HttpAnswer(status, {}, json.dumps({"code": code, "message": "words"}).encode())
    outcome = classify(answer, read_object(answer))
    assert isinstance(outcome, kind)
    assert outcome.error_class is expected


@pytest.mark.parametrize("status", [200, 201, 408, 500, 502, 504])
def test_an_answer_that_cannot_be_read_ends_in_doubt(status: int) -> None:
    answer = HttpAnswer(status, {}, b"<html>")
    assert isinstance(classify(answer, read_object(answer)), InDoubt)
