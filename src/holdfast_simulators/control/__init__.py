"""The control API: what a visitor, a test or a drill can do to the simulated world."""

from holdfast_simulators.control.app import build_control

__all__ = ["build_control"]
