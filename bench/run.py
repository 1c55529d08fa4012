"""`python -m bench.run [ingest|outgoing|rest …] [--runs N]`: measure, print one table, write latest.json."""

import argparse
import asyncio

import uvloop

from bench import ingest, outgoing, rest
from bench.figures import Figure, table, write_latest

MEASUREMENTS = {"ingest": ingest.measure, "outgoing": outgoing.measure, "rest": rest.measure}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Holdfast beside its floors.")
    parser.add_argument("names", nargs="*", choices=[*MEASUREMENTS, []], help="without names: everything")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    figures = uvloop.run(_measure(chosen.names or list(MEASUREMENTS), chosen.runs))
    print(table(figures))  # noqa: T201 - the table is what this command is for
    write_latest(figures)


async def _measure(names: list[str], runs: int) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        print(f"measuring {name} …", flush=True)  # noqa: T201 - long work shows progress
        figures += await MEASUREMENTS[name](runs)
        await asyncio.sleep(0)
    return figures


if __name__ == "__main__":
    main()
