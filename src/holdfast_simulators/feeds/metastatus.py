"""metastatus.com: the data files behind the page.

Source: metastatus.com/data/orgs.json and its neighbours; the format is not official.
"""

from email.utils import formatdate
from typing import Any
from xml.sax.saxutils import escape

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.feed_book import FINE, Change, FeedBook

ORGS = {
    "whatsapp-business-api": ("WhatsApp Business API", "whatsapp", 4, "Cloud API"),
    "ig-messenger": ("Instagram Messaging", "instagram", 11, "Messenger API for Instagram"),
    "graph-api": ("Graph API", "instagram", 21, "Graph API"),
}
CLOSED = (FINE, "Resolved")


def orgs(book: FeedBook, now_ms: int) -> list[dict[str, Any]]:
    return [
        {
            "id": org,
            "name": name,
            "rss_file_paths": [f"outage-events-feed-{org}.rss"],
            "services": [
                {
                    "id": service_id,
                    "name": service,
                    "status": book.status(platform, now_ms),
                    "time": now_ms // MS_PER_SECOND,
                }
            ],
        }
        for org, (name, platform, service_id, service) in ORGS.items()
    ]


def outages(org: str, book: FeedBook, now_ms: int, *, history: bool) -> list[dict[str, Any]]:
    """Open events, or all that ever were."""
    _, platform, service_id, _ = ORGS[org]
    changes = book.visible(platform, now_ms)
    chosen = changes if history else _open(changes)
    return [
        {
            "service_id": service_id,
            "status": change.status,
            "time": change.at_ms // MS_PER_SECOND,
            "posts": [
                {
                    "description": f"We are aware of {change.status.lower()} and are looking into it.",
                    "time": change.at_ms // MS_PER_SECOND,
                }
            ],
        }
        for change in reversed(chosen)
        if change.status != FINE
    ]


def rss(org: str, book: FeedBook, now_ms: int) -> str:
    name, platform, _, service = ORGS[org]
    items = "".join(
        f"<item><title>{escape(service)}: {escape(change.status)}</title>"
        f"<pubDate>{formatdate(change.at_ms / MS_PER_SECOND)}</pubDate></item>"
        for change in _open(book.visible(platform, now_ms))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{escape(name)}</title>{items}</channel></rss>"
    )


def _open(changes: list[Change]) -> list[Change]:
    """What has been announced since everything was last fine."""
    found: list[Change] = []
    for change in changes:
        found = [] if change.status in CLOSED else [*found, change]
    return found
