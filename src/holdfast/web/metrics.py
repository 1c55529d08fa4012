"""What the web counts for Prometheus, in the registry that it is given."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._hook_results = Counter(
            "holdfast_hooks",
            "Webhooks by channel and what became of them",
            ("channel", "result"),
            registry=registry,
        )
        self.hook_seconds = Histogram(
            "holdfast_hook_seconds",
            "Time from a webhook's first byte to its answer",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self._answered: dict[tuple[str, int], Counter] = {}
        self._requests = Counter(
            "holdfast_http_requests", "Requests by face and status", ("face", "status"), registry=registry
        )
        self._hooks: dict[tuple[str, str], Counter] = {}
        self.streams = Gauge("holdfast_streams", "Open event streams", registry=registry)
        self.devices = Gauge(
            "holdfast_direct_devices", "Members' devices that are connected", registry=registry
        )
        self.deliveries = Gauge(
            "holdfast_deliveries_open", "Deliveries under way", ("channel", "state"), registry=registry
        )
        self.spool_behind = Gauge(
            "holdfast_spool_behind", "Envelopes that are stored and not yet applied", registry=registry
        )
        self.reach_people = Gauge(
            "holdfast_reach_people",
            "People who wrote on a channel within 90 days",
            ("channel",),
            registry=registry,
        )
        self.reachable_people = Gauge(
            "holdfast_reachable_people",
            "Of them those who can be reached if the channel fails now, with all that fails with it",
            ("channel",),
            registry=registry,
        )
        self.events = Gauge("holdfast_event_seq", "Number of the newest event", registry=registry)

    # Finding a labelled counter costs more than counting; there are few of them, and they stay.

    def answered(self, face: str, status: int) -> None:
        key = (face, status)
        if key not in self._answered:
            self._answered[key] = self._requests.labels(face, str(status))
        self._answered[key].inc()

    def hook(self, channel: str, result: str) -> None:
        key = (channel, result)
        if key not in self._hooks:
            self._hooks[key] = self._hook_results.labels(channel, result)
        self._hooks[key].inc()
