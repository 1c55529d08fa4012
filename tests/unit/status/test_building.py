"""What of the radar's knowledge reaches the public, and in which words."""

import msgspec
import pytest

from holdfast.channels.contract import Capability
from holdfast.radar import Cause, Component, Incident, IncidentState, IncidentUpdate, UpdateKind, Verdict
from holdfast.radar import State as RadarState
from holdfast.status import Snapshot, State, UptimeDay, decode_snapshot, encode_snapshot
from holdfast.status.building import ChannelFace, Known, build_snapshot, worst

NOW = 1_793_016_000_000
DAY_MS = 24 * 60 * 60_000

FACES = (
    ChannelFace("instagram:shop", "instagram", "Kelp & Co", "@kelp", "https://instagram.example/kelp"),
    ChannelFace("email:shop", "email", "Kelp & Co", "hello@kelp.example"),
    ChannelFace("direct:web", "direct", "web", "", "https://hub.example/chat/web"),
)


def _verdict(channel: str, capability: Capability, state: RadarState, since: int = NOW) -> Verdict:
    return Verdict(channel=channel, capability=capability, state=state, since=since, evidence=("secret",))


def _incident(capability: Capability, state: IncidentState, closed_at: int | None = None) -> Incident:
    return Incident(
        id="inc_1",
        channel="instagram:shop",
        capabilities=(capability,),
        cause=Cause.PLATFORM,
        title="Instagram is not accepting messages",
        state=state,
        onset_at=NOW - 60_000,
        opened_at=NOW - 50_000,
        closed_at=closed_at,
        evidence=("secret",),
        components=(
            Component(
                channel="instagram:shop",
                capabilities=(capability,),
                cause=Cause.PLATFORM,
                cause_since=NOW,
                title="Instagram is not accepting messages",
                state=state,
                onset_at=NOW - 60_000,
                joined_at=NOW - 50_000,
                closed_at=closed_at,
            ),
        ),
        updates=(
            IncidentUpdate(id="u1", at=NOW, kind=UpdateKind.OPENED, text="It fails."),
            IncidentUpdate(id="u2", at=NOW, kind=UpdateKind.NOTE, text="secret", public=False),
        ),
    )


def _build(known: Known, faces: tuple[ChannelFace, ...] = FACES) -> Snapshot:
    return build_snapshot(known, faces, business="Kelp & Co", hub_started_at=NOW - DAY_MS, now=NOW)


def test_an_incident_keeps_the_addresses_of_those_that_go_on_in_it() -> None:
    kept = _incident(Capability.SEND, IncidentState.OPEN)
    into = {"inc_2": "inc_1", "inc_3": "inc_2", "inc_4": "inc_9"}
    merged = [msgspec.structs.replace(kept, id=name, merged_into=other) for name, other in into.items()]
    snapshot = _build(Known(incidents=[kept, *merged], watched_since=NOW))

    [shown] = snapshot.incidents
    assert (shown.id, shown.joined) == ("inc_1", ("inc_2", "inc_3"))


@pytest.mark.parametrize(
    ("send", "receive", "expected"),
    [
        (RadarState.UP, RadarState.UP, State.UP),
        (RadarState.UP, RadarState.UNKNOWN, State.UP),
        (RadarState.UNKNOWN, RadarState.UNKNOWN, State.UNKNOWN),
        (RadarState.RECOVERING, RadarState.UP, State.RECOVERING),
        (RadarState.SUSPECTED, RadarState.RECOVERING, State.SUSPECTED),
        (RadarState.PARTIAL, RadarState.DOWN, State.DOWN),
    ],
)
def test_a_channel_is_as_well_as_its_worst_capability(
    send: RadarState, receive: RadarState, expected: State
) -> None:
    verdicts = [_verdict("a:b", Capability.SEND, send), _verdict("a:b", Capability.RECEIVE, receive)]

    assert worst(verdicts)[0] is expected


def test_that_history_cannot_be_read_is_no_failure_for_a_customer() -> None:
    known = Known(
        verdicts=[
            _verdict("instagram:shop", Capability.HISTORY, RadarState.DOWN),
            _verdict("instagram:shop", Capability.SEND, RadarState.UP),
        ],
        incidents=[_incident(Capability.HISTORY, IncidentState.OPEN)],
        watched_since=NOW,
    )

    snapshot = _build(known)

    assert snapshot.components[0].state is State.UP
    assert snapshot.incidents == ()


def test_an_open_incident_gives_its_channel_the_sentence() -> None:
    known = Known(
        verdicts=[_verdict("instagram:shop", Capability.SEND, RadarState.DOWN, NOW - 60_000)],
        incidents=[_incident(Capability.SEND, IncidentState.OPEN)],
        watched_since=NOW,
    )

    component = _build(known).components[0]

    assert component.sentence == "Instagram is not accepting messages."
    assert (component.state, component.since) == (State.DOWN, NOW - 60_000)


def test_only_public_lines_leave_the_house() -> None:
    known = Known(
        verdicts=[_verdict("instagram:shop", Capability.SEND, RadarState.PARTIAL)],
        incidents=[_incident(Capability.SEND, IncidentState.OPEN)],
        watched_since=NOW,
    )

    snapshot = _build(known)

    assert b"secret" not in encode_snapshot(snapshot)
    assert [update.text for update in snapshot.incidents[0].updates] == ["It fails."]
    assert snapshot.incidents[0].partial


@pytest.mark.parametrize(("days", "kept"), [(1, 1), (89, 1), (91, 0)])
def test_incidents_that_are_over_stay_for_ninety_days(days: int, kept: int) -> None:
    over = _incident(Capability.SEND, IncidentState.CLOSED, closed_at=NOW - days * DAY_MS)

    assert len(_build(Known(incidents=[over], watched_since=0)).incidents) == kept


def test_our_own_chat_works_while_the_hub_does_and_others_are_not_known_without_a_verdict() -> None:
    snapshot = _build(Known(watched_since=NOW))

    assert [item.state for item in snapshot.components] == [State.UNKNOWN, State.UNKNOWN, State.UP]
    assert snapshot.chat_url == "https://hub.example/chat/web"


def test_two_accounts_on_one_platform_are_told_apart() -> None:
    twins = (FACES[0], ChannelFace("instagram:outlet", "instagram", "Outlet"))

    labels = [item.label for item in _build(Known(watched_since=NOW), twins).components]

    assert labels == ["Instagram (Kelp & Co)", "Instagram (Outlet)"]


def test_a_snapshot_survives_the_file() -> None:
    known = Known(
        verdicts=[_verdict("instagram:shop", Capability.SEND, RadarState.DOWN)],
        incidents=[_incident(Capability.SEND, IncidentState.OPEN)],
        uptime={"instagram:shop": (UptimeDay("2026-10-26", 60_000, 0),)},
        watched_since=NOW,
    )

    snapshot = _build(known)

    assert decode_snapshot(encode_snapshot(snapshot)) == snapshot
