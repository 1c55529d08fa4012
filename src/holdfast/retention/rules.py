"""What is forgotten after how long: what people wrote to each other is in none of these."""

from typing import Final

import msgspec

from holdfast.radar.store import OBSERVATION_LIFE_MS
from holdfast.retention import store
from holdfast.retention.store import Forget
from holdfast.settings.model import Retention

DAY_MS: Final = 86_400_000
SEEN_DAYS: Final = 31
"""How long a repeat of an edit, a reaction or a withdrawal is known; longer than any platform repeats."""
PARKED_DAYS: Final = 8
"""How long an event may wait for what it refers to; longer than any platform's redelivery."""
LINK_DAYS: Final = 30
"""How long a private link is known after its time has run out."""
DEVICE_DAYS: Final = 400
"""How long a member's device stays signed in without coming."""
CODE_DAYS: Final = 1
"""How long a code that was sent to a member is known after its time; who asks too often is counted by them."""
ALERT_DAYS: Final = 90
"""How long it is known what the team was told of an incident."""
DRAFT_DAYS: Final = 90
"""How long drafts of an incident that is over are known; the public reads of it as long."""
DISMISSED_DAYS: Final = 30
"""How long it is known who put away how an incident ended; the card is shown for a week."""
ROUND_TRIP_DAYS: Final = 7
"""How long the messages between our own accounts are known; their evidence has long done its work."""
RULE_RUN_DAYS: Final = 60
"""How long it is known on which messages rules acted; longer than the longest time between two equal answers."""
POST_FILE_DAYS: Final = 1
"""How long a picture is kept that no post names: somebody may be about to use it."""


class Rule(msgspec.Struct, frozen=True):
    """Rows of ``table`` are forgotten after ``keep_ms``, a batch at a time."""

    table: str
    keep_ms: int
    forget: Forget


def rules(settings: Retention) -> list[Rule]:
    """Everything that is forgotten without being written down before."""

    def days(number: float) -> int:
        return int(number * DAY_MS)

    return [
        Rule("observation", OBSERVATION_LIFE_MS, store.forget_observations),
        Rule("seen_event", days(SEEN_DAYS), store.forget_seen),
        Rule("parked_event", days(PARKED_DAYS), store.forget_parked),
        Rule("attempt", days(settings.attempt_days), store.forget_attempts),
        Rule("refused_request", days(settings.refused_days), store.forget_refused),
        Rule("unread_envelope", days(settings.unreadable_days), store.forget_unreadable),
        Rule("member", days(settings.guest_days), store.forget_guests),
        Rule("member_session", days(DEVICE_DAYS), store.forget_devices),
        Rule("member_login", days(CODE_DAYS), store.forget_logins),
        Rule("member_claim", days(CODE_DAYS), store.forget_claims),
        Rule("member_challenge", 0, store.forget_challenges),
        Rule("complaint", days(settings.complaint_days), store.forget_complaints),
        Rule("direct_log", days(settings.event_days), store.forget_direct_log),
        Rule("direct_parked", days(PARKED_DAYS), store.forget_direct_parked),
        Rule("continue_link", days(LINK_DAYS), store.forget_links),
        Rule("rule_run", days(RULE_RUN_DAYS), store.forget_rule_runs),
        Rule("post_file", days(POST_FILE_DAYS), store.forget_post_files),
        Rule("agent_session", 0, store.forget_sessions),
        Rule("team_alert", days(ALERT_DAYS), store.forget_alerts),
        Rule("incident_draft", days(DRAFT_DAYS), store.forget_drafts),
        Rule("incident_dismissed", days(DISMISSED_DAYS), store.forget_dismissed),
        Rule("round_trip", days(ROUND_TRIP_DAYS), store.forget_round_trips),
        Rule("conversation_change", days(settings.story_days), store.forget_story),
        Rule("internal_note", days(settings.note_days), store.forget_notes),
        Rule("later_reply", days(settings.later_days), store.forget_later),
        Rule("audit_entry", days(settings.audit_days), store.forget_audit),
    ]
