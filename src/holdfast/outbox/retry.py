"""When a message is tried again. Pure; the jitter's randomness is handed in."""

from random import Random


def retry_wait_ms(attempts: int, *, minimum_ms: int, maximum_ms: int, random: Random) -> int:
    """Exponential with full jitter: between half and all of the doubled wait, capped."""
    ceiling = min(maximum_ms, minimum_ms * 2 ** min(attempts, 30))
    return int(ceiling * (0.5 + random.random() / 2))
