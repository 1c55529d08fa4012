"""Which way a message goes: examples that people can read, and properties that hold for every person."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.channels.contract import Limits
from holdfast.outbox.candidates import window_closes_at
from holdfast.outbox.routing import (
    PLATFORM_ORDER,
    Candidate,
    choose_failover,
    choose_preferred,
    healthy,
    routes,
    usable,
)

NOW = 1_790_000_000_000
HOUR_MS = 3_600_000
DOMAINS = {"instagram": "meta", "whatsapp": "meta", "sms": "twilio", "email": "email", "direct": "own"}


def candidate(channel: str = "instagram:shop", **more: object) -> Candidate:
    platform = channel.split(":", maxsplit=1)[0]
    windowed = platform in {"instagram", "whatsapp"}
    known = Candidate(
        channel=channel,
        platform=platform,
        name=platform.title(),
        domain=DOMAINS[platform],
        address_id=f"adr_{channel}",
        address="ann",
        proof="wrote",
        consent="failover",
        last_in_at=NOW - HOUR_MS,
        has_window=windowed,
        window_closes_at=NOW + HOUR_MS if windowed else None,
        first_contact=not windowed,
        health="up",
    )
    return msgspec.structs.replace(known, **more)


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ({}, ""),
        ({"consent": "reply"}, ""),
        ({"consent": "opted_out"}, "asked not to be written to here"),
        ({"proof": None}, "not proven to be theirs"),
        ({"window_closes_at": NOW}, "the reply window has closed"),
        ({"window_closes_at": NOW + 1}, ""),
        ({"window_closes_at": 0}, "the person has to write here first"),
    ],
)
def test_an_address_with_a_window_may_be_written_to_while_it_is_open(
    given_: dict[str, object], reason: str
) -> None:
    assert usable(candidate("instagram:shop", **given_), NOW) == reason


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ({}, ""),
        ({"last_in_at": 0}, ""),
        ({"consent": "reply"}, ""),
        ({"consent": "reply", "last_in_at": 0}, "did not agree to be reached here"),
        ({"consent": "none", "last_in_at": 0}, "did not agree to be reached here"),
        ({"proof": None, "last_in_at": 0}, "not proven to be theirs"),
    ],
)
def test_an_address_without_a_window_needs_a_word_from_its_person(
    given_: dict[str, object], reason: str
) -> None:
    assert usable(candidate("sms:shop", **given_), NOW) == reason


def test_a_message_goes_where_the_person_wrote_last() -> None:
    older = candidate(last_in_at=NOW - 2 * HOUR_MS)
    newer = candidate("sms:shop", last_in_at=NOW - HOUR_MS)
    assert choose_preferred([older, newer], "auto", NOW) == newer
    closed = candidate("whatsapp:shop", last_in_at=NOW - 1, window_closes_at=NOW - 1)
    assert choose_preferred([older, newer, closed], "auto", NOW) == newer
    assert choose_preferred([closed], "auto", NOW) is None
    assert choose_preferred([], "auto", NOW) is None


def test_a_chosen_channel_is_taken_as_it_is() -> None:
    here, there = candidate(), candidate("sms:shop")
    assert choose_preferred([here, there], "sms:shop", NOW) == there
    assert choose_preferred([here, there], "only:sms:shop", NOW) == there
    assert choose_preferred([here], "sms:shop", NOW) is None


def test_a_failing_channel_is_left_for_another_failure_domain_first() -> None:
    failing, sibling, other = candidate(), candidate("whatsapp:shop"), candidate("email:shop")
    assert choose_failover([failing, sibling, other], failing, NOW) == other
    assert choose_failover([failing, sibling], failing, NOW) == sibling
    assert choose_failover([failing], failing, NOW) is None


def test_within_a_domain_the_given_order_decides() -> None:
    failing, sms, mail = candidate(), candidate("sms:shop"), candidate("email:shop")
    assert choose_failover([failing, mail, sms], failing, NOW) == sms
    assert choose_failover([failing, mail, sms], failing, NOW, ("email", "sms")) == mail
    direct = candidate("direct:web")
    assert choose_failover([failing, direct, sms], failing, NOW, ("direct",)) == direct


def test_routes_explain_themselves_and_the_recommended_one_stands_first() -> None:
    failing = candidate(health="down", last_in_at=NOW - 1)
    agreed = candidate("sms:shop", last_in_at=0)
    never = candidate("email:shop", consent="reply", last_in_at=0)
    shown = routes([never, failing, agreed], NOW)
    assert [(route.channel, route.usable, route.recommended) for route in shown] == [
        ("sms:shop", True, True),
        ("instagram:shop", True, False),
        ("email:shop", False, False),
    ]
    assert shown[0].why == "agreed to be reached here; Instagram is failing"
    assert "yours would be held" in shown[1].why
    assert shown[2].why == "did not agree to be reached here"
    [only] = routes([failing], NOW)
    assert only.recommended, "what is written is held rather than refused"


@pytest.mark.parametrize(
    ("limits", "last_in_at", "human", "closes"),
    [
        (Limits(text_max=10), 5, True, None),
        (Limits(text_max=10, reply_window_ms=100), 5, True, 105),
        (Limits(text_max=10, reply_window_ms=100), None, True, 0),
        (Limits(text_max=10, reply_window_ms=100, human_window_ms=700), 5, True, 705),
        (Limits(text_max=10, reply_window_ms=100, human_window_ms=700), 5, False, 105),
    ],
)
def test_a_window_counts_from_what_the_person_wrote(
    limits: Limits, last_in_at: int | None, closes: int | None, *, human: bool
) -> None:
    assert window_closes_at(limits, last_in_at, human=human) == closes


@st.composite
def people(draw: st.DrawFn) -> list[Candidate]:
    """Someone's addresses, one a channel, in every condition."""
    channels = draw(st.lists(st.sampled_from(sorted(DOMAINS)), unique=True, min_size=1))
    return [
        candidate(
            f"{platform}:shop",
            proof=draw(st.sampled_from([None, "wrote", "confirmed", "agent"])),
            consent=draw(st.sampled_from(["none", "reply", "failover", "opted_out"])),
            health=draw(st.sampled_from(["up", "unknown", "suspected", "partial", "down", "recovering"])),
            last_in_at=draw(st.sampled_from([0, NOW - 1, NOW - HOUR_MS])),
            window_closes_at=draw(st.sampled_from([0, NOW - 1, NOW + 1]))
            if platform in {"instagram", "whatsapp"}
            else None,
        )
        for platform in channels
    ]


