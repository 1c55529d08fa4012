"""A believable shop on a quiet afternoon, and the ways to trouble it."""

from collections.abc import Callable

import msgspec
import pytest

from holdfast.status import Component, IncidentUpdate, Page, PublicIncident, Snapshot, State, StatusPages

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
NOON = 1_793_016_000_000 // DAY_MS * DAY_MS + DAY_MS // 2

Render = Callable[..., dict[str, Page]]


@pytest.fixture
def now() -> int:
    return NOON


@pytest.fixture
def shop() -> Snapshot:
    return Snapshot(
        business="Kelp & Co",
        written_at=NOON,
        hub_started_at=NOON - DAY_MS,
        watched_since=NOON - 30 * DAY_MS,
        components=(
            _component("instagram:shop", "Instagram", "@kelp", "https://instagram.example/kelp"),
            _component("sms:shop", "SMS", "+31 97 010", "sms:+3197010"),
            _component("direct:web", "Web chat", "our web chat", "https://hub.example/chat/web"),
        ),
        chat_url="https://hub.example/chat/web",
    )


def _component(channel: str, label: str, address: str, link: str) -> Component:
    return Component(
        id=channel,
        platform=channel.split(":", maxsplit=1)[0],
        label=label,
        address=address,
        link=link,
        state=State.UP,
        sentence="Messages are getting through.",
    )


@pytest.fixture
def troubled(shop: Snapshot) -> Callable[..., Snapshot]:
    """The shop with Instagram in a state, and an incident where one is wanted."""

    def build(state: State, incident_state: str | None = None, **more: object) -> Snapshot:
        instagram = msgspec.structs.replace(shop.components[0], state=state, since=NOON - 12 * MINUTE_MS)
        incident = PublicIncident(
            id="inc_1",
            component="instagram:shop",
            label="Instagram",
            title="Instagram is not accepting messages",
            state=incident_state or "open",
            cause="platform",
            partial=state is State.PARTIAL,
            onset_at=NOON - 12 * MINUTE_MS,
            opened_at=NOON - 11 * MINUTE_MS,
            updates=(
                IncidentUpdate(id="upd_1", at=NOON - 11 * MINUTE_MS, kind="opened", text="5 of 5 failed."),
                IncidentUpdate(
                    id="upd_2", at=NOON - 3 * MINUTE_MS, kind="step", text="We hold your answers."
                ),
            ),
        )
        incident = msgspec.structs.replace(incident, **more)
        return msgspec.structs.replace(
            shop,
            components=(instagram, *shop.components[1:]),
            incidents=(incident,) if incident_state else (),
        )

    return build


@pytest.fixture
def render() -> Render:
    pages = StatusPages("https://status.example/")

    def at_noon(
        snapshot: Snapshot | None, silent_since: int | None = None, now: int = NOON
    ) -> dict[str, Page]:
        return pages.render(snapshot, hub_silent_since=silent_since, now=now)

    return at_noon
