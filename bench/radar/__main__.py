"""``python -m bench.radar``: the radar's operating curve over invented shops."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

import msgspec

from bench.radar.cases import Learnt, heading, rows
from bench.radar.false_alarms import Ordinary, alarms
from holdfast.radar.labelled import KINDS, SHOPS
from holdfast.radar.method import Method

BY_PROBES: Final = ("total_loss", "token", "uplink", "subscription")
RUNS: Final = (
    ("5 a day", SHOPS["quiet"], BY_PROBES),
    ("1,000 a day", SHOPS["shop"], tuple(KINDS)),
    (
        "a message a minute",
        msgspec.structs.replace(SHOPS["steady"], a_day=1_900, growth_a_year=1.0),
        tuple(KINDS),
    ),
    ("three a minute", msgspec.structs.replace(SHOPS["steady"], a_day=5_400, ordinary=0.005), tuple(KINDS)),
)
ORDINARY: Final = (
    Ordinary(send_ms=60_000, share=0.02),
    Ordinary(send_ms=60_000, share=0.005),
    Ordinary(send_ms=60_000, share=0.001),
    Ordinary(send_ms=60_000, share=0.0002),
    Ordinary(send_ms=60_000, share=0.005, bursts_a_year=52),
    Ordinary(send_ms=60_000, share=0.005, bursts_a_year=365),
    Ordinary(send_ms=60_000, share=0.0005, bursts_a_year=365),
    Ordinary(send_ms=20_000, share=0.005, bursts_a_year=52),
    Ordinary(send_ms=600_000, share=0.02),
    Ordinary(send_ms=600_000, share=0.002),
    Ordinary(send_ms=17_280_000, share=0.01, bursts_a_year=52),
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.radar", description="The radar's operating curve.")
    parser.add_argument("--cases", type=int, default=48, help="of each kind and shop (48)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shop", default="", help="only those whose name begins so")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only this kind; repeatable")
    parser.add_argument(
        "--years", type=float, default=0.0, help="instead: false alarms in so many years of each"
    )
    chosen = parser.parse_args(arguments)
    if chosen.years:
        _false_alarms(chosen.years, chosen.seed)
        return
    _say(heading())
    for name, shop, kinds in RUNS:
        if name.startswith(chosen.shop):
            learnt = Learnt(shop, seed=chosen.seed, method=Method())
            wanted = [kind for kind in kinds if not chosen.kind or kind in chosen.kind]
            cases = [case for kind in wanted for case in learnt.cases(kind, chosen.cases, chosen.seed)]
            _say("\n".join(rows(name, cases)))


def _false_alarms(years: float, seed: int) -> None:
    for ordinary in ORDINARY:
        found = alarms(ordinary, years=years, seed=seed, method=Method())
        _say(
            f"a send in {ordinary.send_ms / 1000:,.0f} s, {ordinary.share:.2%} fail, "
            f"{ordinary.bursts_a_year:.0f} bursts a year: {found.confirmed / years:.2f} incidents, "
            f"{found.suspected / years:.1f} suspicions a year"
        )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
