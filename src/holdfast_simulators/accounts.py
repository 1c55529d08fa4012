"""The business's accounts on the platforms, found by any name they go by."""

from dataclasses import dataclass, field
from typing import Any

from holdfast_simulators.settings import (
    Accounts,
    InstagramAccount,
    MailAccount,
    TwilioAccount,
    WhatsAppAccount,
)

AnyAccount = InstagramAccount | WhatsAppAccount | TwilioAccount | MailAccount

INSTAGRAM_FIELDS = frozenset(
    {
        "messages",
        "message_echoes",
        "message_reactions",
        "message_edit",
        "messaging_seen",
        "messaging_postbacks",
        "messaging_referral",
    }
)
PLATFORM_ALIASES = {"twilio": "sms", "mail": "email"}


def platform_named(name: str) -> str:
    """The platform's one name here; people also say twilio for sms and mail for email."""
    return PLATFORM_ALIASES.get(name, name)


@dataclass
class AccountState:
    """An account and what changes about it while the simulators run."""

    platform: str
    settings: AnyAccount
    webhook_url: str = ""
    subscribed_fields: frozenset[str] = frozenset()
    """Empty: the platform sends no webhooks for this account."""
    lost_subscription: bool = False
    """The platform has ended the subscription, and nobody has subscribed again."""
    failing_since_ms: int | None = None
    """When the receiver first failed in the present unbroken row of failures."""
    opted_out: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        return self.settings.key

    def shown(self) -> dict[str, Any]:
        """Without any secret."""
        return {
            "platform": self.platform,
            "account": self.key,
            "names": list(self.settings.names),
            "webhook_url": self.webhook_url,
            "subscribed_fields": sorted(self.subscribed_fields),
            "webhooks_failing_since_ms": self.failing_since_ms,
        }


class AccountBook:
    def __init__(self, accounts: Accounts) -> None:
        self._all = [
            *(_meta_state("instagram", a, INSTAGRAM_FIELDS) for a in accounts.instagram),
            *(_meta_state("whatsapp", a, frozenset({"messages"})) for a in accounts.whatsapp),
            *(AccountState("sms", a, a.webhook_url) for a in accounts.twilio),
            *([AccountState("email", accounts.mail)] if accounts.mail else []),
        ]

    def all(self, platform: str | None = None) -> list[AccountState]:
        return [a for a in self._all if platform is None or a.platform == platform]

    def find(self, platform: str, name: str) -> AccountState | None:
        """By key, by any other id, or by its public name."""
        for account in self.all(platform):
            if name in account.settings.names:
                return account
        return None

    def only(self, platform: str, name: str | None) -> AccountState | None:
        """The named account, or without a name the platform's first."""
        if name is not None:
            return self.find(platform, name)
        return next(iter(self.all(platform)), None)


def _meta_state(
    platform: str, account: InstagramAccount | WhatsAppAccount, fields: frozenset[str]
) -> AccountState:
    return AccountState(
        platform,
        account,
        account.webhook_url,
        subscribed_fields=fields if account.subscribed else frozenset(),
    )
