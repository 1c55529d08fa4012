"""What will befall a run: drawn from its seed before it starts, so that it can be printed and judged."""

import random
from dataclasses import dataclass
from typing import Final, Literal

from .blow import Blow, ClockJump, Kill, Misfortune, Poison, Stall, StoreTrouble
from .stumbles import BODIES, Stumble

PLATFORMS: Final = ("instagram", "whatsapp", "sms")
ACCOUNTS: Final = {"instagram": ("17841400000000001", "17841400000000002")}
SLOW_MS_MAX: Final = 12_000
"""A platform that acts on a request later than this after it was made cannot be told from one that will not."""
LEAD_IN_SECONDS: Final = 30.0
"""Time for a run to get going before the first misfortune."""

KILL_DELAYS: Final = {"send": 0.15, "webhook": 0.08, "answer": 0.004, "commit": 0.006}
"""How long after what the hub does it may be killed (s): as long as that takes."""

KILL_TURNS_MAX: Final = 60
IMPATIENT: Final = 0.7
"""In so many of the times in which a platform is slow the hub is killed meanwhile."""
STALL_SECONDS: Final = (3.0, 45.0)
"""Leases last 20 s: some of these outlast them."""
BACKLOG_LEAD_SECONDS: Final = 0.05
BACKLOG_SECONDS: Final = 0.4
REFUSALS: Final = 5
REFUSED_AFTER_SECONDS: Final = (0.01, 0.1)
REFUSED_SECONDS: Final = (0.001, 0.006)
SHORT_HOLDS_SECONDS: Final = (15.0, 30.0)
"""Longer than any platform takes to act: what is set aside earlier than that may arrive after what follows it."""
CLOCK_OFF_SECONDS: Final = (-120.0, -20.0, -2.0, 2.0, 20.0, 120.0)
POISONS: Final = (
    "",
    "{",
    "[]",
    "null",
    '{"object": "instagram", "entry": 5}',
    '{"object": "instagram", "entry": [{"id": 7, "time": "x", "messaging": [null, 3, {"message": {"mid": []}}]}]}',
    '{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": 5}]}]}',
    '{"object": "page", "entry": [{"messaging": [{"timestamp": 1e400}]}]}',
    "MessageSid=&From=%00&Body=%ff",
    "MessageSid=SMpoison&Body=x",
)
"""What bears a true signature and cannot be read; the last are of another platform's kind."""

Mood = Literal["calm", "outage", "storm"]
"""calm: kills and a slow store at most; outage: one total failure; storm: everything at once."""

UNANSWERED_KINDS: Final = ("slow", "accept_then_timeout", "accept_then_reset")
"""What was asked for is done, or will be, and no answer says so."""
REFUSAL_KINDS: Final = ("server_error", "html_error", "throttle", "token_error", "permission_error")
WEBHOOK_KINDS: Final = {
    "instagram": (
        *("webhooks_silent", "webhooks_delayed", "webhooks_duplicated", "webhooks_reordered"),
        *("webhooks_regrouped", "no_echo", "subscription_removed"),
    ),
    "whatsapp": (
        *("webhooks_silent", "webhooks_delayed", "webhooks_duplicated", "webhooks_reordered"),
        *("webhooks_regrouped", "subscription_removed"),
    ),
    "sms": ("webhooks_silent", "webhooks_delayed", "webhooks_duplicated", "webhooks_reordered"),
}
TOTAL_KINDS: Final = ("refused", "server_error", "webhooks_silent", "subscription_removed")


