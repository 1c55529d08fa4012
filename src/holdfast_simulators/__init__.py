"""Fake messaging platforms that speak the wire, with people, latency and faults."""

from holdfast_simulators.fakes import Fakes, build_fakes
from holdfast_simulators.server import Simulators, running
from holdfast_simulators.settings import Settings, load
from holdfast_simulators.world import World

__all__ = ["Fakes", "Settings", "Simulators", "World", "build_fakes", "load", "running"]
