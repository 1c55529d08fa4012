"""The WhatsApp Cloud API."""

from holdfast_simulators.whatsapp.app import WhatsApp

__all__ = ["WhatsApp"]
