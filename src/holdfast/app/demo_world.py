"""The demo's shop: its accounts, its people, what was said before, and what they agreed to."""

import json
import secrets
from random import Random
from typing import Any, Final

import msgspec

SHOP: Final = "Kelp & Co"
MINUTE_MS: Final = 60_000
PEOPLE_MAX: Final = 5_000
SHOP_IG: Final = "17841400000000001"
STUDIO_IG: Final = "17841400000000002"
MARKET_IG: Final = "17841400000000003"
"""Of an account that the shop has and the hub is not connected to: for trying to connect one."""
WHATSAPP_NUMBER_ID: Final = "106540352242922"
SMS_NUMBER: Final = "+15005550006"
MAIL_DOMAIN: Final = "customer.example"
SHOP_MAIL: Final = "help@kelpandco.example"

_COLOURS: Final = ("#0b7a75", "#b5651d", "#6b4fa0", "#2f6f9f", "#a23b52", "#5b7f2b", "#7a5c3e", "#3d5a80")
_FIRST: Final = (
    *("Ann", "Bilal", "Chiara", "Dev", "Emre", "Freya", "Goran", "Hana", "Ines", "Jonas", "Kofi", "Lea"),
    *("Mei", "Nadia", "Owen", "Priya", "Quinn", "Rosa", "Sami", "Tara", "Umar", "Vera", "Wen", "Yara"),
)
_LAST: Final = (
    *("Lee", "Haddad", "Russo", "Patel", "Yilmaz", "Olsen", "Kovac", "Suzuki", "Costa", "Berg", "Mensah"),
    *("Fischer", "Zhang", "Petrova", "Evans", "Rao", "Murphy", "Lopez", "Aziz", "Novak", "Khan", "Silva"),
)
_QUESTIONS: Final = (
    ("Is the sea-green mug back in stock?", "Yes, twelve of them since this morning."),
    ("Hi! Do you ship to Ghent?", "We do, it takes three days."),
    ("My parcel says delivered but it is not here", "Sorry to hear that. We will ask the courier today."),
    ("Can I book the Saturday dye workshop for two?", "Gladly. You are on the list for 10:00."),
    ("What are your opening hours this week?", "Nine to six, Saturday ten to four."),
    ("Would the large tote fit a laptop?", "Yes, up to 15 inches."),
    ("Could you gift-wrap order 1182?", "Done, with a card. What should it say?"),
    ("I would like to volunteer at the beach clean-up", "Wonderful! Sunday at nine, at the pier."),
)


_POSTS: Final = (
    (
        35,
        "carousel",
        3,
        "New in the window: the sea-green mugs are back. Twelve of them, glazed with kelp ash.",
    ),
    (
        60 * 26,
        "image",
        1,
        "Saturday we dye with indigo. Two places are left; write to us and they are yours.",
    ),
    (
        *(60 * 24 * 4, "video", 1),
        "One minute at the wheel. Slow mornings make straight cups.\n\n#pottery #kelpandco",
    ),
    (
        *(60 * 24 * 9, "image", 1),
        "Sunday at nine we clean the beach at the pier. Gloves and coffee are on us.\nBring your children, and boots.",
    ),
    (60 * 24 * 16, "carousel", 5, "What the storm left: five colours of glass, soon five colours of glaze."),
    (
        60 * 24 * 23,
        "image",
        1,
        "Thank you for forty thousand little hearts. We keep every one of your letters.",
    ),
)
"""What the shop published on Instagram: minutes ago, kind, pictures, words."""


