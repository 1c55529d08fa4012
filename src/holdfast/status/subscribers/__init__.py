"""Those who asked to be told: by mail, after they confirmed it; by webhook, after it answered a challenge."""

from holdfast.status.subscribers.announcing import Announcer
from holdfast.status.subscribers.letters import Places
from holdfast.status.subscribers.model import Kind, State, Subscriber
from holdfast.status.subscribers.postman import Postman
from holdfast.status.subscribers.subscriptions import SubscriptionRefusedError, Subscriptions

__all__ = [
    "Announcer",
    "Kind",
    "Places",
    "Postman",
    "State",
    "Subscriber",
    "SubscriptionRefusedError",
    "Subscriptions",
]
