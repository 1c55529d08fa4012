"""Every setting of a hub, with its unit in its name and a default that suits production."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from holdfast.settings.secret import Secret, StoreAddress

Port = Annotated[int, Meta(ge=1, le=65_535)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Pause = Annotated[float, Meta(ge=0, le=3_600)]
Hours = Annotated[float, Meta(gt=0, le=8_760)]
Days = Annotated[float, Meta(gt=0, le=3_650)]
Rate = Annotated[float, Meta(gt=0, le=1_000_000)]
Mebibytes = Annotated[int, Meta(ge=1, le=100_000_000)]
Some = Annotated[int, Meta(ge=1, le=1_000)]
Address = Annotated[str, Meta(pattern=r"^(https?://[^\s/]+.*)?$")]


class Radar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the radar looks. ``control_urls`` are hosts unrelated to any platform, to tell our uplink from
    their failure; ``feeds`` maps a platform to the address of its status feed. ``false_alarms_per_year``: how
    often a channel may be called failing by mere chance; ``burst_seconds``: trouble no longer than this is
    ordinary.
    """

    false_alarms_per_year: Rate = 1.0
    burst_seconds: Pause = 20.0
    probe_seconds: Seconds = 30.0
    feed_seconds: Seconds = 180.0
    control_seconds: Seconds = 15.0
    history_seconds: Seconds = 60.0
    control_urls: tuple[Address, ...] = ()
    feeds: dict[str, Address] = {}


class Outbox(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``retry_horizon_hours``: how long a message may wait. ``doubt_evidence_seconds``: how long the echo is
    awaited before the platform's history is read. ``lease_seconds``: after this a dead worker's lane is
    taken over. ``undo_seconds``: how long a reply written in the console can be taken back after Send.
    """

    retry_horizon_hours: Hours = 96.0
    bot_horizon_hours: Hours = 1.0
    retry_seconds_min: Seconds = 1.0
    retry_seconds_max: Seconds = 300.0
    breaker_failures: Some = 3
    breaker_probe_seconds_min: Seconds = 2.0
    breaker_probe_seconds_max: Seconds = 30.0
    lease_seconds: Seconds = 60.0
    doubt_evidence_seconds: Seconds = 8.0
    doubt_recheck_seconds: Seconds = 15.0
    lanes_at_once: Some = 128
    undo_seconds: Annotated[float, Meta(ge=0, le=60)] = 5.0


class Playbook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``file``: a playbook of your own (TOML); without one the built-in playbook is used."""

    file: Path | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public pages, served by a process of their own. ``home``: what stands at the first address, how the
    channels are or the business's profile. ``mail_channel``: the email channel that tells
    subscribers, without one the first. ``webhooks_inside``: subscribers' webhooks may be inside addresses.
    """

    host: str = "127.0.0.1"
    port: Port = 8781
    public_url: Address = ""
    home: Literal["status", "profile"] = "status"
    hub_silent_seconds: Seconds = 10.0
    mail_channel: str = ""
    mails_per_second: Rate = 5.0
    webhooks_inside: bool = False


class Posts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the business publishes. ``mirror_seconds``: how often the posts on other platforms are looked at.
    ``pictures_inside``: their pictures may be at inside addresses.
    """

    mirror_seconds: Seconds = 300.0
    pictures_inside: bool = False


class Direct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our own web chat. ``messages_per_second`` is what one visitor may write, ``requests_per_second`` what
    may come from one network address; for a while it may be more, as people write in bursts. ``streams_of_address``:
    how many may be connected from one network address at once.
    """

    greeting: str = "Hello! Write to us here; we answer as soon as we can."
    continue_link_hours: Hours = 72.0
    allowed_origins: tuple[str, ...] = ("*",)
    messages_per_second: Rate = 5.0
    requests_per_second: Rate = 60.0
    streams_of_address: Annotated[int, Meta(ge=1, le=100_000)] = 500


class Media(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pictures, videos, voice messages and files. The largest of each kind, and how much one member may
    keep; ``free_mib_min`` is left free on the disk. ``folder``: where they lie, without one ``media`` in the
    data directory; nodes share it. ``link_previews``: whether the hub looks at pages that messages name, and
    ``previews_inside`` whether also at those of its own networks.
    """

    folder: Path | None = None
    picture_mib_max: Mebibytes = 20
    video_mib_max: Mebibytes = 100
    voice_mib_max: Mebibytes = 20
    file_mib_max: Mebibytes = 50
    member_mib_max: Mebibytes = 500
    free_mib_min: Mebibytes = 1_000
    link_previews: bool = True
    previews_inside: bool = False


class Push(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Web push to members' devices. ``contact`` is whom a push service may write to (``mailto:`` or ``https:``), the
    hub's own address where it is empty. ``services``: the hosts that browsers may name as their push service's.
    """

    contact: str = ""
    services: tuple[str, ...] = (
        "fcm.googleapis.com",
        "*.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    )
    inside_allowed: bool = False
    life_hours: Hours = 24.0


class Hub(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One business. ``public_url`` is how platforms and people reach this hub from outside.
    ``database``: a PostgreSQL that several nodes may share; without it the embedded one in ``data_dir``.
    ``trusted_proxies`` are addresses and networks whose word on who asks is believed (X-Forwarded-For).
    """

    name: str = "My business"
    data_dir: Path = Path("holdfast-data")
    database: StoreAddress | None = None
    host: str = "127.0.0.1"
    port: Port = 8780
    public_url: Address = ""
    trusted_proxies: tuple[str, ...] = ()
    key: Secret | None = None
    log_json: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After how long things are forgotten; messages, contacts and deliveries are not. ``archive``: whether
    events and envelopes are written to compressed files in ``archive_dir`` before.
    """

    event_days: Days = 30.0
    envelope_days: Days = 30.0
    attempt_days: Days = 90.0
    audit_days: Days = 730.0
    guest_days: Days = 90.0
    complaint_days: Days = 365.0
    refused_days: Days = 90.0
    unreadable_days: Days = 365.0
    story_days: Days = 1_095.0
    note_days: Days = 3_650.0
    later_days: Days = 365.0
    archive: bool = False
    archive_dir: Path | None = None


class Alerts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell of incidents: addresses of Apprise, each a secret. ``inside_allowed``: whether they may
    lead into the hub's own networks. ``give_up_hours``: how long one is tried.
    """

    urls: tuple[Secret, ...] = ()
    inside_allowed: bool = False
    give_up_hours: Hours = 24.0


class Monitors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Outside monitors that tell us what they see. ``token`` ends the address that they call; ``rules`` map
    what a monitor calls a thing to a channel or a platform.
    """

    token: Secret | None = None
    rules: dict[str, str] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration; ``channel`` tables are decoded by the platform they name."""

    hub: Hub = Hub()
    radar: Radar = Radar()
    outbox: Outbox = Outbox()
    playbook: Playbook = Playbook()
    status: Status = Status()
    posts: Posts = Posts()
    direct: Direct = Direct()
    media: Media = Media()
    push: Push = Push()
    retention: Retention = Retention()
    alerts: Alerts = Alerts()
    monitors: Monitors = Monitors()
    channel: tuple[dict[str, Any], ...] = ()

    @property
    def public_url(self) -> str:
        return (self.hub.public_url or f"http://{self.hub.host}:{self.hub.port}").rstrip("/")

    @property
    def now_url(self) -> str:
        """Where the public sees how the channels are."""
        return f"{self.status_url}/status" if self.status.home == "profile" else f"{self.status_url}/"

    @property
    def status_url(self) -> str:
        return (self.status.public_url or f"http://{self.status.host}:{self.status.port}").rstrip("/")
