"""What the platforms' status pages admit; they know nothing by themselves."""

from dataclasses import dataclass, field

from holdfast_simulators.clock import MS_PER_SECOND

FINE = "No known issues"
META_WORDS = (
    FINE,
    "Low disruptions",
    "Medium disruptions",
    "High disruptions",
    "Major disruptions",
    "Resolved",
)
STATUSPAGE_WORDS = {
    FINE: "operational",
    "Low disruptions": "degraded_performance",
    "Medium disruptions": "partial_outage",
    "High disruptions": "major_outage",
    "Major disruptions": "major_outage",
    "Resolved": "operational",
}
PLATFORMS = ("instagram", "whatsapp", "sms")
CHANGES_KEPT_MAX = 200


class UnknownWord(ValueError):  # noqa: N818 - it is an answer to a person, not a crash
    def __init__(self, message: str, field_name: str) -> None:
        super().__init__(message)
        self.field = field_name


@dataclass(frozen=True)
class Change:
    at_ms: int
    """When the public can see it."""
    status: str


@dataclass
class FeedBook:
    lag_seconds: float = 0.0
    _changes: dict[str, list[Change]] = field(default_factory=lambda: {name: [] for name in PLATFORMS})

    def announce(self, platform: str, status: str, now_ms: int) -> None:
        """Raises UnknownWord."""
        if platform not in self._changes:
            raise UnknownWord(f"Choose one of: {', '.join(PLATFORMS)}.", "platform")
        word = next((w for w, other in STATUSPAGE_WORDS.items() if status == other), status)
        if word not in META_WORDS:
            raise UnknownWord(f"Choose one of: {', '.join(META_WORDS)}.", "status")
        changes = self._changes[platform]
        changes.append(Change(now_ms + int(self.lag_seconds * MS_PER_SECOND), word))
        del changes[:-CHANGES_KEPT_MAX]

    def visible(self, platform: str, now_ms: int) -> list[Change]:
        return [change for change in self._changes[platform] if change.at_ms <= now_ms]

    def status(self, platform: str, now_ms: int) -> str:
        visible = self.visible(platform, now_ms)
        return visible[-1].status if visible else FINE
