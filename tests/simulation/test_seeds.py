"""Some seeds in every test run; torture.py takes as many as one likes."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from .blow import Misfortune
from .fate import Fate, draw_fate
from .run import simulate

REPLAYED: Final = os.environ.get("HOLDFAST_SEED")
SEEDS: Final = (int(REPLAYED),) if REPLAYED else tuple(range(1, 9))
TELLING_SEEDS: Final = range(3, 9)
"""Whether such a platform does harm in a run depends on who writes what there."""
SAME_TRACE_SEED: Final = 7
ROOT: Final = Path(__file__).parents[2]
BRIEF: Final = Fate(
    seed=3,
    mood="storm",
    people=6,
    active_seconds=60.0,
    echo_timing="after",
    commit_failures=0.0,
    gap_seconds=1.0,
)
_PRINT_TRACE: Final = "from tests.simulation.run import simulate; print(simulate({seed}).trace)"


@pytest.mark.parametrize("seed", SEEDS, ids=[f"replay {seed}" if REPLAYED else str(seed) for seed in SEEDS])
def test_every_promise_is_kept(seed: int) -> None:
    _check(seed)


def test_the_moods_are_all_among_the_seeds() -> None:
    assert REPLAYED or {draw_fate(seed).mood for seed in SEEDS} == {"calm", "outage", "storm"}


def test_the_same_seed_makes_the_same_trace() -> None:
    """In another process as well, where sets of texts have another order."""
    elsewhere = subprocess.run(  # noqa: S603 - our own interpreter, a fixed program
        [sys.executable, "-c", _PRINT_TRACE.format(seed=SAME_TRACE_SEED)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert elsewhere.stdout.strip() == simulate(SAME_TRACE_SEED).trace


@pytest.mark.parametrize(
    ("kind", "delay_ms", "noticed"),
    [
        ("false_success", 0, "shown_states_are_true"),
        ("slow", 90_000, "each_has_its_effect_once"),
    ],
    ids=["a platform that lies", "a platform that acts long after it was given up"],
)
def test_what_no_hub_can_make_good_is_noticed(kind: str, delay_ms: int, noticed: str) -> None:
    """The invariants have teeth: where the platform itself breaks a promise, they say so."""
    misfortune = Misfortune(at=5, seconds=50, platform="sms", capability="send", kind=kind, delay_ms=delay_ms)
    runs = (simulate(seed, replace(BRIEF, seed=seed, misfortunes=(misfortune,))) for seed in TELLING_SEEDS)
    assert any(sentence.startswith(noticed) for outcome in runs for sentence in outcome.broken)


def test_the_same_brief_run_without_it_keeps_every_promise() -> None:
    assert simulate(3, BRIEF).broken == []


def _check(seed: int) -> None:
    outcome = simulate(seed)
    again = f"HOLDFAST_SEED={seed} pytest tests/simulation -k replay"
    assert not outcome.broken, f"{outcome.told()}\nReplay with: {again}"
