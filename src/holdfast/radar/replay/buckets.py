"""Many observations alike in a bucket of time, as signs."""

from holdfast.channels.contract import Capability
from holdfast.radar.evidence import LATE_MS, Sign, sign_of
from holdfast.radar.model import Kind, Observation, Result
from holdfast.radar.replay.reading import Line


def as_success(seen: Observation) -> Observation:
    return Observation(
        channel=seen.channel,
        kind=seen.kind,
        at=seen.at,
        capability=seen.capability,
        latency_ms=seen.latency_ms,
        region=seen.region,
    )


def as_failure(seen: Observation, line: Line) -> Observation:
    return Observation(
        channel=seen.channel,
        kind=seen.kind,
        at=seen.at,
        capability=seen.capability,
        result=Result.FAIL,
        error_class=(line.error_class or "platform").lower(),
        detail=seen.detail,
        region=seen.region,
    )


def bucket(seen: Observation, count: float, stands_ms: float, kind: Kind) -> Sign:
    strong = kind is not Kind.PROBE or seen.capability in (Capability.SIGN_IN, Capability.HISTORY)
    sign = sign_of(seen, strong=strong)
    late = kind is Kind.ARRIVAL and (seen.latency_ms or 0) >= LATE_MS
    return Sign(
        at=sign.at,
        good=sign.good and not late,
        strong=strong,
        error_class=sign.error_class,
        kind=kind,
        detail=sign.detail,
        region=sign.region,
        stands_ms=int(stands_ms),
        count=count,
    )
