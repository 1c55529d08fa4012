"""Everything that the web serves from, handed in by the composition root."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
from prometheus_client import CollectorRegistry

from holdfast.automation import Rules
from holdfast.channels.contract import Adapter
from holdfast.contacts import ContactBook
from holdfast.contacts.campaigns import Campaigns
from holdfast.contacts.erasing import Erasing
from holdfast.contacts.reachability import Reachability
from holdfast.contacts.taking import Taking
from holdfast.conversations import Conversations
from holdfast.figures import Figures
from holdfast.figures.weekly import Weekly
from holdfast.inbox import Access, Finding
from holdfast.inbox.access import Agents, RandomBytes
from holdfast.inbox.first_run import FirstOwner
from holdfast.incidents import IncidentDesk
from holdfast.kernel import Clock, IdSource
from holdfast.media import Media, Shelf
from holdfast.members import MemberDesk, Members
from holdfast.outbox import Facts, Outbox
from holdfast.playbooks import StepDesk
from holdfast.portal.direct import Direct
from holdfast.posts.desk import PostDesk
from holdfast.push import Devices
from holdfast.radar import Radar
from holdfast.radar.reports import Reports
from holdfast.settings import Settings
from holdfast.status.subscribers import Subscriptions
from holdfast.status.tracker import Tracker
from holdfast.status.works import Maintenances
from holdfast.storage import Database, EventLog, Spool
from holdfast.targets import Targets
from holdfast.widget import Leads, Setups
from holdfast.work import Work
from holdfast.work.changing import Changes
from holdfast.work.writing import LaterReplies, WritingShelf


class ChannelFace(msgspec.Struct, frozen=True, kw_only=True):
    """A connected channel as people see it.

    ``webhook_url`` is set where the platform reaches the hook at another address than the hub's own.
    ``round_trip_with``: the channel to which it writes test messages, or nothing.
    """

    id: str
    platform: str
    name: str
    webhook_url: str = ""
    round_trip_with: str = ""


class PlaybookText(msgspec.Struct, frozen=True):
    text: str
    source: Literal["built-in", "edited"]


class PlaybookShelf(Protocol):
    async def get(self) -> PlaybookText: ...

    async def put(self, text: str, by: str) -> None:
        """Raises ValueError with a sentence that names the line."""
        ...


class NodeView(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the hub: when it was last seen (ms), whether it keeps the watch, how many lanes it works on."""

    name: str
    url: str
    started_at: int
    seen_at: int
    watches: bool
    lanes: int


class ChannelTakenError(ValueError):
    """A channel of this name is connected already."""


Source = Literal["file", "console"]


class KeptSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel was told, and where: in the configuration file, which the console cannot change, or in the console
    (``changed_at`` in ms). ``secrets`` are the names of those that are set; what they are is never shown.
    """

    source: Source
    changed_at: int
    settings: dict[str, Any]
    secrets: list[str]


class ChannelDesk(Protocol):
    async def add(self, channel_id: str, settings: dict[str, Any], by: str) -> None:
        """Connect a channel. Raises ChannelTakenError, ValueError with a sentence that names the field."""
        ...

    async def change(self, channel_id: str, settings: dict[str, Any], by: str) -> None:
        """Change some settings. Raises LookupError, ValueError with a sentence that names the field."""
        ...

    async def kept(self, channel_id: str) -> KeptSettings:
        """What it was told, without its secrets. Raises LookupError."""
        ...

    async def remove(self, channel_id: str, by: str) -> None:
        """Disconnect it. Raises LookupError, ValueError while messages wait to leave on it."""
        ...

    async def subscribe(self, channel_id: str, by: str) -> bool:
        """Ask the platform to deliver webhooks; whether it agreed. Raises LookupError."""
        ...

    async def check(self, channel_id: str) -> Sequence[Finding]:
        """Look at a channel now. Raises LookupError where there is none."""
        ...


@dataclass(frozen=True, kw_only=True)
class WebServices:
    """``built`` is the folder of the built pages; ``random_bytes`` is unpredictable, such as ``os.urandom``.

    ``reports`` and ``tracker``, what it shows at the moment: without them nobody can report anything; without
    ``member_desk`` there are guests alone.
    """

    settings: Settings
    database: Database
    events: EventLog
    spool: Spool
    clock: Clock
    ids: IdSource
    random_bytes: RandomBytes
    channels: Callable[[], Mapping[str, Adapter]]
    faces: Callable[[], Mapping[str, ChannelFace]]
    conversations: Conversations
    book: ContactBook
    work: Work
    writing: WritingShelf
    rules: Rules
    later: LaterReplies
    changes: Changes
    targets: Targets
    outbox: Outbox
    radar: Radar
    access: Access
    agents: Agents
    members: Members
    media: Media
    shelf: Shelf
    direct: Direct
    playbook: PlaybookShelf
    channel_desk: ChannelDesk
    incident_desk: IncidentDesk
    steps: StepDesk
    facts: Facts
    figures: Figures
    weekly: Weekly
    nodes: Callable[[], Awaitable[Sequence[NodeView]]]
    registry: CollectorRegistry
    built: Path
    reports: Reports | None = None
    tracker: Callable[[], Tracker] | None = None
    maintenances: Maintenances | None = None
    subscriptions: Subscriptions | None = None
    member_desk: MemberDesk | None = None
    posts: PostDesk | None = None
    push: Devices | None = None
    setups: Setups | None = None
    leads: Leads | None = None
    first_owner: FirstOwner | None = None
    alert_test: Callable[[], Awaitable[Sequence[str]]] | None = None
    erasing: Erasing | None = None
    taking: Taking | None = None
    reachability: Reachability | None = None
    campaigns: Campaigns | None = None

    def windows(self) -> Mapping[str, int | None]:
        """The reply window of each channel in ms, None where it has none."""
        return {name: adapter.limits.reply_window_ms for name, adapter in self.channels().items()}