@dataclass(frozen=True, kw_only=True)
class Fate:
    seed: int
    mood: Mood
    people: int
    active_seconds: float
    """How long people write and things go wrong; afterwards everything works."""
    echo_timing: Literal["after", "before", "mixed"]
    commit_failures: float
    """The share of commits that fail for no reason."""
    misfortunes: tuple[Misfortune, ...] = ()
    kills: tuple[Kill, ...] = ()
    store_troubles: tuple[StoreTrouble, ...] = ()
    gap_seconds: float = 3.0
    """Mean time between two things that people write."""
    two_nodes: bool = False
    """Whether another node shares the store."""
    stalls: tuple[Stall, ...] = ()
    clock_jumps: tuple[ClockJump, ...] = ()
    poisons: tuple[Poison, ...] = ()
    stumbles: tuple[Stumble, ...] = ()
    holds_seconds: float = 900.0
    """How long what was written after a message in doubt waits for it."""
    stock: float = 0.15
    """The share of replies that are one of a few sentences, which nobody can tell apart."""

    def told(self) -> str:
        """The whole fate in a few lines, for whoever has to find out what went wrong."""
        head = (
            f"seed {self.seed}: {self.mood}, {self.people} people, {self.active_seconds:.0f} s, "
            f"echoes {self.echo_timing}, commits fail {self.commit_failures:.1%}"
            f"{', two nodes' if self.two_nodes else ''}"
        )
        blows = sorted(self.blows(), key=lambda blow: blow.at)
        return "\n".join([head, *(f"  {blow.at:6.1f} s {blow}" for blow in blows)])

    def blows(self) -> tuple[Blow, ...]:
        return (
            *self.misfortunes,
            *self.kills,
            *self.store_troubles,
            *self.stalls,
            *self.clock_jumps,
            *self.poisons,
            *self.stumbles,
        )


def draw_fate(seed: int, stretch: float = 1.0) -> Fate:
    """The fate of a seed; a storm lasts ``stretch`` times as long, with as many more blows."""
    chance = random.Random(f"fate {seed}")  # noqa: S311 - repeatable, not secret
    return _MOODS[seed % len(_MOODS)](seed, chance, stretch)


def _calm(seed: int, chance: random.Random, stretch: float) -> Fate:
    seconds = chance.uniform(40, 100) * stretch
    poisons = _poisons(chance, chance.choice((0, 1, 2)), seconds)
    return Fate(
        seed=seed,
        mood="calm",
        people=chance.randint(6, 12),
        active_seconds=seconds,
        echo_timing=chance.choice(("after", "before", "mixed")),
        commit_failures=0.0,
        kills=_kills(chance, chance.choice((0, 0, 1, 2)), seconds),
        store_troubles=tuple(map(_backlog, poisons)),
        poisons=poisons,
    )


def _outage(seed: int, chance: random.Random, stretch: float) -> Fate:
    """One total failure of more than a minute, and nothing else: it has to be known, and to concern nobody else."""
    del stretch  # a minute is what is to be judged
    platform = chance.choice(PLATFORMS)
    kinds = [k for k in TOTAL_KINDS if k in ("refused", "server_error") or k in WEBHOOK_KINDS[platform]]
    if platform != "instagram":
        kinds = [kind for kind in kinds if kind != "webhooks_silent"]
    kind = chance.choice(kinds)
    lasts = chance.uniform(62, 90)
    return Fate(
        seed=seed,
        mood="outage",
        people=chance.randint(6, 10),
        active_seconds=LEAD_IN_SECONDS + lasts + chance.uniform(5, 20),
        echo_timing=chance.choice(("after", "before", "mixed")),
        commit_failures=0.0,
        misfortunes=(
            Misfortune(
                at=LEAD_IN_SECONDS,
                seconds=lasts,
                platform=platform,
                kind=kind,
                capability=chance.choice(("send", "all")) if kind == "server_error" else "all",
            ),
        ),
        gap_seconds=1.5,
    )


