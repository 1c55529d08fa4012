"""Instagram Direct as the Graph API shows it (Instagram Login)."""

from holdfast_simulators.instagram.app import Instagram

__all__ = ["Instagram"]
