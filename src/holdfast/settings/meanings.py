"""What each setting of the configuration file means, as docs/configuration.md says it; a test keeps both the same."""

from collections.abc import Mapping
from typing import Final

MEANINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "hub": {
        "name": "what people read in automatic answers and on the status page",
        "data_dir": "the store, the spool, the key file and the playbook; on a local disk",
        "database": (
            "the address of a PostgreSQL 14 or newer, such as "
            '"postgresql://holdfast@db.example.org/holdfast", or "env:NAME" or "file:PATH" where the '
            "address stands; several nodes may share it, see nodes.md. Without it the embedded database "
            "in data_dir"
        ),
        "host": "the address that the hub listens on; put a proxy with TLS before it",
        "port": "its port",
        "public_url": "how platforms and people reach this hub from outside; without it http://host:port",
        "trusted_proxies": (
            'addresses or networks of the proxies before the hub, such as ["127.0.0.1"]: their '
            "X-Forwarded-For says who asks. Without it everybody behind a proxy shares one visitor's "
            "limits"
        ),
        "key": (
            "the key under which stored secrets are encrypted (32 bytes, URL-safe base64); without it a "
            "key file is made in data_dir"
        ),
        "log_json": "log lines as JSON rather than for a terminal",
        "log_level": "debug, info, warning or error",
    },
    "push": {
        "contact": (
            "whom a push service may write to about this hub, mailto: or https:; without it the hub's "
            "public_url where that is https:"
        ),
        "services": (
            "the hosts that browsers may name as their push service's; *. stands for all below a name, "
            '"*" for any'
        ),
        "inside_allowed": "whether they may lead into the hub's own networks, over plain HTTP too",
        "life_hours": "after this a notice that could not be handed over says nothing new any more",
    },
    "retention": {
        "event_days": "the event log: how far back a client's cursor may lie",
        "envelope_days": "how long what arrived is kept as it came, once it is applied",
        "attempt_days": "each call to a platform with its outcome; the message keeps its state",
        "audit_days": "who did what",
        "guest_days": "guests of our own chat who never wrote",
        "complaint_days": "what members said of one another to the agents",
        "story_days": "what was decided about conversations: assigned, labelled, snoozed, resolved; their state stays",
        "note_days": "notes of the team",
        "later_days": (
            "replies for later, once they went, were taken back or refused; the message that one became stays"
        ),
        "refused_days": "how often requests were refused, by hour",
        "unreadable_days": "what arrived and could not be read",
        "archive": "whether events and envelopes are written to compressed files before they are forgotten",
        "archive_dir": "the folder of those files; without it archive in data_dir",
    },
    "status": {
        "host": "the address that it listens on",
        "port": "its port",
        "public_url": "how visitors reach it; without it http://host:port",
        "home": (
            'what stands at the first address: how the channels are ("status"), or the profile '
            '("profile"; then they are at /status)'
        ),
        "hub_silent_seconds": "after so long without a word from the hub the page says so",
        "mail_channel": 'the email channel by which subscribers are told ("email:shop"); without it the first one',
        "mails_per_second": "how many mails to subscribers leave in a second, beside those to people",
        "webhooks_inside": "whether subscribers' webhooks may be addresses of this machine and its networks",
    },
    "posts": {
        "mirror_seconds": "how often the posts on other platforms are looked at",
        "pictures_inside": "whether their pictures may be at addresses of this machine and its networks",
    },
    "radar": {
        "false_alarms_per_year": "how often chance alone may call a channel failing; lower is slower (how)",
        "burst_seconds": "trouble no longer than this is ordinary and opens no incident",
        "probe_seconds": "how often each channel is asked whether it works",
        "feed_seconds": "how often the platforms' own status feeds are read",
        "control_seconds": "how often the control addresses are asked",
        "history_seconds": "how often a platform's history is compared with what arrived",
        "control_urls": (
            "addresses unrelated to any platform, to tell our own uplink from their failure; two or more"
        ),
        "feeds": (
            "the address of a status feed for each platform: Meta's page, a Statuspage-like one, a list "
            "of incidents like Google's, or one word of health as JSON; #name behind it picks one part"
        ),
    },
    "outbox": {
        "retry_horizon_hours": "how long a person's message may wait before it expires",
        "bot_horizon_hours": "the same for automatic messages",
        "retry_seconds_min": "the first wait before a message is tried again; it doubles",
        "retry_seconds_max": "the longest such wait",
        "breaker_failures": "failures in a row after which a channel is no longer tried for every message",
        "breaker_probe_seconds_min": "then one message is tried after this wait; it doubles",
        "breaker_probe_seconds_max": "the longest such wait",
        "lease_seconds": "after this a worker that died has lost its lane",
        "doubt_evidence_seconds": (
            "how long the echo of a send without an answer is awaited before the platform's history is read"
        ),
        "doubt_recheck_seconds": "the wait before looking again",
        "lanes_at_once": "sends under way at the same time, over all channels",
        "undo_seconds": (
            "how long a reply waits after Send in the console, so that it can be taken back; 0 sends at once, "
            "60 is the most"
        ),
    },
    "playbook": {
        "file": (
            "the playbook's file; without it playbook.toml in data_dir, and until there is one the "
            "built-in playbook"
        ),
    },
    "direct": {
        "greeting": "what somebody reads first, where the widget has no greeting of its own",
        "continue_link_hours": "how long a private link to continue a conversation in the chat works",
        "allowed_origins": "sites that may show the chat, such as https://www.example.org; * for any",
        "messages_per_second": "what one member or guest may write in the long run; twelve times that at once",
        "requests_per_second": (
            "what may come from one network address in the long run; ten times that at once. Raise it "
            "where a whole office or a program writes from one address"
        ),
        "streams_of_address": "how many devices may be connected from one network address at once",
    },
    "media": {
        "folder": "where they lie; without it media in data_dir. Nodes share it",
        "picture_mib_max": "the largest picture, in MiB",
        "video_mib_max": "the largest video",
        "voice_mib_max": "the largest voice message or other sound",
        "file_mib_max": "the largest of everything else",
        "member_mib_max": "how much one member may keep",
        "free_mib_min": "what is left free on the disk; below it nothing more is taken",
        "link_previews": "whether the hub looks at the pages that messages name, to show title and picture",
        "previews_inside": "whether also at pages of its own networks, and without encryption; for tests",
    },
    "alerts": {
        "urls": "addresses of Apprise, each a secret (env:NAME, file:PATH)",
        "inside_allowed": "whether they may lead into this machine's own networks",
        "give_up_hours": "how long an alert is tried",
    },
    "monitors": {
        "token": "a secret that ends the address which monitors call: /monitors/<token>",
        "rules": "what a monitor calls a thing, and the channel or platform that it means",
    },
}
