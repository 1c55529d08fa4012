"""Seeing that the team would hear of an incident, by whatever it uses."""

from holdfast.alerts import AppriseOut, targets_of, tell_all
from holdfast.settings import Settings


async def send_test_alerts(settings: Settings) -> list[str]:
    """Send a test alert to every address in alerts.urls; what went wrong with each."""
    way = AppriseOut(inside_allowed=settings.alerts.inside_allowed)
    targets = list(targets_of(settings.alerts.urls).values())
    return await tell_all(way, targets, business=settings.hub.name, url=settings.public_url)
