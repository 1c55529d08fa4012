"""Observations of any channels in the order of their time, judged once a second as the radar at work does."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from holdfast.channels.contract import Capability
from holdfast.radar.balance import Balance
from holdfast.radar.evidence import SLOW_MS, ChannelFacts, Reader, counts
from holdfast.radar.incidents import Casebook, enter_all
from holdfast.radar.method import Method
from holdfast.radar.model import FAILING, Incident, IncidentState, Kind, Observation, Result, Verdict
from holdfast.radar.replay.buckets import as_failure, as_success, bucket
from holdfast.radar.replay.reading import (
    MILLISECONDS_FROM,
    BadLineError,
    Line,
    observation_of,
    time_of,
)
from holdfast.radar.replay.rhythms import Rhythms
from holdfast.radar.replay.routes import Routes, routes_of
from holdfast.radar.replay.writing import incident_line, verdict_line
from holdfast.radar.surroundings import Surroundings
from holdfast.radar.watch import Watch

SECOND_MS: Final = 1_000
LOOK_MS: Final = 10_000
"""While something is suspected or failing, it is judged at least this often."""
QUIET_MS_MAX: Final = 45 * 60 * 1000
"""So long after the newest observation nothing changes any more by time alone."""
LATE_LINES_MS_MAX: Final = 10 * 60 * 1000
"""Lines may come this much out of order."""
TOO_OLD: Final = f"more than {LATE_LINES_MS_MAX // 60_000} minutes older than the line before it"
AHEAD_MS_MAX: Final = 366 * 24 * 60 * 60 * 1000
"""A line further ahead of the others than this is taken for a mistake."""
CONTROLS_FRESH_MS: Final = 60_000
CHANNELS_MAX: Final = 10_000
KEPT_CLOSED: Final = 20
END_MS: Final = 60_000
NEVER: Final = 1 << 62

DOMAINS: Final = {
    "instagram": "meta",
    "messenger": "meta",
    "whatsapp": "meta",
    "facebook": "meta",
    "sms": "twilio",
    "direct": "own",
}
SILENCE_MS: Final = {"instagram": 15_000, "messenger": 15_000, "whatsapp": 15_000, "sms": 30_000}
OTHERS_SILENCE_MS: Final = 30_000

Found = dict[str, Any]


class Replay:
    """Takes lines in, gives findings out: changes of verdicts, and incidents. See docs/replay.md."""

    def __init__(
        self, method: Method, *, complain: Callable[[int, str], None], with_rhythm: bool = True
    ) -> None:
        self._watch = Watch(method)
        self._method = method
        self._complain = complain
        self._facts: dict[str, ChannelFacts] = {}
        self._routes: Routes = {}
        self._receiving: dict[str, tuple[Reader, Balance]] = {}
        self._rhythms = Rhythms(method.false_alarms_per_year) if with_rhythm else None
        self._now = self._tick = self._wake = self._looked_at = 0
        self._due = NEVER
        self._incidents: dict[str, Incident] = {}
        self._opened = 0
        self._told: dict[tuple[str, Capability], Verdict] = {}
        self._found: list[Found] = []
        self.iso = False

    # --- lines ------------------------------------------------------------------------------------

    def feed(self, number: int, lines: Iterable[Line]) -> list[Found]:  # noqa: C901, PLR0912 - hot: in one piece
        """Take in lines, the first of which has this number; what was found by them."""
        routes, restless, tick = self._routes, self._watch.restless, self._tick
        for here, line in enumerate(lines, start=number):
            at = line.time
            if type(at) is not int or at < MILLISECONDS_FROM:
                try:
                    at = self._time_of(line)
                except BadLineError as error:
                    self._complain(here, str(error))
                    continue
                if at is None:
                    continue
            if at >= tick:
                if at < self._wake and at - self._now < AHEAD_MS_MAX and not restless:
                    self._now = at
                    self._tick = tick = at - at % SECOND_MS + SECOND_MS
                elif self._turn(at, here):
                    tick = self._tick
                else:
                    continue
            elif at < self._now - LATE_LINES_MS_MAX:
                self._complain(here, TOO_OLD)
                continue
            # The plain success, which nearly every line is, is weighed without ado.
            if line.outcome == "ok":
                route = routes.get((line.channel, line.kind, line.capability))
                if (
                    route is not None
                    and line.count is None
                    and (line.latency_ms is None or line.latency_ms < SLOW_MS)
                    and route.takes(line, at)
                ):
                    continue
                if line.kind == "control" and line.capability is None:
                    self._watch.see_control(_answered(line, at))
                    continue
            elif line.outcome is None and line.id is not None and self._echo(line, at):
                continue
            self._slowly(line, at, here)
        found, self._found = self._found, []
        return found

    def end(self) -> list[Found]:
        """Everything was told: what the last lines, and the time after them, amount to."""
        if self._now:
            self._judge(self._now)
            self._rhythms = None  # that nothing more comes is the end of the file, not silence
            self._pass_time(self._now + END_MS)
        found, self._found = self._found, []
        return found

    def _time_of(self, line: Line) -> int | None:
        if not line.kind and line.channels is not None:
            self._learn_facts(line)
            return None
        if line.kind in ("facts", "channel"):
            self._learn_facts(line)
            return None
        given = line.time if line.time is not None else line.timestamp
        self.iso = self.iso or isinstance(given, str)
        return time_of(line)

    def _echo(self, line: Line, at: int) -> bool:
        """An echo as nearly all are: expected, and seen soon after. False for any other."""
        held = self._receiving.get(line.channel)
        if held is None or line.latency_ms is not None:
            return False
        reader, balance = held
        if line.kind == "echo_seen":
            return balance.calm and reader.hear_soon(str(line.id), at) and balance.good(at, strong=True)
        silence = reader.facts.silence_ms
        if line.kind != "echo_expected" or silence is None:
            return False
        reader.expect(str(line.id), at)
        if at + silence < self._due:
            self._due = at + silence
            self._wake = min(self._wake, self._due)
        return True

    def _slowly(self, line: Line, at: int, number: int) -> None:
        self._wake = 0
        try:
            self._take(line, at)
        except BadLineError as error:
            self._complain(number, str(error))

    def _take(self, line: Line, at: int) -> None:
        if line.kind in ("facts", "channel"):
            self._learn_facts(line)
            return
        seen = observation_of(line, at)
        if seen.kind is Kind.CONTROL:
            self._watch.see(_control(seen))
            return
        if not line.channel and not line.platform:
            raise BadLineError("no channel")
        if seen.kind is Kind.FEED:
            self._watch.see(_feed(seen, line))
            return
        if seen.kind in (Kind.REPORT, Kind.BUTTON, Kind.ALERT):
            self._hear(seen, line)
            return
        self._meet(line.channel or line.platform or "", line)
        if line.count is not None:
            self._count(seen, line)
            return
        self._see(seen)

    def _see(self, seen: Observation) -> None:
        self._watch.see(seen)
        if seen.kind is Kind.ARRIVAL and self._rhythms is not None:
            self._rhythms.arrived(seen.channel, seen.at, seen.latency_ms or 0)
        silence = self._watch.readers[seen.channel].facts.silence_ms
        if seen.kind is Kind.ECHO_EXPECTED and silence is not None:
            self._due = min(self._due, seen.at + silence)

    def _hear(self, seen: Observation, line: Line) -> None:
        if line.channel and ":" in line.channel and not line.channel.startswith("report:"):
            self._meet(line.channel, line)
        times = 1 if line.count is None else min(int(line.count), 50)
        for _ in range(times):
            self._watch.see(seen)

    def _count(self, seen: Observation, line: Line) -> None:
        """Many alike in a bucket of time: each part stands for its share of the time."""
        total, bucket_ms = line.count or 0.0, (line.bucket_seconds or 60.0) * 1000
        if total < 0 or bucket_ms <= 0:
            raise BadLineError("a count below nothing, or a bucket without length")
        if seen.kind is Kind.ARRIVAL and self._rhythms is not None:
            self._rhythms.arrived_many(seen.channel, seen.at, int(total), int(bucket_ms))
        if total == 0 or seen.kind not in (Kind.SEND, Kind.ARRIVAL, Kind.PROBE) or seen.capability is None:
            return
        failed = line.failed if line.failed is not None else (total if seen.result is Result.FAIL else 0.0)
        failed = min(max(failed, 0.0), total)
        fail = as_failure(seen, line)
        for part, of in ((total - failed, as_success(seen)), (failed, fail)):
            if part and counts(of):
                self._watch.weigh(
                    seen.channel, seen.capability, bucket(of, part, bucket_ms * part / total, seen.kind)
                )

    # --- channels ---------------------------------------------------------------------------------

    def _learn_facts(self, line: Line) -> None:
        named = line.channels or {}
        if line.channel:
            named[line.channel] = {
                "platform": line.platform,
                "failure_domain": line.failure_domain,
                "silence_after_send_ms": line.silence_after_send_ms,
            }
        for channel, facts in named.items():
            self._enter(channel, facts if isinstance(facts, dict) else {})

    def _meet(self, channel: str, line: Line) -> None:
        if channel in self._facts:
            return
        if len(self._facts) >= CHANNELS_MAX:
            raise BadLineError(f"more than {CHANNELS_MAX} channels")
        given = {"platform": line.platform, "failure_domain": line.failure_domain}
        self._enter(channel, {**given, "silence_after_send_ms": line.silence_after_send_ms})

    def _enter(self, channel: str, given: dict[str, Any]) -> None:
        platform = str(given.get("platform") or channel.split(":", maxsplit=1)[0])
        silence = given.get("silence_after_send_ms")
        self._facts[channel] = ChannelFacts(
            platform=platform,
            failure_domain=str(given.get("failure_domain") or DOMAINS.get(platform, platform)),
            silence_ms=int(silence) if silence is not None else SILENCE_MS.get(platform, OTHERS_SILENCE_MS),
        )
        self._watch.know(self._facts)
        self._learn_routes(channel)

    def _learn_routes(self, channel: str) -> None:
        """Where a plain success of each kind is weighed."""
        facts, reader = self._facts[channel], self._watch.readers[channel]
        balances = {each: self._watch.balances[channel, each] for each in Capability}
        self._receiving[channel] = reader, balances[Capability.RECEIVE]
        self._routes.update(
            routes_of(channel, facts, reader, balances, rhythms=self._rhythms, errors=self._watch.last_error)
        )

    # --- time -------------------------------------------------------------------------------------

    def _turn(self, at: int, number: int) -> bool:
        """A new second has begun: judge what came before it. False for a time that cannot be."""
        if self._now and at > self._now + AHEAD_MS_MAX:
            self._complain(number, "more than a year later than the line before it")
            return False
        if self._now and (at >= self._wake or self._watch.restless):
            self._refresh_due()
            if self._watch.restless or self._tick >= self._due:
                self._judge(self._tick)
            self._pass_time(min(at, self._now + QUIET_MS_MAX))
            self._wake = self._next_wake()
        self._now = at
        self._tick = (at // SECOND_MS + 1) * SECOND_MS
        return True

    def _refresh_due(self) -> None:
        """What was awaited may have come meanwhile."""
        due = self._watch.next_due() if self._due < NEVER else None
        self._due = due if due is not None else NEVER

    def _pass_time(self, until: int) -> None:
        """What time alone brings about, up to the next observation."""
        while True:
            due = self._next_look()
            if due is None or due >= until:
                break
            self._judge(due)
        if self._rhythms is not None and until >= self._rhythms.due:
            for at in self._rhythms.rounds(until):
                for seen in self._rhythms.look(at):
                    self._watch.see(seen)
                if self._watch.restless:
                    self._judge(at)

    def _next_wake(self) -> int:
        due = self._next_look()
        rhythm = self._rhythms.due if self._rhythms is not None else NEVER
        return min(due if due is not None else NEVER, rhythm)

    def _next_look(self) -> int | None:
        dues = [self._due] if self._due < NEVER else []
        if self._watch.restless:
            dues.append(self._looked_at + SECOND_MS)
        if self._watch.uneasy or self._is_open():
            dues.append(self._looked_at + (LOOK_MS if self._watch.uneasy else SECOND_MS))
        return max(min(dues), self._looked_at + 1) if dues else None

    def _is_open(self) -> bool:
        return any(each.state is not IncidentState.CLOSED for each in self._incidents.values())

    def _judge(self, now: int) -> None:
        self._looked_at = now
        self._watch.pass_time(now)
        due = self._watch.next_due()
        self._due = due if due is not None else NEVER
        around = self._look_around(now)
        changed = self._watch.judge(now, around.context)
        for verdict in changed:
            self._tell_verdict(verdict, now)
        if changed or self._is_open():
            self._keep_book(around, now)

    def _look_around(self, now: int) -> Surroundings:
        feeds = {facts.platform: self._watch.feed(facts.platform) for facts in self._facts.values()}
        return Surroundings(
            channels=self._facts,
            names=lambda channel: channel,
            verdicts=self._watch.verdicts,
            controls=self._watch.fresh_controls(now - CONTROLS_FRESH_MS),
            controls_answer_since=self._watch.controls_answer_since,
            feeds={platform: seen for platform, seen in feeds.items() if seen is not None},
            last_errors=self._watch.last_error,
            started_at=0,
        )

    def _tell_verdict(self, verdict: Verdict, now: int) -> None:
        key = (verdict.channel, verdict.capability)
        before = self._told.get(key) or Verdict(channel=key[0], capability=key[1])
        if (verdict.state, verdict.cause) == (before.state, before.cause):
            return
        self._told[key] = verdict
        self._found.append(verdict_line(verdict, before, now, iso=self.iso))

    def _keep_book(self, around: Surroundings, now: int) -> None:
        channels = {v.channel for v in self._watch.verdicts.values() if v.state in FAILING} | {
            part.channel for each in self._incidents.values() for part in each.components
        }
        if not channels:
            return
        casebook = Casebook(self._incidents.values(), now=now, new_id=self._new_id)
        verdicts = [self._watch.verdict(name, each) for name in sorted(channels) for each in Capability]
        for change in enter_all(casebook, verdicts, {name: around.face(name) for name in sorted(channels)}):
            self._incidents[change.incident.id] = change.incident
            self._found.append(incident_line(change, now, iso=self.iso))
        self._forget_old()

    def _forget_old(self) -> None:
        closed = [each for each in self._incidents.values() if each.state is IncidentState.CLOSED]
        for each in sorted(closed, key=lambda each: each.closed_at or 0)[:-KEPT_CLOSED]:
            del self._incidents[each.id]

    def _new_id(self) -> str:
        self._opened += 1
        return f"inc_{self._opened}"


def _control(seen: Observation) -> Observation:
    return Observation(
        channel="control", kind=seen.kind, at=seen.at, result=seen.result, detail=seen.detail or seen.channel
    )


def _answered(line: Line, at: int) -> Observation:
    return Observation(channel="control", kind=Kind.CONTROL, at=at, detail=line.detail or line.channel)


def _feed(seen: Observation, line: Line) -> Observation:
    named = (line.platform or line.channel).removeprefix("feed:")
    platform = named.split(":", maxsplit=1)[0]
    return Observation(
        channel=f"feed:{platform}", kind=seen.kind, at=seen.at, result=seen.result, detail=seen.detail
    )
