"""What a webhook's calls say about the settings, in sentences that name what to mend."""

import pytest

from holdfast.inbox import Calls, judge_calls

HOOK = "https://hub.example/hooks/instagram/shop"


def said(platform: str, calls: Calls, changed_at: int = 100) -> dict[str, tuple[bool | None, str]]:
    findings = judge_calls(platform, calls, changed_at=changed_at, hook_url=HOOK)
    return {finding.step: (finding.ok, finding.setting) for finding in findings}


@pytest.mark.parametrize(
    ("calls", "handshake", "call"),
    [
        (Calls(), (None, ""), (None, "")),
        (Calls(asked_at=50, genuine_at=150), (True, ""), (True, "")),
        (Calls(asked_at=150, forged_at=200), (True, ""), (False, "app_secret")),
        (Calls(misasked_at=150), (False, "verify_token"), (None, "")),
        (Calls(misasked_at=150, asked_at=160), (True, ""), (None, "")),
        # What came before the settings were changed says nothing of those that stand there now.
        (Calls(misasked_at=90, forged_at=90), (None, ""), (None, "")),
        (Calls(genuine_at=90, forged_at=95, asked_at=50), (True, ""), (None, "")),
        (Calls(genuine_at=90, forged_at=150, asked_at=50), (True, ""), (False, "app_secret")),
        # Somebody who is only trying cannot make a channel that works look broken.
        (Calls(genuine_at=150, forged_at=160), (True, ""), (None, "app_secret")),
        (Calls(genuine_at=160, forged_at=150), (True, ""), (True, "")),
    ],
)
def test_each_course_of_calls_is_judged(
    calls: Calls, handshake: tuple[bool | None, str], call: tuple[bool | None, str]
) -> None:
    assert said("instagram", calls) == {"handshake": handshake, "call": call}


def test_platforms_without_a_handshake_or_a_webhook_are_not_asked_for_them() -> None:
    assert said("sms", Calls(forged_at=200)) == {"call": (False, "auth_token")}
    assert said("email", Calls()) == {}
    assert said("direct", Calls()) == {}


def test_a_wrong_secret_is_said_in_words_and_where_the_right_one_stands() -> None:
    [_, finding] = judge_calls("whatsapp", Calls(forged_at=200), changed_at=100, hook_url=HOOK)
    assert finding.detail.startswith("The signature of Meta's call does not match: the app secret here")
    assert "App settings, Basic" in finding.mend
    [waiting, _] = judge_calls("whatsapp", Calls(), changed_at=100, hook_url=HOOK)
    assert HOOK in waiting.mend
