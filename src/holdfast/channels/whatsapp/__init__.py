"""WhatsApp over the Cloud API."""

from holdfast.channels.whatsapp.adapter import WhatsAppAdapter, make_whatsapp
from holdfast.channels.whatsapp.settings import WhatsAppSettings

__all__ = ["WhatsAppAdapter", "WhatsAppSettings", "make_whatsapp"]
