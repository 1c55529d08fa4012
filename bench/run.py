"""`make bench`: measure, print one table, write latest.json."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench import chat, direct, drain, ingest, latency, radar, rest, status
from bench.figures import LATEST, Figure, Sheet, table, write
from bench.place import QUICK, Size
from bench.store import Stores

MEASUREMENTS = {
    "ingest": ingest.measure,
    "chat": chat.measure,
    "direct": direct.measure,
    "drain": drain.measure,
    "latency": latency.measure,
    "rest": rest.measure,
    "radar": radar.measure,
    "status": status.measure,
}


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = _parser().parse_args(arguments)
    size, runs = (QUICK, 1) if chosen.quick else (Size(), chosen.runs)
    names = chosen.names or list(MEASUREMENTS)
    figures = uvloop.run(_measure(names, runs, size, Stores(chosen.database)))
    print(table(figures))  # noqa: T201 - the table is what this command is for
    write(figures, chosen.output)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Holdfast beside its floors.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", choices=[*MEASUREMENTS, []], help=f"of {', '.join(MEASUREMENTS)}"
    )
    parser.add_argument("--runs", type=int, default=3, help="how often; the median is shown (3)")
    parser.add_argument("--quick", action="store_true", help="show that every figure comes, not its size")
    parser.add_argument(
        "--database", default="", metavar="URL", help="postgresql://… of a server on which bases may be made"
    )
    parser.add_argument("--output", type=Path, default=LATEST, help="where the figures are written")
    return parser


async def _measure(names: Sequence[str], runs: int, size: Size, stores: Stores) -> list[Figure]:
    sheet = Sheet()
    for number in range(runs):
        for name in names:
            # Long work shows progress, beside the table.
            print(f"run {number + 1} of {runs}: {name} …", file=sys.stderr, flush=True)  # noqa: T201
            await MEASUREMENTS[name](sheet, size, stores)
    return sheet.figures()


if __name__ == "__main__":
    main()