def _storm(seed: int, chance: random.Random, stretch: float) -> Fate:
    seconds = chance.uniform(60, 130) * stretch
    two_nodes = chance.random() < 0.4
    poisons = _poisons(chance, chance.choice((0, 1, 2)), seconds)
    apart = random.Random(f"fate of units {seed}")  # noqa: S311 - repeatable, not secret
    indigestible = _indigestible(apart, apart.choice((0, 1, 2, 3)), seconds)
    return Fate(
        seed=seed,
        mood="storm",
        two_nodes=two_nodes,
        people=chance.randint(6, 12),
        active_seconds=seconds,
        echo_timing=chance.choice(("after", "before", "mixed")),
        commit_failures=chance.choice((0.0, 0.0, 0.002, 0.02)),
        misfortunes=(misfortunes := _misfortunes(chance, int(chance.randint(3, 10) * stretch), seconds)),
        kills=(
            *_kills(chance, int(chance.choice((0, 1, 2, 4, 8)) * stretch), seconds, two_nodes=two_nodes),
            *_kills_of_the_impatient(apart, misfortunes),
        ),
        store_troubles=(
            *_store_troubles(chance, int(chance.choice((0, 1, 2, 3)) * stretch), seconds),
            *map(_backlog, (*poisons, *indigestible)),
            *(_refusal(apart, each) for each in indigestible for _ in range(REFUSALS)),
        ),
        stumbles=_stumbles(apart, apart.choice((1, 3, 6)), seconds),
        holds_seconds=apart.choice((900.0, *SHORT_HOLDS_SECONDS)),
        stock=apart.choice((0.15, 0.5)),
        gap_seconds=chance.choice((0.4, 0.8, 2.0)),
        stalls=_stalls(
            chance,
            int(chance.choice((1, 2) if two_nodes else (0, 0, 1)) * stretch),
            seconds,
            two_nodes=two_nodes,
        ),
        clock_jumps=_clock_jumps(chance, chance.choice((0, 0, 0, 1)), seconds),
        poisons=(*poisons, *indigestible),
    )


def _misfortunes(chance: random.Random, count: int, until: float) -> tuple[Misfortune, ...]:
    blows = [_misfortune(chance, until) for _ in range(count)]
    unseen = [blow for blow in blows if blow.kind in UNANSWERED_KINDS and chance.choice((True, False))]
    return (*blows, *(_unseen(blow) for blow in unseen))


def _unseen(blow: Misfortune) -> Misfortune:
    """Neither answer nor webhook tells of what was sent: only the platform's record does."""
    return Misfortune(
        at=blow.at,
        seconds=blow.seconds,
        platform=blow.platform,
        kind="webhooks_silent",
        capability="receive",
        account=blow.account,
    )


def _misfortune(chance: random.Random, until: float) -> Misfortune:
    at, seconds = chance.uniform(10, until - 20), chance.uniform(4, 90)
    if chance.random() < 0.08:
        return Misfortune(at=at, seconds=seconds / 2, platform="uplink", kind="refused")
    platform = chance.choice(PLATFORMS)
    kinds = {
        UNANSWERED_KINDS: 5,
        REFUSAL_KINDS: 3,
        WEBHOOK_KINDS[platform]: 3,
        ("refused",): 1,
    }
    (family,) = chance.choices(list(kinds), list(kinds.values()))
    kind = chance.choice(family)
    if kind == "refused":
        return Misfortune(at=at, seconds=seconds, platform=platform, kind=kind)
    webhooks = kind in WEBHOOK_KINDS[platform]
    return Misfortune(
        at=at,
        seconds=seconds,
        platform=platform,
        kind=kind,
        capability="receive" if webhooks else chance.choice(("all", "send", "send", "send", "history")),
        account=chance.choice((None, *ACCOUNTS.get(platform, ()))),
        rate=1.0 if kind == "subscription_removed" else chance.choice((1.0, 0.7, 0.5, 0.3)),
        delay_ms=chance.choice((chance.randint(1_000, SLOW_MS_MAX), SLOW_MS_MAX)) if kind == "slow" else 0,
    )


def _kills(chance: random.Random, count: int, until: float, *, two_nodes: bool = False) -> tuple[Kill, ...]:
    return tuple(
        _kill(chance.uniform(5, until), chance.choice(tuple(KILL_DELAYS)), chance, two_nodes=two_nodes)
        for _ in range(count)
    )


