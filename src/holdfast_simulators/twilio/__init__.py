"""Twilio's Programmable Messaging: SMS."""

from holdfast_simulators.twilio.app import Twilio

__all__ = ["Twilio"]