@given(people(), st.permutations(PLATFORM_ORDER))
def test_nobody_is_reached_elsewhere_without_proof_consent_and_a_working_way(
    known: list[Candidate], order: list[str]
) -> None:
    failing = known[0]
    chosen = choose_failover(known, failing, NOW, order)
    fit = [
        each
        for each in known[1:]
        if each.proof is not None
        and each.consent == "failover"
        and each.health in {"up", "unknown"}
        and (each.window_closes_at is None or each.window_closes_at > NOW)
    ]
    if chosen is None:
        assert fit == []
        return
    assert chosen in fit
    if chosen.domain == failing.domain:
        assert all(each.domain == failing.domain for each in fit), "another domain was there"


@given(people())
def test_nobody_is_written_to_at_an_address_that_is_not_theirs_or_that_they_closed(
    known: list[Candidate],
) -> None:
    preferred = choose_preferred(known, "auto", NOW)
    assert preferred is None or (preferred.proof is not None and preferred.consent != "opted_out")
    for route in routes(known, NOW):
        if route.usable:
            [address] = [each for each in known if each.channel == route.channel]
            assert address.proof is not None
            assert address.consent != "opted_out"


@given(people())
def test_at_most_one_way_is_recommended_and_it_can_be_used(known: list[Candidate]) -> None:
    shown = routes(known, NOW)
    assert len(shown) == len(known)
    recommended = [route for route in shown if route.recommended]
    assert len(recommended) == (choose_preferred(known, "auto", NOW) is not None)
    for route in recommended:
        assert route.usable
        assert route == shown[0]
        [chosen] = [each for each in known if each.channel == route.channel]
        assert healthy(chosen) or choose_failover(known, chosen, NOW) is None
