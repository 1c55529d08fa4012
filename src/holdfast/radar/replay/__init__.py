"""Anyone's observations, judged as the radar judges its own: lines of JSON in, changes of verdicts out."""

from holdfast.radar.replay.counts import replay_counts
from holdfast.radar.replay.engine import Replay
from holdfast.radar.replay.reading import BadLineError, Line, observation_of, read_lines

__all__ = ["BadLineError", "Line", "Replay", "observation_of", "read_lines", "replay_counts"]
