"""The radar's operating curve over invented years: false alarms, delays, causes, returns.

``python -m bench.radar [--years N]`` prints it; ``make bench ARGS="radar"`` is a short run of it.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from bench.figures import Sheet
from bench.place import Size
from bench.store import Stores
from holdfast.radar.labelled import KINDS, SHOPS, Outage, Shop, Years
from holdfast.radar.method import Method
from holdfast.radar.replay import Line, Replay

PIECE: Final = 5_000
AFTER_MS: Final = 30 * 60_000
"""What is told so long after an outage still belongs to it."""
RUNS: Final = (
    ("quiet, 5 a day", SHOPS["quiet"], tuple(KINDS)),
    ("1,000 a day", SHOPS["shop"], tuple(KINDS)),
    (
        "a message a minute",
        msgspec.structs.replace(SHOPS["steady"], a_day=1_900, growth_a_year=1.0),
        tuple(KINDS),
    ),
    ("two a minute", SHOPS["steady"], tuple(KINDS)),
)
CONFIRMED: Final = ("partial", "down")


class Case(msgspec.Struct):
    """What was told of one outage; times in seconds after its onset, ``after_sign`` after the first failure that
    showed it, ``back`` after its end.
    """

    kind: str
    suspected: float | None
    confirmed: float | None
    after_sign: float | None
    back: float | None
    cause_right: bool
    changes: int


class Outcome(msgspec.Struct):
    name: str
    years: float
    false_incidents: int
    lines: int
    cases: list[Case]


def run(name: str, shop: Shop, kinds: Sequence[str], *, years: float, seed: int) -> Outcome:
    made = Years(shop, years=years, seed=seed, kinds=kinds)
    found, lines = _replayed(made.lines())
    cases = [_case(outage, found) for outage in made.outages]
    false = sum(each.get("incident") == "opened" and not _explained(each, made.outages) for each in found)
    return Outcome(name, years, false, lines, cases)


def _replayed(lines: Iterator[Line]) -> tuple[list[dict[str, Any]], int]:
    replay = Replay(Method(), complain=print)
    found: list[dict[str, Any]] = []
    piece: list[Line] = []
    count = 0
    for line in lines:
        piece.append(line)
        if len(piece) >= PIECE:
            found.extend(replay.feed(count, piece))
            count += len(piece)
            piece = []
    found.extend(replay.feed(count, piece))
    found.extend(replay.end())
    return found, count + len(piece)


def _explained(incident: Mapping[str, Any], outages: Sequence[Outage]) -> bool:
    return any(each.onset <= incident["time"] < each.end + AFTER_MS for each in outages)


def _case(outage: Outage, found: Sequence[dict[str, Any]]) -> Case:
    effect = outage.effect
    ours = [
        each
        for each in found
        if "before" in each
        and each["capability"] == effect.capability.value
        and outage.onset <= each["time"] < outage.end + AFTER_MS
    ]
    causes = [
        each["cause"]
        for each in found
        if "incident" in each and each["cause"] and outage.onset <= each["time"] < outage.end
    ]
    ups = [each["time"] for each in ours if each["state"] == "up" and each["time"] >= outage.end]
    return Case(
        kind=outage.kind,
        suspected=_first(outage.onset, ours, ("suspected", *CONFIRMED)),
        confirmed=_first(outage.onset, ours, CONFIRMED),
        after_sign=_after_sign(ours),
        back=(ups[-1] - outage.end) / 1000 if ups else None,
        cause_right=not causes or causes[-1] == effect.cause.value,
        changes=_too_many(ours),
    )


def _first(onset: int, ours: Sequence[dict[str, Any]], states: Sequence[str]) -> float | None:
    times = [each["time"] for each in ours if each["state"] in states]
    return (times[0] - onset) / 1000 if times else None


def _after_sign(ours: Sequence[dict[str, Any]]) -> float | None:
    confirmed = [each for each in ours if each["state"] in CONFIRMED]
    return (confirmed[0]["time"] - confirmed[0]["since"]) / 1000 if confirmed else None


def _too_many(ours: Sequence[dict[str, Any]]) -> int:
    """Changes of state beyond suspected, failing, recovering, up."""
    states = [each["state"] for each in ours if each["state"] != each["before"]]
    return max(0, len(states) - len(dict.fromkeys(states)))


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    heads = ("cases", "missed", "p50", "p90", "max", "sign p50", "sign max", "back p50", "back p90")
    yield " " * 20 + "".join(f"{head:>10}" for head in heads)
    for outcome in outcomes:
        false = f"{outcome.false_incidents} false incidents in {outcome.years:g} years"
        yield f"{outcome.name}: {outcome.lines:,} lines, {false}"
        for kind in KINDS:
            cases = [case for case in outcome.cases if case.kind == kind]
            if cases:
                yield _row(kind, cases)
        yield _summary(outcome)


def _row(kind: str, cases: Sequence[Case]) -> str:
    delays = sorted(case.confirmed for case in cases if case.confirmed is not None)
    signs = sorted(case.after_sign for case in cases if case.after_sign is not None)
    backs = sorted(case.back for case in cases if case.back is not None)
    figures = [str(len(cases)), str(len(cases) - len(delays))]
    figures += [_at(delays, 0.5), _at(delays, 0.9), _at(delays, 1.0), _at(signs, 0.5), _at(signs, 1.0)]
    figures += [_at(backs, 0.5), _at(backs, 0.9)]
    return f"  {kind:18}" + "".join(f"{figure:>10}" for figure in figures)


def _summary(outcome: Outcome) -> str:
    told = [case for case in outcome.cases if case.confirmed is not None]
    wrong = sum(not case.cause_right for case in told)
    flapped = sum(case.changes > 1 for case in told)
    return (
        f"  of {len(told)} told: {wrong} with the wrong cause, {flapped} with more than one change too many"
    )


def _at(values: Sequence[float], share: float) -> str:
    return f"{values[min(int(share * len(values)), len(values) - 1)]:,.0f}" if values else "-"


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:  # noqa: ARG001 - the form of every measurement
    """A short stretch of the operating curve, for the table of all measurements."""
    outcome = run(
        "1,000 a day", SHOPS["shop"], ("send_down", "silent_webhooks", "total_loss"), years=0.12, seed=1
    )
    sheet.value("radar false incidents", "in 6 weeks", outcome.false_incidents)
    for case in outcome.cases:
        if case.confirmed is not None:
            sheet.value(f"radar {case.kind}", "s", case.confirmed)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.radar", description="The radar's operating curve.")
    parser.add_argument("--years", type=float, default=1.0, help="of each shop (1)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shop", help="only the one whose name begins so")
    chosen = parser.parse_args(arguments)
    runs = [each for each in RUNS if each[0].startswith(chosen.shop or "")]
    outcomes = []
    for name, shop, kinds in runs:
        print(f"{name} …", file=sys.stderr, flush=True)  # noqa: T201 - long work shows progress
        outcomes.append(run(name, shop, kinds, years=chosen.years, seed=chosen.seed))
    print("\n".join(table(outcomes)))  # noqa: T201 - the table is what this command is for


if __name__ == "__main__":
    main()
