"""Many seeds one after the other: ``python -m tests.simulation.torture --seeds 1000 --first 1``."""

import argparse
import gc
import sys
from dataclasses import replace
from typing import Final

from .fate import Fate, draw_fate
from .findings import FINDINGS
from .run import simulate

SEEDS_MAX: Final = 1_000_000
GARBAGE_THRESHOLDS: Final = (20_000, 20, 50)
"""Python looks for garbage thirty times as seldom: a tenth of what a seed costs."""


def main() -> int:
    """0 when every promise was kept."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    options = _options()
    broken = 0
    virtual = real = 0.0
    for seed in range(options.first, options.first + min(options.seeds, SEEDS_MAX)):
        fate = _fate(seed, options)
        outcome = simulate(seed, fate, stop_early=options.until_broken)
        virtual, real = virtual + outcome.virtual_seconds, real + outcome.real_seconds
        broken += bool(outcome.broken)
        if outcome.broken or options.verbose:
            sys.stdout.write(f"{outcome.told()}\n  {outcome.counts}\n")
        if options.log:
            sys.stdout.writelines(f"  {line.at:7.2f} {line.level} {line.text}\n" for line in outcome.log)
        sys.stdout.write(
            f"seed {seed}: {outcome.virtual_seconds:.0f} s in {outcome.real_seconds:.1f} s;"
            f" {broken} broken so far, {virtual / 3600:.2f} hours in {real:.0f} s\n"
        )
        sys.stdout.flush()
        if outcome.broken and options.until_broken:
            break
    return 1 if broken else 0


def _fate(seed: int, options: argparse.Namespace) -> Fate:
    """A finding strikes other people at other words with every seed."""
    found = FINDINGS.get(options.finding)
    return replace(found, seed=seed) if found else draw_fate(seed, options.stretch)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--stretch", type=float, default=1.0, help="how many times longer storms last")
    parser.add_argument("--finding", choices=sorted(FINDINGS), help="a fate of findings.py with these seeds")
    parser.add_argument("--until-broken", action="store_true", help="end with the first broken promise")
    parser.add_argument("--verbose", action="store_true", help="tell of every run's fate and counts")
    parser.add_argument("--log", action="store_true", help="print the hub's log lines")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