class Says(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said; ``platform`` also names the channel (``instagram`` -> ``instagram:shop``)."""

    platform: str
    direction: str
    text: str
    minutes_ago: float


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """``addresses`` by platform; ``agreed``: the platforms on which they may be reached in an outage."""

    id: str
    name: str
    colour: str
    addresses: dict[str, str]
    agreed: tuple[str, ...]
    said: tuple[Says, ...]


class Keys(msgspec.Struct, frozen=True):
    """Secrets of one demo run, made anew each time."""

    control: str
    app_secret: str
    verify: str
    instagram: str
    studio: str
    market: str
    market_secret: str
    whatsapp: str
    twilio: str
    mail: str


def new_keys() -> Keys:
    return Keys(*(secrets.token_urlsafe(24) for _ in range(10)))


def demo_people(count: int, random: Random) -> list[DemoPerson]:
    """The same people for the same seed; what they can be reached by varies as in life."""
    return [_person(number, random) for number in range(count)]


def _person(number: int, random: Random) -> DemoPerson:
    first, last = _FIRST[number % len(_FIRST)], _LAST[(number * 7 + number // len(_FIRST)) % len(_LAST)]
    others = [("whatsapp", "sms"), ("sms",), ("email",), ("whatsapp", "email"), ()][number % 5]
    addresses = {"instagram": str(900100200300400 + number)}
    for platform in others:
        addresses[platform] = _address(platform, number, f"{first}.{last}")
    question, answer = _QUESTIONS[number % len(_QUESTIONS)]
    ago = 130 + random.randrange(900)
    said = [
        Says(platform="instagram", direction="in", text=question, minutes_ago=ago + 12),
        Says(platform="instagram", direction="out", text=answer, minutes_ago=ago + 4),
        Says(platform="instagram", direction="in", text="Thank you!", minutes_ago=ago),
    ]
    said += [_earlier(platform, random) for platform in others]
    return DemoPerson(
        id=f"{first}-{last}-{number}".lower() if number >= len(_FIRST) else first.lower(),
        name=f"{first} {last}",
        colour=_COLOURS[number % len(_COLOURS)],
        addresses=addresses,
        agreed=others,
        said=tuple(sorted(said, key=lambda each: -each.minutes_ago)),
    )


def _address(platform: str, number: int, name: str) -> str:
    match platform:
        case "whatsapp":
            return f"3161234{number:04d}"
        case "sms":
            return f"+3162345{number:04d}"
        case _:
            return f"{name.lower()}{number or ''}@{MAIL_DOMAIN}"


def _earlier(platform: str, random: Random) -> Says:
    text = {
        "whatsapp": "You can also reach me here, if Instagram is down again.",
        "sms": "This is my number for the delivery.",
        "email": "Please send the invoice to this address.",
    }[platform]
    return Says(platform=platform, direction="in", text=text, minutes_ago=150 + random.randrange(1_000))


def simulator_settings(people: list[DemoPerson], keys: Keys, *, hub_url: str, port: int) -> dict[str, Any]:
    """The simulators' configuration file, as their own document describes it."""
    meta = {"app_secret": keys.app_secret, "verify_token": keys.verify}
    hooks = f"{hub_url}/hooks"
    return {
        "control_token": keys.control,
        "port": port,
        "accounts": {
            "instagram": [
                {
                    **meta,
                    "id": "27000000000000001",
                    "user_id": SHOP_IG,
                    "username": "kelpandco",
                    "name": SHOP,
                    "token": keys.instagram,
                    "webhook_url": f"{hooks}/instagram/shop",
                    "posts": [
                        {"minutes_ago": ago, "kind": kind, "pictures": pictures, "text": text}
                        for ago, kind, pictures, text in _POSTS
                    ],
                },
                {
                    **meta,
                    "id": "27000000000000002",
                    "user_id": STUDIO_IG,
                    "username": "kelpstudio",
                    "name": f"{SHOP} Studio",
                    "token": keys.studio,
                    "webhook_url": f"{hooks}/instagram/studio",
                },
                {
                    **meta,
                    "id": "27000000000000003",
                    "user_id": MARKET_IG,
                    "username": "kelpmarket",
                    "name": f"{SHOP} Market",
                    "token": keys.market,
                    "app_secret": keys.market_secret,
                    "webhook_url": f"{hooks}/instagram/market",
                    "subscribed": False,
                },
            ],
            "whatsapp": [
                {
                    **meta,
                    "waba_id": "102290129340398",
                    "phone_number_id": WHATSAPP_NUMBER_ID,
                    "display_phone_number": "15550783881",
                    "name": SHOP,
                    "token": keys.whatsapp,
                    "webhook_url": f"{hooks}/whatsapp/shop",
                }
            ],
            "twilio": [
                {
                    "account_sid": "AC00000000000000000000000000000001",
                    "auth_token": keys.twilio,
                    "number": SMS_NUMBER,
                    "webhook_url": f"{hooks}/sms/shop",
                }
            ],
            "mail": {
                "domain": MAIL_DOMAIN,
                "address": SHOP_MAIL,
                "user": SHOP_MAIL,
                "password": keys.mail,
                "keeps_sent": True,
            },
        },
        "people": [_simulated(person) for person in people],
    }


def _simulated(person: DemoPerson) -> dict[str, Any]:
    addresses = {
        f"instagram:{SHOP_IG}" if platform == "instagram" else platform: value
        for platform, value in person.addresses.items()
    }
    history = [
        {
            "platform": said.platform,
            "direction": "out" if said.direction == "in" else "in",
            "text": said.text,
            "minutes_ago": said.minutes_ago,
        }
        for said in person.said
    ]
    return {
        "id": person.id,
        "name": person.name,
        "colour": person.colour,
        "addresses": addresses,
        "history": history,
    }


def hub_toml(
    keys: Keys, addresses: dict[str, str], *, data_dir: str, port: int, status_port: int, database: str = ""
) -> str:
    """The hub's configuration for the simulated platforms: an example of every channel."""
    smtp_host, smtp_port = addresses["smtp"].split(":")
    imap_host, imap_port = addresses["imap"].split(":")
    feeds = addresses["feeds"]
    database_line = f"database = {json.dumps(database)}\n" if database else ""
    return f"""\
# Written by `holdfast demo`: every platform is simulated on this machine.
[hub]
name = "{SHOP}"
data_dir = "{data_dir}"
{database_line}host = "127.0.0.1"
port = {port}

[status]
port = {status_port}

[push]
inside_allowed = true
services = ["127.0.0.1"]

[posts]
mirror_seconds = 5
pictures_inside = true

[radar]
probe_seconds = 4
burst_seconds = 5
feed_seconds = 15
control_seconds = 5
history_seconds = 6
control_urls = ["{addresses["uplink_a"]}/", "{addresses["uplink_b"]}/"]
feeds = {{ instagram = "{feeds}", whatsapp = "{feeds}", sms = "{feeds}" }}

[outbox]
breaker_probe_seconds_max = 8
doubt_evidence_seconds = 4
doubt_recheck_seconds = 6

[[channel]]
id = "instagram:shop"
name = "{SHOP}"
base_url = "{addresses["instagram"]}"
account_id = "{SHOP_IG}"
token = "{keys.instagram}"
app_secret = "{keys.app_secret}"
verify_token = "{keys.verify}"
timeout_seconds = 6
late_acceptance_seconds = 10
public_address = "@kelpandco"

[[channel]]
id = "instagram:studio"
name = "{SHOP} Studio"
base_url = "{addresses["instagram"]}"
account_id = "{STUDIO_IG}"
token = "{keys.studio}"
app_secret = "{keys.app_secret}"
verify_token = "{keys.verify}"
timeout_seconds = 6
late_acceptance_seconds = 10
public_address = "@kelpstudio"

[[channel]]
id = "whatsapp:shop"
base_url = "{addresses["whatsapp"]}"
waba_id = "102290129340398"
phone_number_id = "{WHATSAPP_NUMBER_ID}"
token = "{keys.whatsapp}"
app_secret = "{keys.app_secret}"
verify_token = "{keys.verify}"
timeout_seconds = 6
late_acceptance_seconds = 10
public_address = "+1 555 078 3881"

[[channel]]
id = "sms:shop"
base_url = "{addresses["sms"]}"
account_sid = "AC00000000000000000000000000000001"
auth_token = "{keys.twilio}"
number = "{SMS_NUMBER}"
timeout_seconds = 6
late_acceptance_seconds = 10
sends_per_second = 10
public_address = "+1 500 555 0006"

[[channel]]
id = "email:shop"
address = "{SHOP_MAIL}"
smtp_host = "{smtp_host}"
smtp_port = {smtp_port}
smtp_security = "none"
smtp_user = "{SHOP_MAIL}"
smtp_password = "{keys.mail}"
imap_host = "{imap_host}"
imap_port = {imap_port}
imap_security = "none"
imap_user = "{SHOP_MAIL}"
imap_password = "{keys.mail}"
authserv_id = "mx.kelpandco.example"
poll_seconds = 2
resend_after_seconds = 15
timeout_seconds = 6
late_acceptance_seconds = 10
public_address = "{SHOP_MAIL}"

[[channel]]
id = "direct:web"
public_link = "http://127.0.0.1:{port}/chat/web"
"""


def spare_account(keys: Keys, addresses: dict[str, str]) -> dict[str, str]:
    """What connects the account that is not connected yet, as its platform's console would tell."""
    return {
        "id": "instagram:market",
        "account_id": MARKET_IG,
        "token": keys.market,
        "app_secret": keys.market_secret,
        "base_url": addresses["instagram"],
    }