def _kill(at: float, after: str, chance: random.Random, *, two_nodes: bool) -> Kill:
    by_turns = chance.random() < 0.6
    return Kill(
        at=at,
        after=after,
        delay=0.0 if by_turns else chance.uniform(0, KILL_DELAYS[after]),
        turns=chance.randint(0, KILL_TURNS_MAX) if by_turns else 0,
        away_seconds=chance.choice((0.1, 1.0, 4.0, 15.0)),
        again_after=chance.choice((None, None, chance.uniform(0, 0.03))),
        power=chance.random() < 0.5,
        node=int(two_nodes and chance.random() < 0.4),
    )


def _kills_of_the_impatient(chance: random.Random, misfortunes: tuple[Misfortune, ...]) -> tuple[Kill, ...]:
    """While a platform is at work on what the hub has asked of it; the hub is back before the platform has acted."""
    slow = [each for each in misfortunes if each.kind == "slow" and each.capability in {"all", "send"}]
    return tuple(
        Kill(
            at=chance.uniform(each.at, each.at + each.seconds / 2),
            after="send",
            delay=chance.uniform(0.1, 1.5),
            away_seconds=0.1,
        )
        for each in slow
        if chance.random() < IMPATIENT
    )


def _store_troubles(chance: random.Random, count: int, until: float) -> tuple[StoreTrouble, ...]:
    return tuple(
        StoreTrouble(
            at=chance.uniform(5, until),
            seconds=chance.uniform(0.5, 20),
            spool=chance.random() < 0.4,
            kind=chance.choice(("full", "away", "stalled")),
        )
        for _ in range(count)
    )


def _stalls(chance: random.Random, count: int, until: float, *, two_nodes: bool) -> tuple[Stall, ...]:
    return tuple(
        Stall(
            at=chance.uniform(10, until),
            after=chance.choice(("send", "commit")),
            turns=chance.randint(0, KILL_TURNS_MAX),
            seconds=chance.uniform(*STALL_SECONDS),
            node=chance.randint(0, 1) if two_nodes else 0,
        )
        for _ in range(count)
    )


def _clock_jumps(chance: random.Random, count: int, until: float) -> tuple[ClockJump, ...]:
    return tuple(
        ClockJump(
            at=chance.uniform(10, until),
            off_seconds=chance.choice(CLOCK_OFF_SECONDS),
            seconds=chance.uniform(5, 60),
        )
        for _ in range(count)
    )


def _poisons(chance: random.Random, count: int, until: float) -> tuple[Poison, ...]:
    return tuple(
        Poison(at=chance.uniform(5, until), platform=chance.choice(PLATFORMS), body=chance.choice(POISONS))
        for _ in range(count)
    )


def _backlog(poison: Poison) -> StoreTrouble:
    """What a poison comes into, so that it is read together with others."""
    return StoreTrouble(
        at=poison.at - BACKLOG_LEAD_SECONDS, seconds=BACKLOG_SECONDS, spool=False, kind="stalled"
    )


def _indigestible(chance: random.Random, count: int, until: float) -> tuple[Poison, ...]:
    places = [chance.choice(tuple(BODIES)) for _ in range(count)]
    return tuple(Poison(at=chance.uniform(5, until), platform=each, body=BODIES[each]) for each in places)


def _refusal(chance: random.Random, poison: Poison) -> StoreTrouble:
    """For a moment, while its backlog is applied one by one."""
    ends = poison.at - BACKLOG_LEAD_SECONDS + BACKLOG_SECONDS
    return StoreTrouble(
        at=ends + chance.uniform(*REFUSED_AFTER_SECONDS),
        seconds=chance.uniform(*REFUSED_SECONDS),
        spool=False,
        kind="full",
    )


def _stumbles(chance: random.Random, count: int, until: float) -> tuple[Stumble, ...]:
    return tuple(Stumble(at=chance.uniform(5, until), number=number) for number in range(count))


_MOODS: Final = (_calm, _storm, _outage, _storm, _storm, _outage)
"""By the seed's remainder, so that any few seeds in a row have all of them."""
