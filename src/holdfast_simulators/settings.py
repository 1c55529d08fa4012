"""Who exists when the simulators start, and where they listen. Read from one JSON file."""

from pathlib import Path
from typing import Literal

import msgspec

PORT_MAX = 65_535


class PastPost(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Something that was published before the simulators started."""

    text: str
    minutes_ago: float
    kind: Literal["image", "video", "carousel"] = "image"
    pictures: int = 1


class InstagramAccount(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    id: str
    """The app-scoped id that `GET /me` answers as "id"."""
    user_id: str
    """The professional account's id: in addresses, in webhooks, and the account's key here."""
    username: str
    name: str
    token: str
    app_id: str = "1700000000000001"
    app_secret: str
    verify_token: str
    webhook_url: str
    subscribed: bool = True
    posts: list[PastPost] = []

    @property
    def key(self) -> str:
        return self.user_id

    @property
    def names(self) -> tuple[str, ...]:
        return (self.user_id, self.id, self.username)


class WhatsAppAccount(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    waba_id: str
    phone_number_id: str
    """The number's id in addresses and webhooks, and the account's key here."""
    display_phone_number: str
    name: str = "WhatsApp"
    token: str
    app_secret: str
    verify_token: str
    webhook_url: str
    subscribed: bool = True

    @property
    def key(self) -> str:
        return self.phone_number_id

    @property
    def names(self) -> tuple[str, ...]:
        return (self.phone_number_id, self.waba_id, self.display_phone_number)


class TwilioAccount(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    account_sid: str
    """The account's key here."""
    auth_token: str
    number: str
    name: str = "SMS"
    webhook_url: str
    """Where inbound messages go; status callbacks go where each send asks."""

    @property
    def key(self) -> str:
        return self.account_sid

    @property
    def names(self) -> tuple[str, ...]:
        return (self.account_sid, self.number)


class MailAccount(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    domain: str
    """The simulated people's mail domain; everything else is an unknown host."""
    address: str
    """The shop's mailbox, and the account's key here."""
    user: str
    password: str
    smtp_port: int = 0
    imap_port: int = 0
    keeps_sent: bool = False
    """Whether the provider puts what is submitted into a folder of sent mail, as the large ones do."""

    @property
    def key(self) -> str:
        return self.address

    @property
    def names(self) -> tuple[str, ...]:
        return (self.address, self.user)


class Accounts(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    instagram: list[InstagramAccount] = []
    whatsapp: list[WhatsAppAccount] = []
    twilio: list[TwilioAccount] = []
    mail: MailAccount | None = None


class PastMessage(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Something that was said before the simulators started; no webhook tells of it."""

    platform: Literal["instagram", "whatsapp", "sms", "email"]
    account: str | None = None
    direction: Literal["in", "out"]
    text: str
    minutes_ago: float


class PersonSettings(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str
    colour: str = ""
    addresses: dict[str, str] = {}
    flags: list[str] = []
    account: str = ""
    """An account of the business, as its other accounts see it: what it is written, it gets by its own webhook."""
    history: list[PastMessage] = []


class Ports(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """0 lets the operating system choose."""

    instagram: int = 0
    whatsapp: int = 0
    sms: int = 0
    feeds: int = 0
    webpush: int = 0
    uplink_a: int = 0
    uplink_b: int = 0


class Settings(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    control_token: str
    port: int = 0
    """Of the control API and the phone pages."""
    seed: int = 1
    ports: Ports = Ports()
    accounts: Accounts = Accounts()
    people: list[PersonSettings] = []
    echo_timing: Literal["after", "before", "mixed"] = "after"
    """Whether Instagram's echo of a send comes after its HTTP answer, before it, or either."""
    feed_lag_seconds: float = 0.0


def load(path: Path) -> Settings:
    """Raises OSError, or msgspec.ValidationError naming the place in the file that is wrong."""
    return msgspec.json.decode(path.read_bytes(), type=Settings)
