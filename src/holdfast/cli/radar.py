"""The radar on anyone's observations: replayed from a file, or made up."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final, TextIO

import click
import msgspec

from holdfast.radar.labelled import KINDS, SHOPS, Years
from holdfast.radar.method import Method
from holdfast.radar.replay import Replay, read_lines, replay_counts

COMPLAINTS_MAX: Final = 50
"""So many bad lines are told one by one; of the rest only the number."""


@click.group(epilog="Example: holdfast radar replay observations.jsonl")
def radar() -> None:
    """Try the radar on observations of your own, or on invented ones."""


@radar.command(
    "replay",
    epilog="Examples: holdfast radar replay observations.jsonl   |   holdfast radar replay -   |   "
    "holdfast radar replay --counts visits.csv",
)
@click.argument("file", type=click.File("rb"), required=False)
@click.option(
    "--counts", type=click.File("r", encoding="utf-8-sig"), help="A CSV of timestamp,value instead."
)
@click.option(
    "--all", "everything", is_flag=True, help="With --counts: a line for every value, with its score."
)
@click.option(
    "--false-alarms-per-year",
    type=click.FloatRange(0.001, 1000),
    default=1.0,
    show_default=True,
    help="How often chance alone may call a channel failing.",
)
@click.option(
    "--burst-seconds",
    type=click.FloatRange(0, 3600),
    default=20.0,
    show_default=True,
    help="Trouble no longer than this is ordinary.",
)
def replay(
    file: BinaryIO | None,
    counts: TextIO | None,
    *,
    everything: bool,
    false_alarms_per_year: float,
    burst_seconds: float,
) -> None:
    """Print when verdicts changed and incidents opened and closed, as JSON lines.

    FILE holds observations as JSON lines in the order of their time; - reads them from standard input. What
    cannot be read is told on standard error with its line number, and left out. See docs/replay.md.
    """
    if (file is None) == (counts is None):
        raise click.UsageError("Give either a FILE of observations (or -), or --counts FILE.csv.")
    with _complaints() as complain:
        if counts is not None:
            _write(replay_counts(counts, complain, everything=everything))
        elif file is not None:
            method = Method(false_alarms_per_year=false_alarms_per_year, burst_ms=int(burst_seconds * 1000))
            _write(_findings(file, Replay(method, complain=complain), complain))


def _findings(
    file: BinaryIO, replay: Replay, complain: Callable[[int, str], None]
) -> Iterator[dict[str, Any]]:
    for number, lines in read_lines(file, complain):
        yield from replay.feed(number, lines)
    yield from replay.end()


def _write(found: Iterator[dict[str, Any]]) -> None:
    for each in found:
        click.echo(msgspec.json.encode(each))


@contextmanager
def _complaints() -> Iterator[Callable[[int, str], None]]:
    told = 0

    def complain(number: int, sentence: str) -> None:
        nonlocal told
        told += 1
        if told <= COMPLAINTS_MAX:
            click.echo(f"line {number}: {sentence}", err=True)

    yield complain
    if told > COMPLAINTS_MAX:
        click.echo(f"… and {told - COMPLAINTS_MAX} more lines that were left out.", err=True)
    sys.stderr.flush()


@radar.command(
    "simulate",
    epilog="Example: holdfast radar simulate --years 1 --seed 7 --shop busy -o year.jsonl --labels truth.jsonl",
)
@click.option("--years", type=click.FloatRange(0.01, 20), default=1.0, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same lines.")
@click.option("--shop", type=click.Choice(list(SHOPS)), default="shop", show_default=True)
@click.option("--channel", default="instagram:shop", show_default=True, help="What the channel is called.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(list(KINDS)),
    help="Only outages of this kind; repeatable.",
)
@click.option("-o", "--output", type=click.File("wb"), default="-", help="Where the lines go.")
@click.option("--labels", type=click.File("wb"), help="Where the truth about the outages goes.")
def simulate(
    *,
    years: float,
    seed: int,
    shop: str,
    channel: str,
    kinds: tuple[str, ...],
    output: BinaryIO,
    labels: BinaryIO | None,
) -> None:
    """Make up labelled years of a shop's observations: what replay reads, and when which outage was."""
    made = Years(SHOPS[shop], years=years, seed=seed, channel=channel, kinds=kinds or tuple(KINDS))
    if labels is not None:
        for outage in made.outages:
            labels.write(msgspec.json.encode(outage.label(channel)) + b"\n")
    encoder = msgspec.json.Encoder()
    output.writelines(encoder.encode(line) + b"\n" for line in made.lines())
