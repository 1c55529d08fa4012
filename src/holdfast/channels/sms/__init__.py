"""SMS over Twilio Programmable Messaging."""

from holdfast.channels.sms.adapter import SmsAdapter, make_sms
from holdfast.channels.sms.settings import SmsSettings

__all__ = ["SmsAdapter", "SmsSettings", "make_sms"]
