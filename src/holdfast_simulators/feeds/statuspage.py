"""status.twilio.com: a Statuspage, version 2 of its JSON.

Source: status.twilio.com/api.
"""

from datetime import UTC, datetime
from typing import Any

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.feed_book import STATUSPAGE_WORDS, FeedBook

PAGE_ID = "gpkpyklzq55q"
COMPONENTS = {"sms-nl": "SMS, Netherlands", "sms-de": "SMS, Germany", "api": "REST API"}
INDICATORS = {
    "operational": ("none", "All Systems Operational"),
    "degraded_performance": ("minor", "Minor Service Outage"),
    "partial_outage": ("major", "Partial System Outage"),
    "major_outage": ("critical", "Major Service Outage"),
}


def summary(book: FeedBook, now_ms: int) -> dict[str, Any]:
    return {
        **status(book, now_ms),
        "components": components(book, now_ms)["components"],
        "incidents": incidents(book, now_ms)["incidents"],
        "scheduled_maintenances": [],
    }


def status(book: FeedBook, now_ms: int) -> dict[str, Any]:
    indicator, description = INDICATORS[_word(book, now_ms)]
    return {"page": _page(now_ms), "status": {"indicator": indicator, "description": description}}


def components(book: FeedBook, now_ms: int) -> dict[str, Any]:
    word = _word(book, now_ms)
    shown = [{"id": key, "name": name, "status": word} for key, name in COMPONENTS.items()]
    return {"page": _page(now_ms), "components": shown}


def incidents(book: FeedBook, now_ms: int) -> dict[str, Any]:
    word = _word(book, now_ms)
    indicator, description = INDICATORS[word]
    found = [{"id": "inc1", "name": description, "status": "investigating", "impact": indicator}]
    return {"page": _page(now_ms), "incidents": [] if word == "operational" else found}


def _word(book: FeedBook, now_ms: int) -> str:
    return STATUSPAGE_WORDS[book.status("sms", now_ms)]


def _page(now_ms: int) -> dict[str, str]:
    updated = datetime.fromtimestamp(now_ms / MS_PER_SECOND, UTC).isoformat()
    return {"id": PAGE_ID, "name": "Twilio", "url": "https://status.twilio.com", "updated_at": updated}
