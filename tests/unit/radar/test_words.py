import pytest

from holdfast.channels.contract import Capability
from holdfast.radar import Cause, State, Verdict
from holdfast.radar.evidence import Context, Sign
from holdfast.radar.model import Score
from holdfast.radar.titles import incident_title, place_name
from holdfast.radar.words import evidence_sentences


@pytest.mark.parametrize(
    ("platform", "channel", "place"),
    [
        ("instagram", "", "Instagram"),
        ("instagram", "Studio", "Instagram (Studio)"),
        ("instagram", "Instagram (Studio)", "Instagram (Studio)"),
        ("carrier-pigeon", "", "carrier-pigeon"),
    ],
)
def test_places(platform: str, channel: str, place: str) -> None:
    assert place_name(platform, channel) == place


def test_titles_begin_like_a_sentence() -> None:
    down = Verdict(channel="email:shop", capability=Capability.SEND, state=State.DOWN, cause=Cause.PLATFORM)
    assert incident_title(down, "email") == "Email is not accepting messages"


@pytest.mark.parametrize(
    ("cause", "title"),
    [
        (Cause.PLATFORM, "SMS is not accepting messages to India"),
        (Cause.ACCOUNT, "SMS is refusing our messages to India"),
        (Cause.TOKEN, "SMS refuses our sign-in"),
    ],
)
def test_a_country_that_fails_alone_is_named_in_the_title(cause: Cause, title: str) -> None:
    score = Score(region="IN")
    partial = Verdict(
        channel="sms:shop", capability=Capability.SEND, state=State.PARTIAL, cause=cause, score=score
    )
    assert incident_title(partial, "SMS") == title


def test_inside_addresses_are_not_shown() -> None:
    detail = "No connection: ClientConnectorError: Cannot connect to host 127.0.0.1:41321"
    signs = [Sign(at=n, good=False, error_class="network", detail=detail) for n in range(3)]
    down = Verdict(channel="instagram:shop", capability=Capability.SIGN_IN, state=State.DOWN)
    assert evidence_sentences(down, signs, Context()) == ("3 of the last 3 checks failed: No connection.",)


def test_ignorance_is_said() -> None:
    unknown = Verdict(channel="sms:shop", capability=Capability.RECEIVE)
    assert evidence_sentences(unknown, [], Context()) == (
        "There is no proof yet that it works, and none that it does not.",
    )


def test_long_and_broken_reasons_are_tamed() -> None:
    signs = [Sign(at=1, good=False, error_class="platform", detail="<b>\n\n" + "x" * 5000)]
    down = Verdict(channel="instagram:shop", capability=Capability.SIGN_IN, state=State.DOWN)
    [sentence] = evidence_sentences(down, signs, Context())
    assert "\n" not in sentence
    assert len(sentence) <= 201
