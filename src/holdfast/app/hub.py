"""The composition root: the only place that knows every unit, and builds the hub from visible arguments."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from holdfast.alerts import AlertTeller, AppriseOut, targets_of
from holdfast.app.channel_set import ChannelSet
from holdfast.app.housekeeping import Housekeeping
from holdfast.app.loops import Loop, run_loops
from holdfast.app.nodes import Nodes
from holdfast.app.observing import Observing
from holdfast.app.private import make_private_folder
from holdfast.app.team_work import TeamWork, beside
from holdfast.app.vault import open_vault
from holdfast.channels.contract import (
    Adapter,
    Capability,
    UnreadableError,
)
from holdfast.channels.email import EmailAdapter
from holdfast.channels.transport import Transport
from holdfast.contacts import ContactBook
from holdfast.conversations import Applier, Conversations, HistoryReader, MailReader
from holdfast.conversations.store import read_cursor
from holdfast.conversations.volume import messages_by_hour
from holdfast.figures import FigureKeeper, Figures
from holdfast.incidents import Drafter, IncidentDesk, Rule
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.media import Media, MediaUses, Shelf
from holdfast.members.aliases import aliases_of
from holdfast.outbox import ChannelFact, Outbox
from holdfast.playbooks import PlaybookFile, PlaybookRunner, StepDesk, Surroundings
from holdfast.portal.talks import SOURCE as MEMBERS
from holdfast.portal.talks import apply_members
from holdfast.radar import Radar
from holdfast.radar.reports import Reports
from holdfast.radar.round_trips import Marks, RoundTrips
from holdfast.settings import Settings
from holdfast.storage import (
    Database,
    Envelope,
    EventLog,
    PostgresDatabase,
    Spool,
    StoreUnavailableError,
    migrate,
    open_database,
)

CHANNELS_SECONDS: Final = 2.0
PREPARE_AGAIN_SECONDS: Final = 2.0


class Hub:
    """Every unit of one business, wired together; ``open`` makes it, ``run`` runs it."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        spool: Spool,
        transport: Transport,
        clock: Clock,
        random: Random,
        node: str,
    ) -> None:
        """``spool`` bears a name where several nodes share the store."""
        self.settings = settings
        self.database = database
        self.spool = spool
        self.clock = clock
        self._transport = transport
        self._housekeeping = Housekeeping(
            database=database,
            spool=spool,
            clock=clock,
            settings=settings.retention,
            data_dir=settings.hub.data_dir,
        )
        self.ids = IdSource(clock, random)
        self.events = EventLog(database, clock)
        vault = open_vault(settings.hub.data_dir, settings.hub.key)
        self.channels = ChannelSet(
            settings=settings,
            database=database,
            vault=vault,
            transport=transport,
            clock=clock,
        )
        self.conversations = Conversations(
            database=database,
            events=self.events,
            clock=clock,
            ids=self.ids,
            beside=beside(),
        )
        self.radar = Radar(
            database=database,
            events=self.events,
            clock=clock,
            ids=self.ids,
            channels=self.channels.adapters,
            names=self.channels.name_of,
            transport=transport,
            settings=settings.radar,
            may_write=self._may_begin,
            past=self._messages_by_hour,
        )
        self.reports = Reports(
            database=database,
            clock=clock,
            ids=self.ids,
            random=random,
            hand=self.radar.hand,
            channels=self.channels.adapters,
        )
        self.round_trips = RoundTrips(
            database=database,
            clock=clock,
            ids=self.ids,
            channels=self.channels.adapters,
            ways=self.channels.round_trip_ways,
            verdict=self.radar.verdict,
            marks=Marks(vault.derived("round trips")),
            may_begin=self._may_begin,
            told=self.radar.wake,
        )
        self.outbox = Outbox(
            database=database,
            events=self.events,
            clock=clock,
            ids=self.ids,
            random=random,
            channels=self.channels.adapters,
            facts=self.facts,
            settings=settings.outbox,
            node=node,
            may_begin=self._may_begin,
        )
        self.shelf = Shelf(settings.media.folder or settings.hub.data_dir / "media")
        self.media = Media(
            database=database,
            clock=clock,
            random_bytes=random.randbytes,
            shelf=self.shelf,
            settings=settings.media,
        )
        self.team = TeamWork(
            database=database,
            events=self.events,
            clock=clock,
            ids=self.ids,
            outbox=self.outbox,
            facts=self.facts,
            undo_seconds=settings.outbox.undo_seconds,
            business=settings.hub.name,
        )
        self.book = ContactBook(
            database=database, events=self.events, clock=clock, ids=self.ids, facts=self.facts
        )
        self.nodes: Nodes | None = None
        if spool.name:
            self.nodes = Nodes(
                database=database,
                clock=clock,
                node=node,
                url=settings.public_url,
                free_lanes=self.outbox.rescuer.free_lanes,
            )
        observing = Observing(database=database, clock=clock, radar=self.radar)
        self.applier = Applier(
            spool=spool,
            database=database,
            events=self.events,
            clock=clock,
            ids=self.ids,
            channels=self.channels.adapters,
            settlement=self.outbox.settle,
            observe=observing.arrival,
            aside=self.round_trips,
            others={MEMBERS: apply_members},
            who_became_whom=aliases_of,
            files=MediaUses(),
        )
        self.history = HistoryReader(
            database=database,
            spool=spool,
            clock=clock,
            channels=self.channels.adapters,
            on_gap=observing.gap,
            ours=self._is_of_a_round_trip,
            every_seconds=settings.radar.history_seconds,
        )
        self.mail = MailReader(database=database, spool=spool, clock=clock, mailboxes=self._mailboxes)
        self.incident_desk = IncidentDesk(database=database, events=self.events, clock=clock, ids=self.ids)
        self.playbook = PlaybookFile(settings.playbook.file or settings.hub.data_dir / "playbook.toml")
        self.figures = Figures(database=database, clock=clock, place=self.channels.spoken_name)
        self.steps = StepDesk(
            database=database, events=self.events, clock=clock, ids=self.ids, playbook=self.playbook.read
        )
        self.applier.on_applied = self._applied
        if self.nodes is not None:
            spool.confirm = self.applier.confirm

    async def prepare(self) -> None:
        """Bring the schema up to date, connect the channels, take over what a kill left behind."""
        await migrate(self.database, now_ms=self.clock.now_ms())
        if await self.spool.begin_after(await self.database.read(read_cursor, self.spool.cursor_name)):
            get_log("hub").warning(
                "the spool is younger than the store: is its file another one, or an older copy?"
            )
        await self.channels.load()
        if self.nodes is None:
            await self.outbox.rescuer.take_over_all()
        else:
            await self.outbox.rescuer.take_over_own()
        if isinstance(self.database, PostgresDatabase):
            self.database.listen(self._hear)

    async def prepare_once_it_answers(self) -> None:
        """Prepare as soon as the shared store is there; arrivals are kept in the spool meanwhile."""
        while True:
            try:
                await self.prepare()
            except StoreUnavailableError as error:
                get_log("hub").warning("the database does not answer, arrivals are kept", error=str(error))
                await self.clock.sleep(PREPARE_AGAIN_SECONDS)
            else:
                return

    def loops(self, surroundings: Surroundings) -> dict[str, Loop]:
        """Everything that runs for as long as the hub does, by name."""
        playbooks = PlaybookRunner(
            database=self.database,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            outbox=self.outbox,
            playbook=self.playbook.read,
            surroundings=surroundings,
        )
        drafter = Drafter(
            database=self.database,
            events=self.events,
            clock=self.clock,
            rule=self._publish_rule,
            other_ways=surroundings.other_ways,
        )
        teller = AlertTeller(
            database=self.database,
            events=self.events,
            clock=self.clock,
            way=AppriseOut(inside_allowed=self.settings.alerts.inside_allowed),
            targets=targets_of(self.settings.alerts.urls),
            give_up_ms=int(self.settings.alerts.give_up_hours * 3_600_000),
            business=self.settings.hub.name,
            url=self.settings.public_url,
        )
        everywhere = {
            "applier": self.applier.run,
            "dispatcher": self.outbox.dispatcher.run,
            "rescuer": self.outbox.rescuer.run,
            "channels": self._watch_channels,
            "spool": self._housekeeping.keep_spool,
        }
        watch = {
            "reconciler": self.outbox.reconciler.run,
            "reactions": self.outbox.reactions.run,
            "history": self.history.run,
            "mail": self.mail.run,
            "radar": self.radar.run,
            "reports": self.reports.run,
            "round_trips": self.round_trips.run,
            "playbooks": playbooks.run,
            "drafts": drafter.run,
            "alerts": teller.run,
            "media": self.media.run,
            "figures": FigureKeeper(database=self.database, clock=self.clock).run,
            **self.team.loops(),
            "housekeeping": self._housekeeping.keep_house,
        }
        if self.nodes is None:
            return {**everywhere, **watch}
        resting = {"verdicts": self.radar.follow}
        return {
            **everywhere,
            "nodes": self.nodes.run,
            "watch": partial(self.nodes.while_watching, watch),
            "rest": partial(self.nodes.while_resting, resting),
        }

    async def run(self, surroundings: Surroundings, more: Mapping[str, Loop] | None = None) -> None:
        await run_loops({**self.loops(surroundings), **(more or {})}, self.clock)

    async def leave(self) -> None:
        """Tell other nodes that this one stops; without it they find out by its silence."""
        if self.nodes is not None:
            with suppress(StoreUnavailableError):
                await self.nodes.leave()

    async def close(self) -> None:
        await self.channels.close()
        await self._transport.close()
        await self.spool.close()
        await self.database.close()

    def facts(self) -> Mapping[str, ChannelFact]:
        """What routing needs to know of every channel, now."""
        return {name: self._fact(name, adapter) for name, adapter in self.channels.adapters().items()}

    def _fact(self, name: str, adapter: Adapter) -> ChannelFact:
        settings = self.channels.settings_of(name)
        verdict = self.radar.verdict(name, Capability.SEND)
        return ChannelFact(
            channel=name,
            platform=adapter.platform,
            name=self.channels.spoken_name(name),
            domain=adapter.failure_domain,
            limits=adapter.limits,
            health=verdict.state.value,
            fails_only_in=verdict.score.region,
            doubt_policy=settings.in_doubt,
            late_ms=int(settings.late_acceptance_seconds * 1000),
            resend_after_ms=int(settings.resend_after_seconds * 1000),
            doubt_holds_ms=int(settings.doubt_holds_seconds * 1000),
        )

    def _mailboxes(self) -> Mapping[str, EmailAdapter]:
        return {
            name: adapter
            for name, adapter in self.channels.adapters().items()
            if isinstance(adapter, EmailAdapter)
        }

    def _publish_rule(self) -> Rule:
        publish = self.playbook.read().publish
        policy = publish.policy if publish.enabled else "off"
        return Rule(policy, int(publish.after_minutes * 60_000))

    def _may_begin(self) -> bool:
        return self.nodes is None or self.nodes.is_fresh()

    def _hear(self) -> None:
        """Another node has committed something."""
        self.events.wake()
        self.outbox.dispatcher.wake()

    def _applied(self) -> None:
        self.radar.wake()
        self.outbox.dispatcher.wake()

    async def _messages_by_hour(self, channel: str, since: int) -> Sequence[tuple[int, int]]:
        return await self.database.read(messages_by_hour, channel, since)

    def _is_of_a_round_trip(self, channel: str, body: bytes) -> bool:
        now = self.clock.now_ms()
        told = Envelope(seq=0, channel=channel, source="history", received_at=now, body=body, headers={})
        try:
            events = self.channels.adapters()[channel].parse(told)
        except UnreadableError:
            return False  # whoever applies it says so
        return any(self.round_trips.owns(event) for event in events)

    async def _watch_channels(self) -> None:
        """Take up channels that another process has stored."""
        while True:
            await self.clock.sleep(CHANNELS_SECONDS)
            await self.channels.load()


def open_store(settings: Settings) -> Database:
    address = settings.hub.database
    return open_database(address.reveal() if address else "", settings.hub.data_dir)


def open_hub(settings: Settings, *, clock: Clock, random: Random, transport: Transport, node: str) -> Hub:
    """The hub on the store that its settings name, with its spool in its own data directory."""
    data_dir: Path = settings.hub.data_dir
    make_private_folder(data_dir)
    name = node if settings.hub.database else ""
    return Hub(
        settings=settings,
        database=open_store(settings),
        spool=Spool(data_dir / "spool.db", name=name),
        transport=transport,
        clock=clock,
        random=random,
        node=node,
    )
