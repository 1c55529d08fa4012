"""What an email channel can be told."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from holdfast.channels.settings import ChannelSettings, InDoubtPolicy, PerSecond, Seconds
from holdfast.settings import Secret

Security = Literal["tls", "starttls", "none"]
Port = Annotated[int, Meta(ge=1, le=65_535, description="its port")]

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class EmailSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    failure_domain: str = "email"
    timeout_seconds: Seconds = 60.0
    in_doubt: InDoubtPolicy = "resend"
    sends_per_second: PerSecond = 2.0
    address: Annotated[
        str, Meta(pattern=r"^[^@\s]+@[^@\s]+$", description="our address, such as help@example.org")
    ]
    bounce_address: Annotated[str, Meta(description="where bounces go; without one, to our address")] = ""
    subject: Annotated[str, Meta(description="the subject of mail that begins a thread")] = (
        "A message from {name}"
    )
    smtp_host: Annotated[str, Meta(min_length=1, description="the server that sends our mail")]
    smtp_port: Port = 465
    smtp_security: Annotated[Security, Meta(description="tls, starttls, or none (this machine only)")] = "tls"
    smtp_user: Annotated[str, Meta(description="the name to sign in with for sending")] = ""
    smtp_password: Annotated[Secret | None, Meta(description="the password for sending")] = None
    imap_host: Annotated[str, Meta(min_length=1, description="the server that holds our mailbox")]
    imap_port: Port = 993
    imap_security: Annotated[Security, Meta(description="tls, starttls, or none (this machine only)")] = "tls"
    imap_user: Annotated[str, Meta(min_length=1, description="the name to sign in with for reading")]
    imap_password: Annotated[Secret, Meta(description="the password for reading")]
    folder: Annotated[str, Meta(min_length=1, description="the mailbox that is read")] = "INBOX"
    sent_folder: Annotated[
        str, Meta(description="the folder where our server keeps what we send; found by itself if marked")
    ] = ""
    poll_seconds: Annotated[Seconds, Meta(description="how often the mailbox is read")] = 20.0
    read_existing: Annotated[
        bool, Meta(description="whether mail that is there at the very first look is read, too")
    ] = True
    authserv_id: Annotated[
        str, Meta(description="the name our own receiver writes into Authentication-Results")
    ] = ""
    tag_secret: Annotated[
        Secret | None,
        Meta(description="with it, replies carry a signed plus-tag, which our mail server must accept"),
    ] = None
    text_characters_max: Annotated[int, Meta(ge=4, description="longest text, in characters")] = 100_000
    greylist_wait_seconds: Annotated[Seconds, Meta(description="wait after a greylisting")] = 300.0

    def __post_init__(self) -> None:
        for server in ("smtp", "imap"):
            host, security = getattr(self, f"{server}_host"), getattr(self, f"{server}_security")
            if security == "none" and host not in LOOPBACK:
                raise ValueError(
                    f'`{server}_security` = "none" would send passwords in the clear to {host}; '
                    'use "tls" or "starttls".'
                )

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]
