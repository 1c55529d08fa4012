"""Seeing that the team would hear of an incident."""

from collections.abc import Sequence

from holdfast.alerts.teller import Target, Way


async def tell_all(way: Way, targets: Sequence[Target], *, business: str, url: str) -> list[str]:
    """Send a test alert to each; for each what went wrong, empty where it was taken."""
    text = f"This is how the team hears of incidents. Nothing is wrong.\n{url}/"
    return [await way.tell(target.url.reveal(), f"{business}: a test", text) for target in targets]
