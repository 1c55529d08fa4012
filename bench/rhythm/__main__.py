"""Figures of the rhythm's detector on labelled series: `python -m bench.rhythm PATH`, a corpus laid out as NAB is.

The detector runs at its one built-in setting. Each rival is given the threshold that is best for it on the half
that is tuned on, once for NAB's points and once for F1, with the same wait between alarms; then both are judged
on the other half.
"""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bench.rhythm.corpus import Series, load_corpus
from bench.rhythm.rivals import RIVALS
from bench.rhythm.scoring import Tally, tally
from holdfast.radar.rhythm import Detector, SeriesSettings

STEPS = 60
"""Thresholds tried for each rival."""


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bench.rhythm PATH  (a folder with data/ and labels/combined_windows.json)")
    corpus = load_corpus(Path(sys.argv[1]))
    tuned = [series for series in corpus if not series.held_out]
    held_out = [series for series in corpus if series.held_out]
    say(f"{len(tuned)} series tuned on, {len(held_out)} held out")
    say("| detector | NAB points | at that: F1 | F1 by windows | at that: precision | recall |")
    say("|---|---|---|---|---|---|")
    for half, name in ((tuned, "tuned on"), (held_out, "held out")):
        found, speed = _ours(half)
        say(_row(f"**Holdfast**, {name} ({speed:,.0f} values/s)", found, found))
    for name, rival in RIVALS.items():
        before = {series.name: list(rival(series)) for series in tuned}
        after = {series.name: list(rival(series)) for series in held_out}
        for_points = _best(tuned, before, lambda found: found.nab)
        for_f1 = _best(tuned, before, lambda found: found.f1)
        say(_row(name, _judge(held_out, after, for_points), _judge(held_out, after, for_f1)))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _ours(half: Sequence[Series]) -> tuple[Tally, float]:
    found = Tally()
    began = time.perf_counter()
    for series in half:
        feed = Detector().feed
        readings = [feed(at, value) for at, value in zip(series.times, series.values, strict=True)]
        found.add(tally(series, [n for n, reading in enumerate(readings) if reading.anomaly]))
    return found, sum(len(series.values) for series in half) / (time.perf_counter() - began)


def _judge(half: Sequence[Series], scores: dict[str, list[float]], threshold: float) -> Tally:
    found = Tally()
    for series in half:
        found.add(tally(series, _alarms(scores[series.name], threshold)))
    return found


def _alarms(scores: Iterable[float], threshold: float) -> list[int]:
    """With the wait between alarms that the detector has too, which every rival gains by."""
    hold, last = SeriesSettings().hold, -(10**9)
    alarms = []
    for n, score in enumerate(scores):
        if score >= threshold and n - last > hold:
            alarms.append(n)
            last = n
    return alarms


def _best(half: Sequence[Series], scores: dict[str, list[float]], worth: Callable[[Tally], float]) -> float:
    everything = sorted(score for series in half for score in scores[series.name])
    count = len(everything)
    tried = {everything[min(int(count * (1 - 10 ** (-1 - 4 * n / STEPS))), count - 1)] for n in range(STEPS)}
    tried.add(everything[-1] + 1.0)
    return max(sorted(tried), key=lambda threshold: worth(_judge(half, scores, threshold)))


def _row(name: str, points: Tally, plain: Tally) -> str:
    return (
        f"| {name} | {points.nab:.1f} | {points.f1:.3f} | {plain.f1:.3f} | {plain.precision:.2f}"
        f" | {plain.recall:.2f} |"
    )


if __name__ == "__main__":
    main()
