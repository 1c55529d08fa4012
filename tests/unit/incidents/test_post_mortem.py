"""The account of an incident, from facts alone."""

from typing import Any

import pytest

from holdfast.incidents import as_markdown, post_mortem
from holdfast.incidents.words import length
from holdfast.radar import IncidentState


async def told(office: Any) -> Any:
    return await office.database.read(post_mortem, "inc_1", office.clock.ms)


async def test_it_says_when_it_began_how_soon_it_was_known_and_how_long_it_lasted(office: Any) -> None:
    await office.begin()
    office.clock.ms += 10 * 60_000
    running = await told(office)
    assert (running.detected_after_ms, running.lasted_ms) == (60_000, 11 * 60_000)
    await office.move(IncidentState.RECOVERING)
    office.clock.ms += 60_000
    await office.move(IncidentState.CLOSED)
    over = await told(office)
    assert (over.lasted_ms, over.state) == (11 * 60_000, "closed")
    assert over.detected_by == (
        "Instagram is not accepting messages. 3 of the last 3 sends failed: connection refused.",
    )
    assert over.counts.lost == 0
    assert over.proof.startswith("0 to go out = 0 went out here + 0 went another way")


async def test_people_write_the_summary_and_what_will_change(office: Any) -> None:
    await office.begin()
    assert "_Not written yet._" in as_markdown(await told(office))
    await office.desk.write_account("inc_1", "Mara", summary="Meta *fell*.", will_change="- Nothing")
    text = as_markdown(await told(office))
    assert "## Summary\n\nMeta *fell*.\n" in text
    assert "## What we will change\n\n- Nothing\n" in text
    assert "- Known after: 60 seconds" in text
    assert "| Lost | 0 |" in text


async def test_what_strangers_wrote_is_no_markdown(office: Any) -> None:
    await office.begin()
    await office.desk.rename("inc_1", "# <b>It</b> | [falls](x)", "Mara")
    first = as_markdown(await told(office)).splitlines()[0]
    assert first == r"# \# \<b\>It\</b\> \| \[falls\](x)"


async def test_there_is_none_of_what_was_not(office: Any) -> None:
    with pytest.raises(LookupError):
        await told(office)


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (0, "0 seconds"),
        (1_000, "1 second"),
        (119_000, "119 seconds"),
        (120_000, "2 minutes"),
        (3_600_000, "1 hour"),
        (11_100_000, "3 hours 5 minutes"),
    ],
)
def test_lengths_are_said_as_people_say_them(ms: int, said: str) -> None:
    assert length(ms) == said
