"""`python -m holdfast_simulators --config FILE.json [--ready-file PATH]`."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

import msgspec
import uvloop

from holdfast_simulators.people import AddressTaken
from holdfast_simulators.population import UnknownAddress
from holdfast_simulators.server import running
from holdfast_simulators.settings import Settings, load

WRONG_SETTINGS = 2
PORT_TAKEN = 3


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m holdfast_simulators",
        description="Run fake messaging platforms on this machine's loopback until stopped.",
        epilog="example: python -m holdfast_simulators --config simulators.json --ready-file ready.json",
    )
    parser.add_argument("--config", type=Path, required=True, help="who exists, as JSON")
    parser.add_argument("--ready-file", type=Path, help="written with all addresses once everything listens")
    chosen = parser.parse_args()
    try:
        uvloop.run(serve(load(chosen.config), chosen.ready_file))
    except (msgspec.DecodeError, AddressTaken, UnknownAddress) as problem:
        return _complain(f"{chosen.config}: {problem}", WRONG_SETTINGS)
    except OSError as problem:
        return _complain(str(problem), PORT_TAKEN)
    return 0


async def serve(settings: Settings, ready_file: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(settings) as simulators:
        if ready_file is not None:
            announce(ready_file, simulators.addresses)
        await stop.wait()


def announce(ready_file: Path, addresses: dict[str, str]) -> None:
    """Whole or not at all: a reader never sees half a file."""
    draft = ready_file.with_name(ready_file.name + ".draft")
    draft.write_text(json.dumps(addresses, indent=2) + "\n", encoding="utf-8")
    draft.replace(ready_file)


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"The simulators cannot start. {sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
