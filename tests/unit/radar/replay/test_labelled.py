from collections import Counter

import pytest

from holdfast.radar.labelled import KINDS, SHOPS, Years
from holdfast.radar.labelled.shops import YEAR_MS
from holdfast.radar.method import Method
from holdfast.radar.replay import Replay

TWO_DAYS = 2 / 365


def test_the_same_seed_makes_the_same_lines_and_another_one_others() -> None:
    first, second, other = (list(Years(SHOPS["small"], years=0.002, seed=seed).lines()) for seed in (1, 1, 2))
    assert first == second
    assert first != other
    assert [line.time for line in first] == sorted(int(line.time or 0) for line in first)


def test_every_kind_of_outage_comes_once_a_year_and_apart_from_the_others() -> None:
    made = Years(SHOPS["quiet"], years=2, seed=3)
    assert Counter(each.kind for each in made.outages) == dict.fromkeys(KINDS, 2)
    for before, after in zip(made.outages, made.outages[1:], strict=False):
        assert before.onset < before.end < after.onset


def test_a_few_days_have_their_outages_in_their_second_half() -> None:
    made = Years(SHOPS["quiet"], years=0.01, seed=3, start=0)
    assert all(0.005 * YEAR_MS <= each.onset < each.end <= 0.01 * YEAR_MS for each in made.outages)


def test_a_shop_is_as_busy_as_it_says() -> None:
    lines = list(Years(SHOPS["shop"], years=3 / 365, seed=4, kinds=("send_down",)).lines())
    arrivals = sum(line.kind == "arrival" for line in lines)
    assert 1_500 < arrivals < 5_000


@pytest.mark.parametrize("kind", ["total_loss", "send_down", "token", "silent_webhooks"])
def test_an_outage_is_found_by_a_replay_and_named(kind: str) -> None:
    made = Years(SHOPS["steady"], years=TWO_DAYS, seed=5, kinds=(kind,), first_after_days=0.5)
    replay = Replay(Method(), complain=lambda number, sentence: pytest.fail(sentence))
    found = [*replay.feed(1, list(made.lines())), *replay.end()]
    [outage] = made.outages
    opened = [each for each in found if each.get("incident") == "opened"]
    assert len(opened) == 1
    assert 0 <= opened[0]["time"] - outage.onset < 600_000
    assert opened[0]["cause"] == outage.effect.cause
