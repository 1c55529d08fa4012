"""Web push: members' devices, and the notices that wake them."""

from holdfast.push.carrier import Carrier
from holdfast.push.devices import Devices
from holdfast.push.gatherer import Gatherer
from holdfast.push.keys import PushKeys
from holdfast.push.model import DeviceSettings, Keys, PushRefusedError, Quiet, Subscription
from holdfast.push.sources import BusinessLog, MemberLog

__all__ = [
    "BusinessLog",
    "Carrier",
    "DeviceSettings",
    "Devices",
    "Gatherer",
    "Keys",
    "MemberLog",
    "PushKeys",
    "PushRefusedError",
    "Quiet",
    "Subscription",
]
